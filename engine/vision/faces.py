"""The faces of a photo, each placed and certain."""

from __future__ import annotations

import numpy as np

from engine.vision import regions
from engine.vision.boxes import Box, containment
from engine.vision.detector import Floats, Photo
from engine.vision.landmarks import LandmarkNet
from engine.vision.scene import Face
from engine.vision.search import FaceSearch

_CERTAIN = 0.95
_SAME_FACE = 0.5


class FaceFinder:
    """Finds where faces may be and keeps those on which landmarks fit."""

    def __init__(self, search: FaceSearch, landmarks: LandmarkNet) -> None:
        self._search = search
        self._landmarks = landmarks

    def __call__(self, photo: Photo) -> tuple[Face, ...]:
        """Find the faces of a photo (H, W, 3), the biggest first, in its pixels."""
        placed = self._landmarks(photo, self._search(photo))
        faces = [face_of(found.points) for found in placed if found.presence > _CERTAIN]
        distinct: list[Face] = []
        for face in sorted(faces, key=lambda face: -face.width):
            if all(containment(_box(face), _box(other)) < _SAME_FACE for other in distinct):
                distinct.append(face)
        return tuple(distinct)


def face_of(landmarks: Floats) -> Face:
    """Measure the face that has these landmarks (478, 3)."""
    left, top, right, bottom = _bounds(landmarks)
    across = landmarks[regions.RIGHT_EYE_OUTER, :2] - landmarks[regions.LEFT_EYE_OUTER, :2]
    across = across / np.linalg.norm(across)
    irises = landmarks[regions.RIGHT_IRIS, :2] - landmarks[regions.LEFT_IRIS, :2]
    return Face(
        landmarks=landmarks,
        centre=landmarks[list(regions.OVAL), :2].mean(0),
        width=float(right - left),
        height=float(bottom - top),
        eye_distance=float(np.linalg.norm(irises)),
        right=across,
        down=np.array([-across[1], across[0]], np.float32),
    )


def _box(face: Face) -> Box:
    return _bounds(face.landmarks)


def _bounds(landmarks: Floats) -> Box:
    skin = landmarks[: regions.SKIN, :2]
    return np.concatenate([skin.min(0), skin.max(0)])
