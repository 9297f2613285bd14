"""Array types of this package, and the few picture operations that keep them."""

from __future__ import annotations

from typing import Any, TypeVar, cast

import cv2
import numpy as np
from numpy.typing import NDArray

Photo = NDArray[np.uint8]
Floats = NDArray[np.floating[Any]]
Mask = NDArray[np.bool_]
Picture = TypeVar("Picture", Photo, Floats)


def resized(picture: Picture, width: int, height: int) -> Picture:
    """Resize (H, W) or (H, W, C): averaging areas to shrink, cubic to enlarge."""
    how = cv2.INTER_AREA if width < picture.shape[1] else cv2.INTER_CUBIC
    return cast(Picture, cv2.resize(picture, (width, height), interpolation=how))


def resampled(picture: Picture, matrix: Floats, width: int, height: int) -> Picture:
    """Sample a picture at every pixel of another, its border repeated outside.

    Args:
        picture: (H, W) or (H, W, C).
        matrix: (2, 3) from pixels of the result to pixels of the picture.
        width: of the result.
        height: of the result.
    """
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    sampled = cv2.warpAffine(
        picture, matrix, (width, height), flags=how, borderMode=cv2.BORDER_REPLICATE
    )
    return cast(Picture, sampled)


def blurred(picture: Floats, sigma: float) -> Floats:
    """Blur (H, W) or (H, W, C) with a Gaussian."""
    return cast(Floats, cv2.GaussianBlur(picture, (0, 0), sigma))


def distance_inside(mask: Mask) -> Floats:
    """Distance of each pixel of a mask from what is not in it, in pixels; 0 outside the mask."""
    return cast(Floats, cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 5))


def smoothstep(x: Floats) -> Floats:
    """Ease from 0 to 1 while x goes from 0 to 1."""
    t = x.clip(0, 1)
    return t * t * (3 - 2 * t)
