"""Makes one clip from photos: prepare, render, encode, with the safety gate at both ends."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray

from engine.effects.catalogue import Effect, LookVariant
from engine.effects.framing import frame_size
from engine.effects.look import Frames, Shot
from engine.effects.params import settle
from engine.errors import JobFailed, Stopped
from engine.jobs.errors import Refused
from engine.jobs.job import ClipFormat, ParamValue
from engine.jobs.refusal import Refusal, RefusalCode
from engine.safety import Gate, OpenGate, SafetyGate
from engine.video import ClipWriter, jpeg, squeeze
from engine.vision.scene import Scene
from engine.vision.vision import Vision
from engine.weights import Weights

SAMPLED = (0.25, 0.55, 0.8, 1.0)  # moments of the clip the safety gate looks at


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One clip to make; `photos` are (H, W, 3) RGB, the first of which gives the clip its shape."""

    effect: Effect
    variant: LookVariant
    photos: Sequence[NDArray[np.uint8]]
    seed: int
    params: Mapping[str, ParamValue] = field(default_factory=dict[str, ParamValue])
    format: ClipFormat = field(default_factory=ClipFormat)
    frames: int | None = None

    @property
    def shot(self) -> Shot:
        """The order as a look understands it."""
        output = self.effect.output
        return Shot(
            frames=self.frames or round(output.seconds * output.fps),
            fps=output.fps,
            seed=self.seed,
            params=settle(self.effect.params, self.params),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Timings:
    """Seconds each stage took; rendering and encoding alternate."""

    prepare_s: float
    render_s: float
    encode_s: float
    safety_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A finished clip: MP4 and JPEG bytes."""

    mp4: bytes
    poster: bytes
    width: int
    height: int
    seconds: float
    timings: Timings


Report = Callable[[str, float], bool]
"""Told the stage and its 0..1 after every chunk; answers whether to go on."""


def unwatched(_stage: str, _fraction: float) -> bool:
    """Report to nobody and never stop."""
    return True


class ClipMaker:
    """Makes clips, one at a time."""

    def __init__(self, vision: Vision, gate: Gate) -> None:
        self._vision = vision
        self._gate = gate

    @classmethod
    def load(cls, models: Path, *, device: str, safety: bool) -> Self:
        """Load the nets.

        Args:
            models: folder of fetched weights.
            device: auto, cpu, cuda or cuda:N.
            safety: whether nude photos and clips are refused.

        Raises:
            WeightsMissing: naming the command that fetches them.
        """
        if device == "auto":
            device = "cuda" if torch.cuda.is_available() else "cpu"
        vision = Vision.load(Weights(models), device=device)
        return cls(vision, SafetyGate() if safety else OpenGate())

    def make(self, order: Order, report: Report = unwatched) -> Made:
        """Make a clip.

        Raises:
            Refused: the photo, the options or the clip cannot be accepted.
            Stopped: `report` said so.
            JobFailed: anything on our side.
        """
        shot = order.shot
        clock = _Clock()
        scenes = self._scenes(order, clock, report)
        with TemporaryDirectory(prefix="zoetrope-") as folder:
            path = Path(folder) / "clip.mp4"
            kept = _film(order, scenes, shot, path, clock, report)
            with clock.safety:
                self._gate.check_clip([kept[moment] for moment in SAMPLED])
            with clock.encode:
                squeeze(path, order.format.max_bytes)
            return Made(
                mp4=path.read_bytes(),
                poster=jpeg(kept[order.effect.output.poster]),
                width=scenes[0].width,
                height=scenes[0].height,
                seconds=shot.frames / shot.fps,
                timings=clock.timings(),
            )

    def _scenes(self, order: Order, clock: _Clock, report: Report) -> list[Scene]:
        """Prepare as many photos as the effect takes, all at the size of the clip."""
        needed = order.effect.about.photos
        photos = order.photos[:needed]
        if len(photos) < needed:
            raise Refused(Refusal(RefusalCode.PHOTO_NEEDED, {"photos": needed}))
        width, height = frame_size(photos[0].shape[1], photos[0].shape[0], order.format)
        scenes: list[Scene] = []
        for number, photo in enumerate(photos, 1):
            _go_on(report, "preparing", len(scenes) / needed)
            with _named(number, needed):
                with clock.safety:
                    self._gate.check_photo(photo)
                with clock.prepare:
                    scenes.append(self._vision.scene(photo, width, height))
        return scenes


@contextmanager
def _named(number: int, photos: int) -> Generator[None]:
    """Let a refusal say which of several photos it is about."""
    try:
        yield
    except Refused as refused:
        if photos == 1:
            raise
        refusal = refused.refusal
        raise Refused(Refusal(refusal.code, {**refusal.data, "photo": number})) from refused


def _film(
    order: Order,
    scenes: Sequence[Scene],
    shot: Shot,
    path: Path,
    clock: _Clock,
    report: Report,
) -> dict[float, NDArray[np.uint8]]:
    """Render and encode chunk by chunk; keep the frames the poster and the gate need."""
    moments = {
        moment: round(moment * (shot.frames - 1))
        for moment in {*SAMPLED, order.effect.output.poster}
    }
    kept: dict[float, NDArray[np.uint8]] = {}
    done = 0
    with ClipWriter(path, scenes[0].width, scenes[0].height, shot.fps) as writer:
        for frames in _timed(order.variant.load()(*scenes, shot), clock):
            with clock.encode:
                writer.add(frames)
            for moment, index in moments.items():
                if done <= index < done + len(frames):
                    kept[moment] = frames[index - done].copy()
            done += len(frames)
            _go_on(report, "rendering", done / shot.frames)
    if done != shot.frames:
        raise JobFailed(f"{order.variant.look} gave {done} frames, not {shot.frames}")
    return kept


def _timed(chunks: Iterator[Frames], clock: _Clock) -> Iterator[Frames]:
    while True:
        with clock.render:
            frames = next(chunks, None)
        if frames is None:
            return
        yield frames


def _go_on(report: Report, stage: str, fraction: float) -> None:
    if not report(stage, fraction):
        raise Stopped


class _Stage:
    """Adds up the seconds spent inside its `with` blocks."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._since = 0.0

    def __enter__(self) -> None:
        self._since = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        self.seconds += time.perf_counter() - self._since


class _Clock:
    def __init__(self) -> None:
        self.prepare, self.render, self.encode, self.safety = (_Stage() for _ in range(4))

    def timings(self) -> Timings:
        return Timings(
            prepare_s=round(self.prepare.seconds, 3),
            render_s=round(self.render.seconds, 3),
            encode_s=round(self.encode.seconds, 3),
            safety_s=round(self.safety.seconds, 3),
        )
