"""One face detector net: photos in, face boxes in the photos' pixels out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import torch

from engine.vision.arrays import Floats, Photo, resized
from engine.vision.boxes import likeness
from engine.vision.network import Network

NEAR_GRIDS = ((16, 2), (8, 6))
"""Cells across, and anchors in each, of the layers of the near detector."""
FAR_GRIDS = ((48, 1),)

_CERTAIN = 0.5
_SAME_FACE = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """A face found.

    Attributes:
        score: 0..1.
        box: left, top, right, bottom in pixels.
        eyes: (2, 2) pixels, the one in the left half of the image first.
    """

    score: float
    box: Floats
    eyes: Floats

    @property
    def size(self) -> float:
        """Longer side of the box, pixels."""
        return float(max(self.box[2] - self.box[0], self.box[3] - self.box[1]))

    @property
    def centre(self) -> Floats:
        """Middle of the box."""
        return (self.box[:2] + self.box[2:]) / 2

    def moved(self, shift: Floats, scale: float = 1.0) -> Self:
        """Carry into another image's pixels: scaled, then shifted."""
        return type(self)(
            score=self.score,
            box=self.box * scale + np.tile(shift, 2),
            eyes=self.eyes * scale + shift,
        )


class FaceDetector:
    """A detector net with the grids of anchors it was trained with."""

    def __init__(self, network: Network, grids: Sequence[tuple[int, int]]) -> None:
        self._network = network
        self._anchors = np.concatenate([_anchors(*grid) for grid in grids]) * network.plan.width

    def __call__(self, photos: Sequence[Photo]) -> list[list[Detection]]:
        """Find the faces of each photo, the most certain first."""
        side = self._network.plan.width
        framed = [_letterbox(photo, side) for photo in photos]
        batch = np.stack([canvas for canvas, _scale, _margin in framed])
        images = torch.from_numpy(batch).permute(0, 3, 1, 2).float() / 127.5 - 1
        scores, shapes = self._run(images)
        return [
            [
                face.moved(-margin / scale, 1 / scale)
                for face in _merged(self._decoded(scores[index], shapes[index]))
            ]
            for index, (_canvas, scale, margin) in enumerate(framed)
        ]

    def _run(self, images: torch.Tensor) -> tuple[Floats, Floats]:
        outputs = sorted(self._network(images).values(), key=lambda values: values.shape[-1])
        logits, shapes = outputs
        return torch.sigmoid(logits[..., 0]).cpu().numpy(), shapes.cpu().numpy()

    def _decoded(self, scores: Floats, shapes: Floats) -> list[Detection]:
        found = np.flatnonzero(scores > _CERTAIN)
        found = found[np.argsort(-scores[found], kind="stable")]
        anchors, shapes = self._anchors[found], shapes[found]
        centres, halves = shapes[:, :2] + anchors, shapes[:, 2:4] / 2
        boxes = np.concatenate([centres - halves, centres + halves], 1)
        eyes = shapes[:, 4:8].reshape(-1, 2, 2) + anchors[:, None]
        return [
            Detection(score=float(scores[index]), box=boxes[row], eyes=eyes[row])
            for row, index in enumerate(found)
        ]


def _anchors(cells: int, each: int) -> Floats:
    middles = (np.arange(cells, dtype=np.float32) + 0.5) / cells
    grid = np.stack(np.meshgrid(middles, middles), -1).reshape(-1, 2)
    return grid.repeat(each, 0)


def _letterbox(photo: Photo, side: int) -> tuple[Photo, float, Floats]:
    """Fit a photo into a black square; tell its scale and its margin there."""
    height, width = photo.shape[:2]
    scale = side / max(height, width)
    fitted = max(round(width * scale), 1), max(round(height * scale), 1)
    left, top = (side - fitted[0]) // 2, (side - fitted[1]) // 2
    canvas = np.zeros((side, side, 3), np.uint8)
    canvas[top : top + fitted[1], left : left + fitted[0]] = resized(photo, *fitted)
    return canvas, scale, np.array([left, top], np.float32)


def _merged(faces: list[Detection]) -> list[Detection]:
    """Join boxes that overlap into their mean, weighted by score."""
    merged: list[Detection] = []
    while faces:
        best = faces[0]
        same = [face for face in faces if likeness(face.box, best.box) > _SAME_FACE]
        faces = [face for face in faces if likeness(face.box, best.box) <= _SAME_FACE]
        weights = np.array([face.score for face in same], np.float32)
        merged.append(
            Detection(
                score=best.score,
                box=np.average([face.box for face in same], 0, weights).astype(np.float32),
                eyes=np.average([face.eyes for face in same], 0, weights).astype(np.float32),
            )
        )
    return merged
