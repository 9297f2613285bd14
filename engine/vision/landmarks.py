"""478 landmarks with depth on each detected face."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch

from engine.vision import regions
from engine.vision.detector import Detection, Floats, Photo
from engine.vision.network import Network

_LOOKS = 2
"""The second look is framed by the landmarks of the first."""
_MARGIN = 1.5
"""Side of the frame, in longer sides of the face."""
_REGION_OUTPUTS = ("output_lips", "output_left_eye", "output_right_eye")
_IRIS_OUTPUTS = (
    ("output_left_iris", regions.LEFT_IRIS, regions.LEFT_EYE),
    ("output_right_iris", regions.RIGHT_IRIS, regions.RIGHT_EYE),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Landmarks:
    """(478, 3) points in the photo's pixels (depth: smaller is nearer), and how face-like 0..1."""

    points: Floats
    presence: float


@dataclass(frozen=True, slots=True)
class _Frame:
    """A square of the photo around a face, turned so that the eyes lie level."""

    centre: Floats
    side: float
    angle: float

    def matrix(self, pixels: int) -> Floats:
        """(2, 3) from pixels of the framed picture to pixels of the photo."""
        scale = self.side / pixels
        cos, sin = np.cos(self.angle) * scale, np.sin(self.angle) * scale
        linear = np.array([[cos, -sin], [sin, cos]])
        shift = self.centre - linear @ np.full(2, (pixels - 1) / 2)
        return np.column_stack([linear, shift]).astype(np.float32)


class LandmarkNet:
    """Places landmarks; refines eyes, irises and lips."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._regions = [
            step.settings["subset_idxs"]
            for step in network.plan.steps
            if step.operator == "region_of_landmarks"
        ]

    def __call__(self, photo: Photo, faces: Sequence[Detection]) -> list[Landmarks]:
        """Place the landmarks of each detected face."""
        if not faces:
            return []
        frames = [_frame_of_detection(face) for face in faces]
        placed = self._look(photo, frames)
        for _ in range(_LOOKS - 1):
            placed = self._look(photo, [_frame_of_points(face.points) for face in placed])
        return placed

    def _look(self, photo: Photo, frames: Sequence[_Frame]) -> list[Landmarks]:
        pixels = self._network.plan.width
        batch = np.stack([_framed(photo, frame, pixels) for frame in frames])
        outputs = self._network(torch.from_numpy(batch).permute(0, 3, 1, 2).float() / 255)
        values = {name: output.flatten(1).cpu().numpy() for name, output in outputs.items()}
        presence = 1 / (1 + np.exp(-values["conv_faceflag"][:, 0]))
        return [
            Landmarks(
                points=_in_photo(self._points(values, index), frame, pixels),
                presence=float(presence[index]),
            )
            for index, frame in enumerate(frames)
        ]

    def _points(self, values: dict[str, Floats], index: int) -> Floats:
        """Put the refined regions into the mesh, in pixels of the frame."""
        points = np.zeros((478, 3), np.float32)
        points[: regions.SKIN] = values["output_mesh_identity"][index].reshape(-1, 3)
        for name, numbers in zip(_REGION_OUTPUTS, self._regions, strict=True):
            points[numbers, :2] = values[name][index].reshape(-1, 2)
        for name, first, eye in _IRIS_OUTPUTS:
            points[first : first + 5, :2] = values[name][index].reshape(-1, 2)
            points[first : first + 5, 2] = points[list(eye), 2].mean()
        return points


def _frame_of_detection(face: Detection) -> _Frame:
    across = face.eyes[1] - face.eyes[0]
    return _Frame(face.centre, face.size * _MARGIN, float(np.arctan2(across[1], across[0])))


def _frame_of_points(points: Floats) -> _Frame:
    across = points[regions.RIGHT_EYE_OUTER, :2] - points[regions.LEFT_EYE_OUTER, :2]
    angle = float(np.arctan2(across[1], across[0]))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    level = points[:, :2] @ turn
    low, high = level.min(0), level.max(0)
    return _Frame(turn @ ((low + high) / 2), float((high - low).max()) * _MARGIN, angle)


def _framed(photo: Photo, frame: _Frame, pixels: int) -> Photo:
    """Cut a frame out of the photo, shrinking first so that detail does not alias."""
    matrix = frame.matrix(pixels)
    corners = np.array([[0, 0], [pixels, 0], [0, pixels], [pixels, pixels]]) @ matrix[:, :2].T
    low = np.floor((corners + matrix[:, 2]).min(0)).astype(int).clip(0)
    high = np.ceil((corners + matrix[:, 2]).max(0)).astype(int) + 2
    part = photo[low[1] : high[1], low[0] : high[0]]
    shrink = max(frame.side / pixels, 1.0)
    size = max(round(part.shape[1] / shrink), 1), max(round(part.shape[0] / shrink), 1)
    small = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
    ratio = np.array(size) / part.shape[1::-1]
    matrix[:, 2] = (matrix[:, 2] - low + 0.5) * ratio - 0.5
    matrix[:, :2] *= ratio[:, None]
    return cv2.warpAffine(
        small,
        matrix,
        (pixels, pixels),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    ).astype(np.uint8)


def _in_photo(points: Floats, frame: _Frame, pixels: int) -> Floats:
    matrix = frame.matrix(pixels)
    placed = np.empty_like(points)
    placed[:, :2] = (points[:, :2] - 0.5) @ matrix[:, :2].T + matrix[:, 2]
    placed[:, 2] = points[:, 2] * (frame.side / pixels)
    return placed
