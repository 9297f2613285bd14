"""The part of the photo that becomes the clip: the face where a selfie has it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.vision import regions
from engine.vision.arrays import Floats, Photo, resized
from engine.vision.scene import Face

_HEIGHT, _WIDTH = 2.15, 1.9
"""The least the crop shows, in face heights and face widths: room for hair and shoulders."""
_ABOVE = 0.02
"""How far the crop's middle lies above the face's, in face heights."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crop:
    """A rectangle of the photo in whole pixels, and the size it is shown at."""

    left: int
    top: int
    photo_width: int
    photo_height: int
    width: int
    height: int

    def pixels(self, photo: Photo) -> Photo:
        """Cut out and resize."""
        part = photo[self.top : self.top + self.photo_height, self.left :][:, : self.photo_width]
        return np.ascontiguousarray(resized(part, self.width, self.height))

    def points(self, points: Floats) -> Floats:
        """Carry (n, 3) points of the photo into the crop."""
        scale = np.array([self.width / self.photo_width, self.height / self.photo_height])
        moved = np.empty_like(points)
        moved[:, :2] = (points[:, :2] - [self.left, self.top] + 0.5) * scale - 0.5
        moved[:, 2] = points[:, 2] * scale.mean()
        return moved


def widest_crop(photo: Photo, middle: Floats | None, width: int, height: int) -> Crop:
    """Choose the most of a photo that a clip of a given size shows, about a point of it.

    Without a `middle`, (x, y) in pixels, it is the photo's own.
    """
    photo_height, photo_width = photo.shape[:2]
    scale = min(photo_width / width, photo_height / height)
    size = np.array([max(round(width * scale), 1), max(round(height * scale), 1)])
    about = np.array([photo_width, photo_height]) / 2 if middle is None else middle
    return _within(photo, about, size, width, height)


def selfie_crop(photo: Photo, face: Face, width: int, height: int) -> Crop:
    """Choose the crop of a photo around a face, for a clip of a given size.

    It never leaves the photo, so a face near the edge is not in the middle.
    """
    skin = face.landmarks[: regions.SKIN, :2]
    middle = (skin.min(0) + skin.max(0)) / 2 - [0, face.height * _ABOVE]
    photo_height, photo_width = photo.shape[:2]
    wanted = max(face.height * _HEIGHT, face.width * _WIDTH * height / width)
    wanted = min(wanted, photo_height, photo_width * height / width)
    size = np.array([max(round(wanted * width / height), 1), max(round(wanted), 1)])
    return _within(photo, middle, size, width, height)


def _within(photo: Photo, middle: Floats, size: NDArray[np.int_], width: int, height: int) -> Crop:
    """Move a rectangle into the photo, if it would leave it."""
    whole = np.array(photo.shape[1::-1])
    size = np.minimum(size, whole)
    corner = np.round(middle - size / 2).clip(0, whole - size).astype(int)
    return Crop(
        left=int(corner[0]),
        top=int(corner[1]),
        photo_width=int(size[0]),
        photo_height=int(size[1]),
        width=width,
        height=height,
    )
