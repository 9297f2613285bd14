"""Fit a coarse mask to the edges of a colour picture."""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np

from engine.vision.arrays import Floats, resized

_ROWS, _COLUMNS = np.array([0, 0, 0, 1, 1, 2]), np.array([0, 1, 2, 1, 2, 2])
"""The six different entries of a symmetric 3 x 3 matrix."""


def guided_filter(
    guide: Floats, mask: Floats, *, radius: int, smoothness: float, shrink: int
) -> Floats:
    """Filter a mask so that it follows the guide's colours locally.

    The fast guided filter (He and Sun, 2015) with a colour guide: the local linear models are
    fitted on a picture `shrink` times smaller and applied at full size.

    Args:
        guide: (H, W, 3) colours in 0..1.
        mask: (H, W).
        radius: of the window, in pixels of the guide.
        smoothness: colour variance below which the mask is smoothed rather than fitted.
        shrink: how much smaller the fitting is done.

    Returns:
        (H, W), not limited to 0..1.
    """
    height, width = mask.shape
    size = max(width // shrink, 1), max(height // shrink, 1)
    window = 2 * max(radius // shrink, 1) + 1
    slope, offset = _linear_models(resized(guide, *size), resized(mask, *size), window, smoothness)
    slope = resized(_mean(slope, window), width, height)
    return (slope * guide).sum(-1) + resized(_mean(offset, window), width, height)


def _linear_models(
    guide: Floats, mask: Floats, window: int, smoothness: float
) -> tuple[Floats, Floats]:
    """Fit mask = slope . colour + offset in the window around each pixel.

    In double precision: the variances of a grey picture nearly cancel.
    """
    guide, mask = guide.astype(np.float64), mask.astype(np.float64)
    colour, value = _mean(guide, window), _mean(mask, window)
    products = _mean(guide[..., _ROWS] * guide[..., _COLUMNS], window)
    variance = products - colour[..., _ROWS] * colour[..., _COLUMNS]
    variance[..., _ROWS == _COLUMNS] += smoothness
    shared = _mean(guide * mask[..., None], window) - colour * value[..., None]
    slope = _solve_symmetric(variance, shared)
    offset = value - (slope * colour).sum(-1)
    return slope.astype(np.float32), offset.astype(np.float32)


def _solve_symmetric(matrix: Floats, right: Floats) -> Floats:
    """Solve 3 x 3 systems by cofactors; `matrix` holds the six different entries."""
    a, b, c, d, e, f = np.moveaxis(matrix, -1, 0)
    cofactors = np.stack(
        [d * f - e * e, c * e - b * f, b * e - c * d, a * f - c * c, b * c - a * e, a * d - b * b],
        -1,
    )
    determinant = a * cofactors[..., 0] + b * cofactors[..., 1] + c * cofactors[..., 2]
    full = cofactors[..., [[0, 1, 2], [1, 3, 4], [2, 4, 5]]]
    return np.einsum("...ij,...j->...i", full, right) / determinant[..., None]


def _mean(values: Floats, window: int) -> Floats:
    return cast(Floats, cv2.boxFilter(values, -1, (window, window)))
