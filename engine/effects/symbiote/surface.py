"""Small things of many materials: layered first, lit once."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from engine.effects.symbiote.studio import Rgb
from engine.effects.toolkit.light import shade

STEEPEST = 0.94
"""Squared slope of the steepest normal: what turns away further still shows a little."""


@dataclass(frozen=True, slots=True)
class Patch:
    """A rectangle of some frames, in face-local coordinates.

    Attributes:
        rows: of the frames.
        columns: of the frames.
        u: (B, h, w) eye distances across.
        v: (B, h, w) eye distances down.
        unit: pixels of one eye distance in the photo.
    """

    rows: slice
    columns: slice
    u: Tensor
    v: Tensor
    unit: float

    def cut(self, x: Tensor) -> Tensor:
        """View (..., H, W) through the patch; writing to it writes to `x`."""
        return x[..., self.rows, self.columns]

    def coverage(self, inside: Tensor) -> Tensor:
        """Turn a distance in eye distances, positive inside, into a soft edge of one pixel."""
        return (inside * self.unit + 0.5).clamp(0, 1)


def patch_around(
    u: Tensor, v: Tensor, unit: float, across: tuple[float, float], along: tuple[float, float]
) -> Patch | None:
    """Find the part of the frames whose face-local coordinates lie in a box; None if unseen."""
    seen = (u > across[0]) & (u < across[1]) & (v > along[0]) & (v < along[1])
    rows, columns = (seen.any(0).any(dim).nonzero()[:, 0] for dim in (1, 0))
    if len(rows) < 2 or len(columns) < 2:
        return None
    down = slice(int(rows[0]), int(rows[-1]) + 1)
    right = slice(int(columns[0]), int(columns[-1]) + 1)
    return Patch(down, right, u[:, down, right], v[:, down, right], unit)


@dataclass(frozen=True, slots=True)
class Surface:
    """What a patch shows, before light falls on it; (B, C, h, w) or broadcastable.

    Attributes:
        normal: unit normals, 3 channels.
        color: linear, 3 channels.
        gloss: of the wet film, 1 channel.
        open: how much light reaches it, 1 channel.
    """

    normal: Tensor
    color: Tensor
    gloss: Tensor
    open: Tensor

    def under(self, front: Surface, alpha: Tensor) -> Surface:
        """Lay another surface on this one where alpha (B, h, w) is 1."""
        alpha = alpha[:, None]
        return Surface(
            torch.lerp(self.normal, front.normal, alpha),
            torch.lerp(self.color, front.color, alpha),
            torch.lerp(self.gloss, front.gloss, alpha),
            torch.lerp(self.open, front.open, alpha),
        )

    def shadowed(self, shadow: Tensor) -> Surface:
        """Take away light (B, h, w) 0..1."""
        return replace(self, open=self.open * (1 - shadow)[:, None])

    def lit(self, wet_sphere: Tensor) -> Tensor:
        """Light it by `studio.wet`: (B, 3, h, w) linear."""
        light = shade(wet_sphere, self.normal)
        return (self.color * light[:, :1] + self.gloss * light[:, 1:]) * self.open


def tilted(across: Tensor, along: Tensor) -> Tensor:
    """Make unit normals (B, 3, h, w) from two slopes towards the right and down, each -1..1."""
    slope = torch.stack([across, along], 1)
    steep = (across * across + along * along)[:, None]
    slope = slope * (STEEPEST / steep.clamp_min(STEEPEST)).sqrt()
    return torch.cat([slope, (1 - steep.clamp_max(STEEPEST)).sqrt()], 1)


def tint(color: Rgb, like: Tensor) -> Tensor:
    """Give a colour as (1, 3, 1, 1) beside `like`."""
    return torch.tensor(color, device=like.device).view(1, 3, 1, 1)
