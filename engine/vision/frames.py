"""Squares of a photo, turned so that a face in them is upright."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from engine.vision import regions
from engine.vision.arrays import Floats, Photo, resampled, resized
from engine.vision.detector import Detection

MARGIN = 1.5
"""Side of a frame, in longer sides of the face."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A square around a face: its middle and side in the photo's pixels, its angle in radians."""

    centre: Floats
    side: float
    angle: float

    @classmethod
    def of_detection(cls, face: Detection) -> Self:
        """Frame a detected face with its eyes level."""
        across = face.eyes[1] - face.eyes[0]
        return cls(face.centre, face.size * MARGIN, float(np.arctan2(across[1], across[0])))

    @classmethod
    def of_landmarks(cls, landmarks: Floats) -> Self:
        """Frame landmarks (478, 3) with their eyes level."""
        across = landmarks[regions.RIGHT_EYE_OUTER, :2] - landmarks[regions.LEFT_EYE_OUTER, :2]
        angle = float(np.arctan2(across[1], across[0]))
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        level = landmarks[:, :2] @ turn
        low, high = level.min(0), level.max(0)
        return cls(turn @ ((low + high) / 2), float((high - low).max()) * MARGIN, angle)

    def picture(self, photo: Photo, pixels: int) -> Photo:
        """Cut the frame out of the photo, (pixels, pixels, 3); the photo's border is repeated."""
        matrix = self._matrix(pixels)
        corners = np.array([[0, 0], [pixels, 0], [0, pixels], [pixels, pixels]])
        reached = corners @ matrix[:, :2].T + matrix[:, 2]
        extent = np.array(photo.shape[1::-1])
        low = np.floor(reached.min(0)).astype(int).clip(0, extent - 1)
        high = np.ceil(reached.max(0)).astype(int).clip(low) + 2
        part = photo[low[1] : high[1], low[0] : high[0]]
        small = _shrunk(part, self.side / pixels)
        ratio = np.array(small.shape[1::-1]) / part.shape[1::-1]
        matrix[:, 2] = (matrix[:, 2] - low + 0.5) * ratio - 0.5
        matrix[:, :2] *= ratio[:, None]
        return resampled(small, matrix, pixels, pixels)

    def in_photo(self, points: Floats, pixels: int) -> Floats:
        """Carry (n, 3) points, counted from the picture's corner, into the photo's pixels."""
        matrix = self._matrix(pixels)
        placed = np.empty_like(points)
        placed[:, :2] = (points[:, :2] - 0.5) @ matrix[:, :2].T + matrix[:, 2]
        placed[:, 2] = points[:, 2] * (self.side / pixels)
        return placed

    def _matrix(self, pixels: int) -> Floats:
        """(2, 3) from pixels of the picture to pixels of the photo."""
        scale = self.side / pixels
        cos, sin = np.cos(self.angle) * scale, np.sin(self.angle) * scale
        linear = np.array([[cos, -sin], [sin, cos]])
        shift = self.centre - linear @ np.full(2, (pixels - 1) / 2)
        return np.column_stack([linear, shift]).astype(np.float32)


def _shrunk(part: Photo, shrink: float) -> Photo:
    """Shrink before sampling, so that detail does not alias."""
    if shrink <= 1:
        return part
    height, width = part.shape[:2]
    return resized(part, max(round(width / shrink), 1), max(round(height / shrink), 1))
