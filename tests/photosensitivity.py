"""Whether a clip may trouble people who cannot bear flashes.

After WCAG 2.2 (three flashes or below threshold): a flash is a pair of opposing changes of
relative luminance by a tenth or more, the darker side below 0.8, over a quarter of the picture,
and no second may hold more than three.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

MOST_FLASHES = 3
SMALLEST_CHANGE = 0.1
DARK_SIDE = 0.8
AREA = 0.25
BLOCKS = (24, 24)


def flashes_in_a_second(frames: NDArray[np.uint8], fps: int) -> int:
    """Count the flashes of (n, H, W, 3) frames in their worst second."""
    turns = _turns(np.stack([_luminance(frame) for frame in frames]))
    windows = (turns[start : start + fps].sum(0) for start in range(len(turns)))
    return max(int(np.quantile(window, 1 - AREA)) // 2 for window in windows)


def _luminance(frame: NDArray[np.uint8]) -> NDArray[np.float64]:
    small = cv2.resize(frame, BLOCKS, interpolation=cv2.INTER_AREA)
    light = (small.astype(np.float64) / 255) ** 2.2
    return light @ np.array([0.2126, 0.7152, 0.0722])


def _turns(luminance: NDArray[np.float64]) -> NDArray[np.int64]:
    """Mark, for every frame and block, a change in the other direction than the one before."""
    extreme, rising = luminance[0].copy(), np.zeros_like(luminance[0], bool)
    known = np.zeros_like(rising)
    turns = np.zeros(luminance.shape, np.int64)
    for frame, now in enumerate(luminance):
        change = now - extreme
        counted = (np.abs(change) >= SMALLEST_CHANGE) & (np.minimum(now, extreme) < DARK_SIDE)
        turned = counted & (~known | ((change > 0) != rising))
        turns[frame] = turned
        further = known & ((change > 0) == rising)
        rising = np.where(turned, change > 0, rising)
        known |= turned
        extreme = np.where(turned | further, now, extreme)
    return turns
