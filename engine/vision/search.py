"""Where the faces of a photo are, however small, many or rolled they may be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np

from engine.vision.arrays import Floats, Photo
from engine.vision.boxes import likeness
from engine.vision.detector import Detection, FaceDetector
from engine.vision.frames import MARGIN, Frame

_TILE = 0.6
"""Side of the first round's tiles, of the photo's shorter side; and each round's of the last's."""
_SMALLEST_TILE = 192
_FINE_TILE = 640
"""Pixels from which on no finer round is needed."""
_TILES_AT_ONCE = 8
_SAME_FACE = 0.5
_ROLLS = (-40.0, 40.0)
"""Degrees by which a photo is turned to find heads held aslant."""
_FRAME_PIXELS = 128
_MIDDLE = _FRAME_PIXELS / 2 + _FRAME_PIXELS / MARGIN / 2 * np.array([-1, -1, 1, 1], np.float32)
_ALIGNED = 0.3


class FaceSearch:
    """Looks for faces with a detector for near faces and one for far ones.

    Every way of looking gives the most certain faces first; some are no faces.
    """

    def __init__(self, near: FaceDetector, far: FaceDetector) -> None:
        self._near, self._far = near, far

    def whole(self, photo: Photo) -> list[Detection]:
        """Look at the photo as a whole."""
        return _distinct(self._near([photo])[0] + self._far([photo])[0])

    def tiled(self, photo: Photo) -> list[Detection]:
        """Look closely, at one part of the photo after another."""
        found: list[Detection] = []
        height, width = photo.shape[:2]
        tiles = list(_tiles(width, height))
        for start in range(0, len(tiles), _TILES_AT_ONCE):
            some = tiles[start : start + _TILES_AT_ONCE]
            looks = self._far([photo[y : y + side, x : x + side] for x, y, side in some])
            for (x, y, _side), faces in zip(some, looks, strict=True):
                found += [face.moved(np.array([x, y], np.float32)) for face in faces]
        return _distinct(found)

    def rolled(self, photo: Photo) -> list[Detection]:
        """Look at the photo turned to one side and to the other."""
        found: list[Detection] = []
        for degrees in _ROLLS:
            turned, back = _turned(photo, degrees)
            found += [_turned_back(face, back) for face in self.whole(turned)]
        return _distinct(found)

    def again(self, photo: Photo, frames: Sequence[Frame]) -> list[float]:
        """Look straight at each frame: how certain is it that a face fills its middle, 0..1."""
        if not frames:
            return []
        looks = self._near([frame.picture(photo, _FRAME_PIXELS) for frame in frames])
        return [
            max((face.score for face in seen if likeness(face.box, _MIDDLE) > _ALIGNED), default=0)
            for seen in looks
        ]


def _distinct(found: list[Detection]) -> list[Detection]:
    distinct: list[Detection] = []
    for face in sorted(found, key=lambda face: -face.score):
        if all(likeness(face.box, other.box) < _SAME_FACE for other in distinct):
            distinct.append(face)
    return distinct


def _tiles(width: int, height: int) -> Iterator[tuple[int, int, int]]:
    """Cover a photo with overlapping squares: left, top, side; then again with smaller ones."""
    side = max(int(min(width, height) * _TILE), _SMALLEST_TILE)
    while True:
        for top in _starts(height, side):
            for left in _starts(width, side):
                yield left, top, side
        if side <= _FINE_TILE:
            return
        side = int(side * _TILE)


def _starts(extent: int, side: int) -> list[int]:
    room = max(extent - side, 0)
    count = int(np.ceil(room / (side * _TILE))) + 1
    return np.linspace(0, room, count).astype(int).tolist()


def _turned(photo: Photo, degrees: float) -> tuple[Photo, Floats]:
    """Turn a photo on a canvas that holds all of it; also the matrix that turns pixels back."""
    height, width = photo.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    canvas = np.abs(matrix[:, :2]) @ [width, height]
    matrix[:, 2] += canvas / 2 - [width / 2, height / 2]
    size = int(canvas[0]), int(canvas[1])
    turned = cv2.warpAffine(photo, matrix, size, flags=cv2.INTER_LINEAR)
    return turned.astype(np.uint8), np.asarray(cv2.invertAffineTransform(matrix), np.float32)


def _turned_back(face: Detection, matrix: Floats) -> Detection:
    centre = matrix[:, :2] @ face.centre + matrix[:, 2]
    half = (face.box[2:] - face.box[:2]) / 2
    return Detection(
        score=face.score,
        box=np.concatenate([centre - half, centre + half]),
        eyes=face.eyes @ matrix[:, :2].T + matrix[:, 2],
    )
