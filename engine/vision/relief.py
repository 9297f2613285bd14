"""How far each pixel of the person stands out of the picture."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from numpy.typing import NDArray
from torch import Tensor

from engine.vision import regions
from engine.vision.arrays import Floats, blurred, distance_inside, resized, smoothstep
from engine.vision.raster import rasterise
from engine.vision.scene import Face

# Lengths are in face widths; depths too, from the outline of the face towards the viewer.
_BACK = -0.45
"""Depth at which the silhouette is pinned, away from the face."""
_MIDDLE = 0.1
"""Depth that the middle of a wide body comes near to."""
_ROUNDNESS = 0.55
"""Distance over which the surface rises from the silhouette."""
_NECK, _NECK_WIDTH, _NECK_LENGTH = -0.4, 0.35, 0.12
_RIM = 0.16
"""Width of the face's rim in which the mesh, turning away steeply, gives way to the body."""
_SOFTNESS = 0.018

_FIRM, _LOOSE = 4.0, 0.08
"""How strongly a known depth holds the surface, against its neighbours' pull of 1 each."""
_SOLVED_SIZE = 128
"""Longer side, in pixels, of the picture in which the body is solved."""
_COARSEST, _SWEEPS = 16, 40


def relief(face: Face, matte: Floats, triangles: NDArray[np.int32]) -> tuple[Floats, float]:
    """Build the depth of a person around the mesh of the face.

    Inside the face the mesh decides. The silhouette is pinned the further back the further it is
    from the face, the neck is drawn back, and what lies between is inflated like a membrane.

    Args:
        face: in pixels of the matte.
        matte: (H, W) 0..1.
        triangles: (n, 3) landmark numbers.

    Returns:
        (H, W) pixels towards the viewer, and the depth of the pinned silhouette.
    """
    height, width = matte.shape
    corners = face.landmarks[: regions.SKIN] * np.array([1, 1, -1], np.float32)
    outline = float(np.median(corners[list(regions.OVAL), 2]))
    mesh, covered = rasterise(corners, corners[:, 2] - outline, triangles, height, width)
    core = smoothstep(distance_inside(covered) / (face.width * _RIM))
    body = _body(face, matte, mesh, core)
    depth = blurred(body + (mesh - body) * core, face.width * _SOFTNESS)
    return depth + outline, outline + _BACK * face.width


def normals_of(depth: Tensor) -> Tensor:
    """Unit normals (3, H, W) of a depth map in pixels; x right, y down, z to the viewer."""
    across = F.pad(depth[:, :-2] - depth[:, 2:], (1, 1)) / 2
    down = F.pad(depth[:-2] - depth[2:], (0, 0, 1, 1)) / 2
    facing = torch.rsqrt(1 + across * across + down * down)
    return torch.stack([across * facing, down * facing, facing])


def _body(face: Face, matte: Floats, mesh: Floats, core: Floats) -> Floats:
    """Inflate the body between its silhouette, the neck and the core of the face."""
    height, width = matte.shape
    scale = _SOLVED_SIZE / max(height, width)
    size = max(round(width * scale), 1), max(round(height * scale), 1)
    across, along = _face_coordinates(face, height, width)
    holds = np.stack([_FIRM * (1 - matte), _FIRM * core, _LOOSE * _neck(face, across, along)])
    depths = [_silhouette(face, across, along), mesh, np.full_like(mesh, _NECK * face.width)]
    surface: Floats = _membrane(
        hold=torch.from_numpy(resized(holds.sum(0), *size)),
        force=torch.from_numpy(resized((holds * np.stack(depths)).sum(0), *size)),
        level=_MIDDLE * face.width,
        pull=(_ROUNDNESS * face.width * scale) ** -2,
    ).numpy()
    return resized(surface, width, height)


def _face_coordinates(face: Face, height: int, width: int) -> tuple[Floats, Floats]:
    """Pixels across and down the face from its centre, each (H, W)."""
    y, x = np.mgrid[:height, :width].astype(np.float32)
    dx, dy = x - face.centre[0], y - face.centre[1]
    return dx * face.right[0] + dy * face.right[1], dx * face.down[0] + dy * face.down[1]


def _silhouette(face: Face, across: Floats, along: Floats) -> Floats:
    """Fall away from an ellipse around the face, then level off."""
    outline = face.landmarks[list(regions.OVAL), :2] - face.centre
    half_width, half_height = (np.abs(outline @ axis).max() for axis in (face.right, face.down))
    away = (np.hypot(across / half_width, along / half_height) - 1).clip(0) / 2
    return (face.width * _BACK * np.tanh(away / -_BACK)).astype(np.float32)


def _neck(face: Face, across: Floats, along: Floats) -> Floats:
    """1 at the throat, fading out around it; nothing above the chin."""
    chin = face.landmarks[regions.CHIN, :2] - face.centre
    beside = (across - chin @ face.right) / (_NECK_WIDTH * face.width)
    below = (along - chin @ face.down) / (_NECK_LENGTH * face.width)
    return np.where(below > 0, np.exp(-(beside**2) - (below - 1) ** 2), 0).astype(np.float32)


def _membrane(*, hold: Tensor, force: Tensor, level: float, pull: float) -> Tensor:
    """Solve -laplacian(z) = pull * (level - z) + force - hold * z by sweeps, coarse to fine."""
    height, width = hold.shape
    z = torch.full_like(hold, level)
    if min(height, width) > _COARSEST:
        half = [-(-height // 2), -(-width // 2)]
        quarter = F.interpolate(torch.stack([hold, force])[None] * 4, half, mode="area")[0]
        coarse = _membrane(hold=quarter[0], force=quarter[1], level=level, pull=pull * 4)
        z = F.interpolate(coarse[None, None], (height, width), mode="bilinear")[0, 0]
    for _ in range(_SWEEPS):
        around = F.pad(z[None, None], (1, 1, 1, 1), mode="replicate")[0, 0]
        sides = around[1:-1, 2:] + around[1:-1, :-2] + around[2:, 1:-1] + around[:-2, 1:-1]
        z = (sides + pull * level + force) / (4 + pull + hold)
    return z
