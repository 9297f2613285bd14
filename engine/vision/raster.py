"""Draw values given at the corners of triangles."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.vision.arrays import Floats, Mask

Integers = NDArray[np.int32]

_NOTHING = -1


def rasterise(
    corners: Floats, values: Floats, triangles: Integers, height: int, width: int
) -> tuple[Floats, Mask]:
    """Interpolate values over triangles, nearer ones in front.

    Args:
        corners: (n, 3) x, y in pixels and depth towards the viewer.
        values: (n,) at the corners.
        triangles: (m, 3) corner numbers.
        height: of the picture.
        width: of the picture.

    Returns:
        (H, W) values, 0 where there is no triangle, and (H, W) whether there is one.
    """
    numbers = _triangle_numbers(corners, triangles, height, width)
    covered = numbers != _NOTHING
    y, x = np.nonzero(covered)
    chosen = triangles[numbers[covered]]
    weights = _barycentric(corners[chosen][..., :2], np.stack([x, y], -1))
    picture = np.zeros((height, width), np.float32)
    picture[covered] = (weights * values[chosen]).sum(-1)
    return picture, covered


def _triangle_numbers(corners: Floats, triangles: Integers, height: int, width: int) -> Integers:
    """Paint each triangle's number, from the farthest to the nearest."""
    numbers = np.full((height, width), _NOTHING, np.int32)
    outlines = np.round(corners[:, :2]).astype(np.int32)[triangles]
    for number in np.argsort(corners[triangles, 2].mean(1), kind="stable").tolist():
        cv2.fillConvexPoly(numbers, outlines[number], number)
    return numbers


def _barycentric(corners: Floats, points: NDArray[np.int64]) -> Floats:
    """Weights of three corners (k, 3, 2) at points (k, 2), kept inside the triangle."""
    a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
    doubled_area = _cross(b - a, c - a)
    safe = np.where(np.abs(doubled_area) < 1e-6, 1, doubled_area)
    second, third = _cross(points - a, c - a) / safe, _cross(b - a, points - a) / safe
    weights = np.stack([1 - second - third, second, third], -1).clip(0, None)
    return (weights / weights.sum(-1, keepdims=True).clip(1e-6)).astype(np.float32)


def _cross(u: Floats, v: Floats) -> Floats:
    return u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]
