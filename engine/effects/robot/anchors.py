"""Where the robot's parts hang: coordinate systems of the head and of the shoulders.

Lengths are in eye distances, so every part grows with the face. Axes of an anchor: across to the
right of the image, down, and out to the viewer. The photo is seen orthographically.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.vision.scene import Face

Points = NDArray[np.floating]

EYE_CORNERS = ((33, 133), (362, 263))
EAR_TO_EAR = (234, 454)
BROW_TO_CHIN = (10, 152)

NECK_ROOT = (0.0, 1.70, -0.95)
"""Of the shoulders' origin, in the head's coordinates: behind the chin, on the spine."""
SHARED_TURN = 0.35
"""Part of the head's turn and tilt that the shoulders have: people face the camera."""
SEEN_FROM_ABOVE = -0.16
"""Forward slope of the shoulders' upright: rings round the neck show their upper rims."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """A coordinate system in the photo; x right, y down, z to the viewer, pixels.

    Attributes:
        origin: (3,) pixels.
        axes: (3, 3) unit vectors across, down, out; one a row.
        unit: pixels of an eye distance.
    """

    origin: Points
    axes: Points
    unit: float

    def to_photo(self, points: object) -> Points:
        """Turn (..., 3) local points into pixels."""
        return self.origin + np.asarray(points, np.float64) @ self.axes * self.unit


def head_anchor(face: Face) -> Anchor:
    """Hang a head on the landmarks: the origin lies between the eyes."""
    points = in_space(face)
    left, right = (points[list(corners)].mean(0) for corners in EYE_CORNERS)
    across = _unit(points[EAR_TO_EAR[1]] - points[EAR_TO_EAR[0]])
    down = points[BROW_TO_CHIN[1]] - points[BROW_TO_CHIN[0]]
    return Anchor(
        origin=(left + right) / 2,
        axes=_axes(across, down),
        unit=float(np.linalg.norm(right - left)),
    )


def body_anchor(head: Anchor) -> Anchor:
    """Hang shoulders under a head: nearly upright in the image, whatever the head does."""
    upright = _axes(np.array([1.0, 0.0, 0.0]), np.array([0.0, 1.0, SEEN_FROM_ABOVE]))
    across, down = SHARED_TURN * head.axes[:2] + (1 - SHARED_TURN) * upright[:2]
    return Anchor(origin=head.to_photo(NECK_ROOT), axes=_axes(across, down), unit=head.unit)


def in_space(face: Face) -> Points:
    """Give the landmarks as (478, 3) pixels with z to the viewer."""
    return face.landmarks.astype(np.float64) * (1, 1, -1)


def _axes(across: Points, down: Points) -> Points:
    across = _unit(across)
    down = _unit(down - across * (down @ across))
    return np.stack([across, down, np.cross(across, down)])


def _unit(vector: Points) -> Points:
    return vector / np.linalg.norm(vector)
