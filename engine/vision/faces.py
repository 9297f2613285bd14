"""The faces of a photo: looked for, given landmarks, and looked at again to be sure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.vision import regions
from engine.vision.arrays import Floats, Photo, resized
from engine.vision.boxes import Box, containment
from engine.vision.detector import Detection
from engine.vision.frames import Frame
from engine.vision.landmarks import LandmarkNet
from engine.vision.scene import Face
from engine.vision.search import FaceSearch

_PRESENT = 0.5
_SURE, _BOTH_SURE = 0.7, 1.3
"""How certain the second look must be, or both together."""
_SAME_FACE = 0.5
_SEARCHED_SIZE = 2048
"""Longer side, in pixels, of the photo that is searched; bigger ones are shrunk first."""
_SMALL = 0.2
"""Of the photo's shorter side: if no face is bigger, the photo is searched closely too."""


class FaceFinder:
    """Finds where faces may be and keeps those on which landmarks fit."""

    def __init__(self, search: FaceSearch, landmarks: LandmarkNet) -> None:
        self._search = search
        self._landmarks = landmarks

    def __call__(self, photo: Photo) -> tuple[Face, ...]:
        """Find the faces of a photo (H, W, 3), the biggest first, in its pixels."""
        height, width = photo.shape[:2]
        scale = max(max(height, width) / _SEARCHED_SIZE, 1.0)
        small = resized(photo, max(round(width / scale), 1), max(round(height / scale), 1))
        faces = self._placed(photo, self._search.whole(small), scale)
        if not any(face.width > _SMALL * min(height, width) for face in faces):
            faces += self._placed(photo, self._search.tiled(small), scale)
        if not faces:
            faces = self._placed(photo, self._search.rolled(small), scale)
        return _distinct(faces)

    def _placed(self, photo: Photo, found: Sequence[Detection], scale: float) -> list[Face]:
        """Place landmarks on what was found in the photo shrunk by `scale`."""
        origin = np.zeros(2, np.float32)
        placed = self._landmarks(photo, [face.moved(origin, scale) for face in found])
        again = self._search.again(photo, [Frame.of_landmarks(face.points) for face in placed])
        return [
            face_of(face.points)
            for first, face, second in zip(found, placed, again, strict=True)
            if face.presence > _PRESENT and (second > _SURE or first.score + second > _BOTH_SURE)
        ]


def _distinct(faces: list[Face]) -> tuple[Face, ...]:
    distinct: list[Face] = []
    for face in sorted(faces, key=lambda face: -face.width):
        box = _bounds(face.landmarks)
        if all(containment(box, _bounds(other.landmarks)) < _SAME_FACE for other in distinct):
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
        right=across.astype(np.float32),
        down=np.array([-across[1], across[0]], np.float32),
    )


def _bounds(landmarks: Floats) -> Box:
    skin = landmarks[: regions.SKIN, :2]
    return np.concatenate([skin.min(0), skin.max(0)])
