"""Makes one clip: shoot, encode, with the safety gate at both ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from engine.effects.clock import Clock, Timings
from engine.effects.look import Frames
from engine.effects.order import Order, Report, about_photo, go_on, unwatched
from engine.effects.reel import Camera, Reel
from engine.effects.variants import LookVariant
from engine.errors import JobFailed
from engine.safety import Gate
from engine.video import ClipWriter, jpeg, squeeze

SAMPLED = (0.25, 0.55, 0.8, 1.0)  # moments of the clip the safety gate looks at


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A finished clip: MP4 and JPEG bytes, and what made it, if it is not drawn by a program."""

    mp4: bytes
    poster: bytes
    width: int
    height: int
    seconds: float
    timings: Timings
    by: str = ""


class ClipMaker:
    """Makes clips, one at a time."""

    def __init__(self, looks: Camera, gate: Gate, recipes: Camera | None = None) -> None:
        self._looks = looks
        self._gate = gate
        self._recipes = recipes

    def make(self, order: Order, report: Report = unwatched) -> Made:
        """Make a clip.

        Raises:
            Refused: the photo, the options or the clip cannot be accepted.
            Stopped: `report` said so.
            JobFailed: anything on our side.
        """
        clock = Clock()
        self._check_photos(order, clock)
        reel = self._camera(order).shoot(order, clock, report)
        with TemporaryDirectory(prefix="zoetrope-") as folder:
            path = Path(folder) / "clip.mp4"
            kept = _film(order, reel, path, clock, report)
            with clock.safety:
                self._gate.check_clip([kept[moment] for moment in SAMPLED])
            with clock.encode:
                squeeze(path, order.format.max_bytes)
            return Made(
                mp4=path.read_bytes(),
                poster=jpeg(kept[order.effect.output.poster]),
                width=reel.width,
                height=reel.height,
                seconds=reel.frames / reel.fps,
                timings=clock.timings(),
                by=reel.by,
            )

    def _check_photos(self, order: Order, clock: Clock) -> None:
        photos = order.needed
        for number, photo in enumerate(photos, 1):
            with about_photo(number, len(photos)), clock.safety:
                self._gate.check_photo(photo)

    def _camera(self, order: Order) -> Camera:
        if isinstance(order.variant, LookVariant):
            return self._looks
        if self._recipes is None:
            raise JobFailed(f"{order.variant.base} is not loaded here")
        return self._recipes


def _film(
    order: Order, reel: Reel, path: Path, clock: Clock, report: Report
) -> dict[float, NDArray[np.uint8]]:
    """Render and encode chunk by chunk; keep the frames the poster and the gate need."""
    moments = {
        moment: round(moment * (reel.frames - 1))
        for moment in {*SAMPLED, order.effect.output.poster}
    }
    kept: dict[float, NDArray[np.uint8]] = {}
    done = 0
    with ClipWriter(path, reel.width, reel.height, reel.fps) as writer:
        for frames in _timed(reel.chunks, clock):
            with clock.encode:
                writer.add(frames)
            for moment, index in moments.items():
                if done <= index < done + len(frames):
                    kept[moment] = frames[index - done].copy()
            done += len(frames)
            go_on(report, "rendering", reel.shot + (1 - reel.shot) * done / reel.frames)
        sound = reel.sound()
        if sound is not None:
            writer.add_sound(sound.samples, sound.rate)
    if done != reel.frames:
        raise JobFailed(f"{order.variant.name} gave {done} frames, not {reel.frames}")
    return kept


def _timed(chunks: Iterator[Frames], clock: Clock) -> Iterator[Frames]:
    while True:
        with clock.render:
            frames = next(chunks, None)
        if frames is None:
            return
        yield frames
