"""What is done to a film once it is shot: more frames in between, and larger ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self, TypeVar

import cv2
import numpy as np

from engine.errors import WeightsMissing
from engine.pipelines.take import Frames
from engine.post.interpolate import Interpolator
from engine.post.upscale import Upscaler
from engine.weights import Weights

StageT = TypeVar("StageT", Interpolator, Upscaler)


@dataclass(frozen=True, slots=True)
class Finishing:
    """Does it as far as the weights for it are fetched."""

    interpolator: Interpolator | None = None
    upscaler: Upscaler | None = None

    @classmethod
    def load(cls, weights: Weights, *, device: str) -> Self:
        """Read what is there."""
        return cls(_there(Interpolator, weights, device), _there(Upscaler, weights, device))

    def plan(self, *, smooth: int, longest: int, wanted: int) -> Finish:
        """Say what can be done: a film `smooth` times as smooth, and as large as is wanted."""
        return Finish(
            finishing=self,
            smooth=smooth if self.interpolator else 1,
            longest=max(longest, wanted) if self.upscaler else longest,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish:
    """What is done to one film.

    Attributes:
        smooth: how many steps each one from frame to frame is divided into.
        longest: the longer side of its frames afterwards, in pixels.
    """

    finishing: Finishing
    smooth: int
    longest: int

    def frames(self, shot: int) -> int:
        """Count the frames of a film that was shot with so many."""
        return (shot - 1) * self.smooth + 1

    def size(self, width: int, height: int) -> tuple[int, int]:
        """Give width and height of a film that was shot with these, both even."""
        if max(width, height) >= self.longest:
            return width, height
        scale = self.longest / max(width, height)
        return 2 * round(width * scale / 2), 2 * round(height * scale / 2)

    def applied(self, frames: Frames) -> Frames:
        """Do it."""
        interpolator, upscaler = self.finishing.interpolator, self.finishing.upscaler
        if self.smooth > 1 and interpolator is not None:
            frames = interpolator.multiplied(frames, self.smooth)
        height, width = frames.shape[1:3]
        wanted = self.size(width, height)
        if wanted == (width, height) or upscaler is None:
            return frames
        factor = 2 if 2 * max(width, height) >= self.longest else 4
        return np.stack([_resized(one, wanted) for one in upscaler.enlarged(frames, factor)])


def _resized(frame: Frames, size: tuple[int, int]) -> Frames:
    is_smaller = size[0] < frame.shape[1]
    how = cv2.INTER_AREA if is_smaller else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(frame, size, interpolation=how), np.uint8)


def _there(stage: type[StageT], weights: Weights, device: str) -> StageT | None:
    try:
        return stage.load(weights, device=device)
    except WeightsMissing:
        return None
