"""What keeps a posed photo alive: a smile, raised brows, breath; as smooth warps of the photo."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from engine.effects.toolkit.curves import Track, cut, smoothstep
from engine.effects.toolkit.sampling import column
from engine.vision.scene import Face, Scene


@dataclass(frozen=True, slots=True)
class Pull:
    """A muscle: moves the skin around a landmark; lengths in eye distances."""

    landmark: int
    outward: float
    down: float
    radius: float


SMILE = (
    Pull(61, 0.035, -0.045, 0.26),
    Pull(291, 0.035, -0.045, 0.26),
    Pull(50, 0.01, -0.03, 0.34),
    Pull(280, 0.01, -0.03, 0.34),
)
BROWS = (
    Pull(105, 0.0, -0.055, 0.30),
    Pull(334, 0.0, -0.055, 0.30),
    Pull(9, 0.0, -0.02, 0.30),
)
BREATH_LIFT = 0.035
"""How far a full breath lifts the shoulders, in face heights."""
BREATH_HEAD_SHARE = 0.35
CHEST = 0.9
"""Height above the picture's lower edge over which a breath unfolds, in face heights."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expression:
    """How much of each, per frame: 1 is a clear one, 0 leaves the photo as it is."""

    smile: Track
    brows: Track
    breath: Track

    def __getitem__(self, frames: slice) -> Expression:
        return cut(self, frames)


class Muscles:
    """The warps of one scene, at given places of the photo."""

    def __init__(self, scene: Scene, x: Tensor, y: Tensor) -> None:
        """Prepare them at photo coordinates `x`, `y` (h, w)."""
        smile, brows = (_pulled(scene.face, pulls, x, y) for pulls in (SMILE, BROWS))
        self._warps = torch.stack([smile, brows, _breathing(scene, x, y)])

    def __call__(self, expression: Expression) -> Tensor:
        """Say where to read the photo: displacements (B, 2, h, w) in its pixels."""
        tracks = (expression.smile, expression.brows, expression.breath)
        amounts = torch.stack([column(track, self._warps.device) for track in tracks])
        return (self._warps[:, None] * amounts).sum(0)


def _pulled(face: Face, pulls: tuple[Pull, ...], x: Tensor, y: Tensor) -> Tensor:
    warp = torch.zeros(2, *x.shape, device=x.device)
    for pull in pulls:
        centre = face.landmarks[pull.landmark, :2]
        radius = pull.radius * face.eye_distance
        side = float(np.sign((centre - face.centre) @ face.right))
        move = (face.right * pull.outward * side + face.down * pull.down) * face.eye_distance
        away = (x - float(centre[0])) ** 2 + (y - float(centre[1])) ** 2
        near = torch.exp(-away / (2 * radius * radius))
        warp -= torch.stack([near * float(move[0]), near * float(move[1])])
    return warp


def _breathing(scene: Scene, x: Tensor, y: Tensor) -> Tensor:
    """Lift the shoulders, and the head a little; the picture's lower edge stays."""
    rows = y.long().clamp(0, scene.height - 1)
    columns = x.long().clamp(0, scene.width - 1)
    body = 1 - scene.head_weight[rows, columns]
    unfolded = smoothstep(0.0, CHEST * scene.face.height, scene.height - 1 - y)
    lift = BREATH_LIFT * scene.face.height * unfolded
    lift = lift * (BREATH_HEAD_SHARE + (1 - BREATH_HEAD_SHARE) * body)
    return torch.stack([torch.zeros_like(lift), lift])
