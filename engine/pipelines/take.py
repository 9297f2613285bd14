"""One piece of film as a generative model makes it: what is asked of it, and what comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from engine.jobs.receipt import WeightsUsed

Picture = NDArray[np.uint8]
"""(H, W, 3) RGB."""
Frames = NDArray[np.uint8]
"""(n, H, W, 3) consecutive RGB frames."""


class Mode(StrEnum):
    """What a take begins from, besides words."""

    TEXT = "text"
    PHOTO = "photo"
    ENDS = "ends"
    """A first and a last picture."""
    KEYFRAMES = "keyframes"
    EXTEND = "extend"
    """The frames before it."""
    MOTION = "motion"
    """A picture, and a film of somebody else who moves."""


WITHOUT_MOTION = tuple(mode for mode in Mode if mode is not Mode.MOTION)


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """What is filmed, and how.

    Attributes:
        prompt: what happens; `negative` is what should not be seen.
        width: of the frames, like `height` in pixels.
        guidance: how closely the words are followed; at 1 they are read once per step.
        shift: how the noise is spread over the steps, where a family can be told; None as usual.
        pictures: what is seen at some of the frames, by their number from 0, at the take's size.
        before: frames that it begins with, the end of what was filmed before it.
        motion: frames at its rate in which somebody moves as who is in the picture is to, of any
            size; they begin again where there are too few.
    """

    prompt: str
    negative: str = ""
    width: int
    height: int
    frames: int
    fps: float
    steps: int
    guidance: float
    shift: float | None = None
    seed: int
    pictures: Mapping[int, Picture] = field(default_factory=dict[int, Picture])
    before: Frames | None = None
    motion: Frames | None = None

    @property
    def mode(self) -> Mode:
        """What it begins from."""
        if self.motion is not None:
            return Mode.MOTION
        if self.before is not None:
            return Mode.EXTEND
        match sorted(self.pictures):
            case []:
                return Mode.TEXT
            case [0]:
                return Mode.PHOTO
            case [0, last] if last == self.frames - 1:
                return Mode.ENDS
            case _:
                return Mode.KEYFRAMES


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """Samples of a soundtrack, (channels, n) in -1..1."""

    samples: NDArray[np.float32]
    rate: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Footage:
    """What was filmed, and by which files, if whoever filmed it says so."""

    frames: Frames
    fps: float
    sound: Sound | None = None
    weights: WeightsUsed | None = None
