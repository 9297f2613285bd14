"""Where the faces of a photo are, however small, many or rolled they may be."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from engine.vision.boxes import likeness
from engine.vision.detector import Detection, FaceDetector, Floats, Photo

_LARGEST = 2048
"""Longer side of the photo that is searched; bigger ones are shrunk first."""
_SMALL = 0.2
"""Of the photo's shorter side: if no face is bigger, tiles of the photo are searched too."""
_TILE = 0.6
"""Of the shorter side; each further round of tiles is this much smaller."""
_TILE_STEP = 0.6
_SMALLEST_TILE = 640
_TILES_AT_ONCE = 8
_SAME_FACE = 0.5
_NOWHERE = np.zeros(2, np.float32)
_ROLLS = (-40.0, 40.0)
"""Degrees by which a photo in which no face was found is turned for another look."""


class FaceSearch:
    """Looks for faces with a detector for near faces and one for far ones."""

    def __init__(self, near: FaceDetector, far: FaceDetector) -> None:
        self._near, self._far = near, far

    def __call__(self, photo: Photo) -> list[Detection]:
        """Find faces, the most certain first; now and then one is found twice or is none."""
        shrink = max(max(photo.shape[:2]) / _LARGEST, 1.0)
        small = cv2.resize(photo, None, fx=1 / shrink, fy=1 / shrink, interpolation=cv2.INTER_AREA)
        found = self._upright(small)
        if not found:
            found = [face for degrees in _ROLLS for face in self._rolled(small, degrees)]
        return [face.moved(_NOWHERE, shrink) for face in _distinct(found)]

    def _upright(self, photo: Photo) -> list[Detection]:
        found = self._near([photo])[0] + self._far([photo])[0]
        biggest = max((face.size for face in found), default=0.0)
        if biggest < _SMALL * min(photo.shape[:2]):
            found += self._tiled(photo)
        return found

    def _tiled(self, photo: Photo) -> list[Detection]:
        found: list[Detection] = []
        corners = list(_tiles(photo.shape[1], photo.shape[0]))
        for start in range(0, len(corners), _TILES_AT_ONCE):
            some = corners[start : start + _TILES_AT_ONCE]
            looks = self._far([photo[y : y + side, x : x + side] for x, y, side in some])
            for (x, y, _side), faces in zip(some, looks, strict=True):
                found += [face.moved(np.array([x, y], np.float32)) for face in faces]
        return found

    def _rolled(self, photo: Photo, degrees: float) -> list[Detection]:
        turned, back = _turned(photo, degrees)
        return [_turned_back(face, back) for face in self._upright(turned)]


def _distinct(found: list[Detection]) -> list[Detection]:
    distinct: list[Detection] = []
    for face in sorted(found, key=lambda face: -face.score):
        if all(likeness(face.box, other.box) < _SAME_FACE for other in distinct):
            distinct.append(face)
    return distinct


def _tiles(width: int, height: int) -> Iterator[tuple[int, int, int]]:
    """Cover a photo with overlapping squares: left, top, side; then again with smaller ones."""
    side = int(min(width, height) * _TILE)
    while True:
        for top in _starts(height, side):
            for left in _starts(width, side):
                yield left, top, side
        if side <= _SMALLEST_TILE:
            return
        side = int(side * _TILE_STEP)


def _starts(extent: int, side: int) -> list[int]:
    count = int(np.ceil((extent - side) / (side * _TILE_STEP))) + 1
    return np.linspace(0, extent - side, count).astype(int).tolist()


def _turned(photo: Photo, degrees: float) -> tuple[Photo, Floats]:
    """Turn a photo on a canvas that holds all of it; also the matrix that turns pixels back."""
    height, width = photo.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    canvas = np.abs(matrix[:, :2]) @ [width, height]
    matrix[:, 2] += canvas / 2 - [width / 2, height / 2]
    size = int(canvas[0]), int(canvas[1])
    turned = cv2.warpAffine(photo, matrix, size, flags=cv2.INTER_AREA)
    return turned.astype(np.uint8), cv2.invertAffineTransform(matrix).astype(np.float32)


def _turned_back(face: Detection, matrix: Floats) -> Detection:
    centre = matrix[:, :2] @ face.centre + matrix[:, 2]
    half = (face.box[2:] - face.box[:2]) / 2
    return Detection(
        score=face.score,
        box=np.concatenate([centre - half, centre + half]),
        eyes=face.eyes @ matrix[:, :2].T + matrix[:, 2],
    )
