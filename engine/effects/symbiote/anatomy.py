"""Where the creature's parts lie on a face, in eye distances from midway between the eyes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from engine.vision.scene import Face

CHIN, LEFT_EDGE, RIGHT_EDGE, LIPS = 152, 234, 454, (13, 14)
"""Landmarks of the face mesh."""

TYPICAL_HALF_WIDTH = 1.06
TYPICAL_CHIN = 1.75
"""Of an adult face seen from the front; the creature's shapes are drawn for these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Anatomy:
    """A face's proportions.

    Attributes:
        face: the face they were taken from.
        unit: pixels of one eye distance.
        mouth_u: middle of the mouth, across.
        mouth_v: middle of the mouth, down.
        left: half width of the face on the image's left, relative to a typical one.
        right: the same on the right; a turned head has two different ones.
        length: of the lower face, relative to a typical one.
    """

    face: Face
    unit: float
    mouth_u: float
    mouth_v: float
    left: float
    right: float
    length: float

    def locate(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        """Turn pixels into face-local u (across) and v (down)."""
        origin, right, down = self.face.between_eyes, self.face.right, self.face.down
        x, y = x - float(origin[0]), y - float(origin[1])
        u = (x * float(right[0]) + y * float(right[1])) / self.unit
        v = (x * float(down[0]) + y * float(down[1])) / self.unit
        return u, v

    def fitted(self, shape: NDArray[np.floating]) -> NDArray[np.floating]:
        """Scale a shape (N, 2) drawn for a typical face to this one."""
        u, v = shape[:, 0], shape[:, 1]
        sides = np.where(u < 0, self.left, self.right)
        lengths = np.where(v > 0, self.length, 1.0)
        return np.stack([u * sides, v * lengths], -1)

    def pixels(self, shape: NDArray[np.floating]) -> NDArray[np.float32]:
        """Place face-local points (N, 2) in the image."""
        return self.face.local(shape[:, 0], shape[:, 1])


def measure(face: Face) -> Anatomy:
    """Take a face's proportions."""
    offsets = face.landmarks[:, :2] - face.between_eyes
    u, v = offsets @ face.right / face.eye_distance, offsets @ face.down / face.eye_distance
    return Anatomy(
        face=face,
        unit=face.eye_distance,
        mouth_u=float(u[list(LIPS)].mean()),
        mouth_v=float(v[list(LIPS)].mean()),
        left=_relative(-u[LEFT_EDGE], TYPICAL_HALF_WIDTH),
        right=_relative(u[RIGHT_EDGE], TYPICAL_HALF_WIDTH),
        length=_relative(v[CHIN], TYPICAL_CHIN),
    )


def _relative(measured: float, typical: float) -> float:
    """Compare with a typical length; bounded, for a head turned far away has no far side."""
    return float(np.clip(measured / typical, 0.6, 1.4))
