"""Light that stays where it is while the head turns in it."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from engine.effects.toolkit.grid import WorkingGrid
from engine.effects.toolkit.light import to_linear
from engine.vision.scene import Scene

USUAL_LIGHT = (0.55, -0.12, -0.28, 0.45)
"""Ambient, then x, y, z: what a photo is taken to be lit by as far as it does not say."""
TRUST = 0.02
"""How many skin pixels, as a share, the usual light counts for in the fit."""
DARKEST, BRIGHTEST = 0.62, 1.45
"""Bounds of what turning may do to brightness."""


@dataclass(frozen=True, slots=True)
class PhotoLight:
    """The light of a photo: ambient and a direction, fitted to the brightness of its skin."""

    ambient: float
    direction: Tensor

    def brightness(self, normals: Tensor) -> Tensor:
        """Light unit normals (B, 3, h, w): (B, 1, h, w)."""
        lit = (normals * self.direction.view(1, 3, 1, 1)).sum(1, keepdim=True)
        return (self.ambient + lit).clamp_min(0.08)

    def turned(self, before: Tensor, after: Tensor) -> Tensor:
        """Say how much brighter a surface gets whose normals turn from `before` to `after`."""
        gain = self.brightness(after) / self.brightness(before)
        return gain.clamp(DARKEST, BRIGHTEST)


def photo_light(scene: Scene, grid: WorkingGrid, normals: Tensor) -> PhotoLight:
    """Fit the light of a scene; `normals` (1, 3, h, w) are on the grid."""
    luma = to_linear(scene.image).mean(0, keepdim=True)
    seen = grid.reduced(torch.cat([luma, scene.face_mask[None]]))[0]
    skin = seen[1] > 0.9
    brightness, facing = seen[0][skin], normals[0][:, skin]
    usual = brightness.new_tensor(USUAL_LIGHT)
    if brightness.numel() < len(USUAL_LIGHT):
        return PhotoLight(float(usual[0]), usual[1:])
    # hair, brows and lips would pull the fit: only the middle of the range counts
    low, high = torch.quantile(brightness, brightness.new_tensor([0.2, 0.95]))
    middle = (brightness >= low) & (brightness <= high)
    level = brightness[middle].mean().clamp_min(1e-3)
    terms = torch.cat([torch.ones_like(facing[:1, middle]), facing[:, middle]])
    weight = TRUST * terms.shape[1]
    left = terms @ terms.T + weight * torch.eye(4, device=terms.device)
    fit = torch.linalg.solve(left, terms @ (brightness[middle] / level) + weight * usual)
    return PhotoLight(float(fit[0]), fit[1:])
