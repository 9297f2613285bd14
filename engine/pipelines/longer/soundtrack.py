"""The sounds of several takes as one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.pipelines.take import Sound

_CROSSFADE_S = 0.05


class Soundtrack:
    """Grows by the sound of one take after the other."""

    def __init__(self, fps: float) -> None:
        self._fps = fps
        self._frames = 0
        self.sound: Sound | None = None

    def add(self, sound: Sound | None, *, repeated: int, frames: int) -> None:
        """Go on with a take's sound; its first frames `repeated` what there was.

        The sound of what it repeated is faded in over what there was.
        """
        first, last = self._frames, self._frames + frames
        self._frames = last
        if sound is None:
            return
        so_far = self.sound or _silence(sound, 0)
        start, end = self._at(first, sound), self._at(last, sound)
        before = _filled(so_far.samples, start)
        from_here = self._at(repeated, sound)
        length = min(self._at(self._fps * _CROSSFADE_S, sound), from_here, start)
        after = _filled(sound.samples[:, from_here - length :], length + end - start)
        mixed = _crossfaded(before[:, start - length :], after[:, :length])
        samples = np.concatenate([before[:, : start - length], mixed, after[:, length:]], axis=1)
        self.sound = Sound(samples=samples, rate=sound.rate)

    def _at(self, frame: float, sound: Sound) -> int:
        return round(frame / self._fps * sound.rate)


def _silence(like: Sound, length: int) -> Sound:
    samples = np.zeros((len(like.samples), length), np.float32)
    return Sound(samples=samples, rate=like.rate)


def _filled(samples: NDArray[np.float32], length: int) -> NDArray[np.float32]:
    """Cut samples to a length, or go on with silence."""
    missing = max(0, length - samples.shape[1])
    return np.pad(samples[:, :length], ((0, 0), (0, missing)))


def _crossfaded(before: NDArray[np.float32], after: NDArray[np.float32]) -> NDArray[np.float32]:
    """Fade from one to the other at even loudness, as they are not alike."""
    angle = np.linspace(0, np.pi / 2, before.shape[1], dtype=np.float32)
    return before * np.cos(angle) + after * np.sin(angle)
