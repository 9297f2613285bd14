"""478 landmarks with depth on each detected face."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from engine.vision import regions
from engine.vision.arrays import Floats, Photo
from engine.vision.detector import Detection
from engine.vision.frames import Frame
from engine.vision.network import Network

_LOOKS = 2
"""The second look is framed by the landmarks of the first."""
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


class LandmarkNet:
    """Places landmarks; refines eyes, irises and lips."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._regions = [
            np.asarray(step.settings["subset_idxs"], np.int64)
            for step in network.plan.steps
            if step.operator == "region_of_landmarks"
        ]

    def __call__(self, photo: Photo, faces: Sequence[Detection]) -> list[Landmarks]:
        """Place the landmarks of each detected face."""
        if not faces:
            return []
        frames = [Frame.of_detection(face) for face in faces]
        placed = self._look(photo, frames)
        for _ in range(_LOOKS - 1):
            placed = self._look(photo, [Frame.of_landmarks(face.points) for face in placed])
        return placed

    def _look(self, photo: Photo, frames: Sequence[Frame]) -> list[Landmarks]:
        pixels = self._network.plan.width
        batch = np.stack([frame.picture(photo, pixels) for frame in frames])
        outputs = self._network(torch.from_numpy(batch).permute(0, 3, 1, 2).float() / 255)
        presence = torch.sigmoid(outputs["conv_faceflag"].flatten()).tolist()
        values = {name: output.flatten(1).cpu().numpy() for name, output in outputs.items()}
        return [
            Landmarks(
                points=frame.in_photo(self._points(values, index), pixels),
                presence=presence[index],
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
