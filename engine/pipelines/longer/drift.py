"""Colours that drift from take to take, and holding them.

Whatever goes on from its own frames repeats its own faults, and a long film becomes ever more
saturated, or paler. What is new may well look otherwise, so that drift is held softly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from engine.pipelines.take import Frames

LOOKED_AT = 8
"""Frames whose colours are compared."""
_STRENGTH = 0.5
_MOST_GAIN = 1.15
_MOST_SHIFT = 16.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tone:
    """The mean and the spread of each of the three colours."""

    mean: NDArray[np.float64]
    spread: NDArray[np.float64]

    @classmethod
    def of(cls, frames: Frames) -> Self:
        """Look at some frames."""
        return cls(mean=frames.mean((0, 1, 2)), spread=frames.std((0, 1, 2)))


def held(frames: Frames, tone: Tone) -> Frames:
    """Bring the colours that frames end with half the way back, little by little from the first.

    The first frame stays as it is but for its share, so that no join is seen.
    """
    last = Tone.of(frames[-LOOKED_AT:])
    ratio = (tone.spread + 1) / (last.spread + 1)
    gain = np.clip(ratio**_STRENGTH, 1 / _MOST_GAIN, _MOST_GAIN)
    shift = np.clip((tone.mean - last.mean) * _STRENGTH, -_MOST_SHIFT, _MOST_SHIFT)
    made = np.empty_like(frames)
    for number, frame in enumerate(frames):  # all at once they would take four times the memory
        share = (number + 1) / len(frames)
        changed = (frame - last.mean) * (1 + (gain - 1) * share) + last.mean + shift * share
        made[number] = np.rint(np.clip(changed, 0, 255))
    return made
