"""Pictures as numpy arrays: the types, and what OpenCV does with them."""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.floating]
"""(h, w), or several of them."""
Picture = NDArray[np.floating]
"""(h, w, C)."""
Mask = NDArray[np.bool_]
Patch = tuple[slice, slice]
"""Rows and columns of a picture."""


def blurred(plane: Plane, sigma: float) -> Plane:
    """Blur with a gaussian."""
    return cast(Plane, cv2.GaussianBlur(plane, (0, 0), sigma))


def resized(plane: Plane, rows: int, columns: int) -> Plane:
    """Scale: area average down, bilinear up."""
    how = cv2.INTER_AREA if rows < plane.shape[0] else cv2.INTER_LINEAR
    return cast(Plane, cv2.resize(plane, (columns, rows), interpolation=how))


def distance_to(mask: Mask) -> Plane:
    """Measure each pixel's distance to the nearest one in the mask."""
    away = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return cast(Plane, away)


def grown(plane: Plane, radius: float) -> Plane:
    """Spread the greatest values of a plane by a radius."""
    size = 2 * max(1, round(radius)) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    return cast(Plane, cv2.dilate(plane, disc))


def slopes(height: Plane) -> Plane:
    """Differentiate a relief: (2, h, w), its rise to the right and down."""
    down, right = np.gradient(height)
    return np.stack([right, down])


def bounds(mask: Mask, margin: int = 0) -> Patch:
    """Give the rows and columns that a mask reaches over; none where it is empty."""
    rows, columns = (np.flatnonzero(mask.any(axis)) for axis in (1, 0))
    if not len(rows):
        return slice(0, 0), slice(0, 0)
    return (
        slice(max(int(rows[0]) - margin, 0), min(int(rows[-1]) + margin + 1, mask.shape[0])),
        slice(max(int(columns[0]) - margin, 0), min(int(columns[-1]) + margin + 1, mask.shape[1])),
    )
