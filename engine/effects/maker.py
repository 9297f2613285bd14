"""Makes one clip: shoot, encode, with the safety gate at both ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from engine.effects.clock import Clock, Timings
from engine.effects.look import Frames
from engine.effects.order import Order, Report, about_photo, go_on, unwatched
from engine.effects.provenance import receipt_of
from engine.effects.reel import Camera, Reel
from engine.effects.variants import LookVariant
from engine.errors import JobFailed
from engine.jobs.errors import Refused
from engine.jobs.receipt import Receipt
from engine.pipelines.preview import Develop, Show
from engine.safety import Gate
from engine.video import ClipWriter, jpeg, squeeze

SAMPLED = (0.25, 0.55, 0.8, 1.0)  # moments of the clip the safety gate looks at
_UNSEEN_S = 2.0  # between those of a clip that is too long for so few
_PREVIEW_QUALITY = 75


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A finished clip: MP4 and JPEG bytes, and what made it: in words unless a program drew it."""

    mp4: bytes
    poster: bytes
    width: int
    height: int
    seconds: float
    timings: Timings
    receipt: Receipt
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Film:
    """A film whose first frames are there; a model's are all there, a look draws them yet.

    Attributes:
        chunks: all of its frames, a few at a time.
    """

    order: Order
    reel: Reel
    chunks: Iterator[Frames]
    clock: Clock


class ClipMaker:
    """Makes clips: shoots one at a time, and finishes one at a time.

    For two threads: one may be finished while another is shot, unless either is by a look.
    """

    def __init__(self, looks: Camera, gate: Gate, recipes: Camera | None = None) -> None:
        self._looks = looks
        self._gate = gate
        self._recipes = recipes

    def make(self, order: Order, report: Report = unwatched, show: Show | None = None) -> Made:
        """Make a clip; a model's is shown while it is filmed.

        Raises:
            Refused: the photo, the options or the clip cannot be accepted.
            Stopped: `report` said so.
            JobFailed: anything on our side.
        """
        return self.finish(self.shoot(order, report, show), report)

    def shoot(self, order: Order, report: Report = unwatched, show: Show | None = None) -> Film:
        """Do all that a clip by a model needs a model for.

        Raises:
            Refused: the photo or the options cannot be accepted.
            Stopped: `report` said so.
            JobFailed: anything on our side.
        """
        clock = Clock()
        self._check_photos(order, clock)
        reel = self._camera(order).shoot(order, clock, report, show)
        chunks = _timed(reel.chunks, clock)
        first = list(islice(chunks, 1))
        return Film(order=order, reel=reel, chunks=chain(first, chunks), clock=clock)

    def finish(self, film: Film, report: Report = unwatched) -> Made:
        """Make a clip of a film.

        Raises:
            Refused: the clip cannot be accepted.
            Stopped: `report` said so.
            JobFailed: anything on our side.
        """
        order, reel, clock = film.order, film.reel, film.clock
        with TemporaryDirectory(prefix="zoetrope-") as folder:
            path = Path(folder) / "clip.mp4"
            kept = _encode(film, path, report)
            with clock.safety:
                self._gate.check_clip([kept[moment] for moment in _sampled(reel)])
            with clock.encode:
                squeeze(path, order.format.max_bytes)
            return Made(
                mp4=path.read_bytes(),
                poster=jpeg(kept[order.effect.output.poster]),
                width=reel.width,
                height=reel.height,
                seconds=reel.frames / reel.fps,
                timings=clock.timings(),
                receipt=receipt_of(order, reel),
                by=reel.by,
            )

    def preview(self, develop: Develop) -> bytes | None:
        """Make a JPEG of a picture of a film under way; None if nobody may see it.

        For any thread, while a clip is made in another one.
        """
        picture = develop()
        try:
            self._gate.check_clip([picture])
        except Refused:
            return None
        return jpeg(picture, quality=_PREVIEW_QUALITY)

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


def _encode(film: Film, path: Path, report: Report) -> dict[float, NDArray[np.uint8]]:
    """Encode chunk by chunk, as they come; keep the frames the poster and the gate need."""
    order, reel = film.order, film.reel
    moments = {
        moment: round(moment * (reel.frames - 1))
        for moment in {*_sampled(reel), order.effect.output.poster}
    }
    kept: dict[float, NDArray[np.uint8]] = {}
    done = 0
    with ClipWriter(path, reel.width, reel.height, reel.fps) as writer:
        for frames in film.chunks:
            with film.clock.encode:
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


def _sampled(reel: Reel) -> Sequence[float]:
    """Choose the moments of a clip that the safety gate looks at."""
    count = ceil(reel.frames / reel.fps / _UNSEEN_S)
    if count <= len(SAMPLED):
        return SAMPLED
    return [(number + 1) / count for number in range(count)]


def _timed(chunks: Iterator[Frames], clock: Clock) -> Iterator[Frames]:
    while True:
        with clock.render:
            frames = next(chunks, None)
        if frames is None:
            return
        yield frames
