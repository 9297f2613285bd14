"""Two heads drawn over each other by their outlines: hair over hair, shoulder over shoulder."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from engine.effects.morph.framing import Similarity
from engine.effects.toolkit.curves import smoothstep
from engine.effects.toolkit.grid import WorkingGrid
from engine.effects.toolkit.masks import signed_distance
from engine.effects.toolkit.sampling import blur, sample
from engine.vision.scene import Scene

# Lengths are in face widths.
LOOSE = (0.0, 0.2)
"""Where beyond the face outlines begin to be drawn, and where freely."""
FARTHEST = 0.45
"""How far an outline may be drawn towards the other one."""
SMOOTHNESS = np.geomspace(0.14, 0.05, 40)
"""Of what draws the outlines, round by round."""
STEP = 0.6
SURE = 0.8
"""Cover from which a place counts as the person."""
LEAST_AREA = 0.2
"""To which a place may be squeezed."""
FIRM = (-0.16, -0.08)
"""Deep in the face, where a mouth may close, places may be squeezed to nothing."""
EASED, MOST_EASED = 0.05, 24


class Outlines:
    """How deep inside either person every cell of the first's grid is."""

    def __init__(self, first: Scene, second: Scene, matched: Similarity, grid: WorkingGrid) -> None:
        self._grid = grid
        self._unit = first.face.width
        self._cell = grid.scale[1] / self._unit
        own = _depth(first, grid) * self._cell
        x, y = matched.back(grid.photo_x[None], grid.photo_y[None])
        theirs = WorkingGrid(second.height, second.width, second.device)
        across, down = theirs.scale
        other = sample(_depth(second, theirs), (x + 0.5) / across - 0.5, (y + 0.5) / down - 0.5)
        other = other * (down * float(abs(matched.factor[0])) / self._unit)
        self._depths = [torch.cat([depth, *_slopes(depth)], 1) for depth in (own, other)]

    def drawn(self, way: Tensor, beyond: Tensor) -> Tensor:
        """Let a way from the first's places to the second's, (1, 2, h, w), meet their outlines.

        `beyond` says how far outside the face each cell lies.
        """
        loose = smoothstep(*LOOSE, beyond)
        more = torch.zeros_like(way)
        for smoothness in SMOOTHNESS:
            more = more + self._miss(way + more * loose) * STEP
            length = more.square().sum(1, keepdim=True).sqrt()
            more = more * (FARTHEST * self._unit / length.clamp_min(1e-6)).clamp_max(1)
            more = blur(more * loose, float(smoothness) / self._cell)
        return way + more * loose

    def _miss(self, way: Tensor) -> Tensor:
        """By how much places that should be equally deep are not, towards the outline."""
        own, other = (
            self._grid.carried(depth, way * half)
            for depth, half in zip(self._depths, (-0.5, 0.5), strict=True)
        )
        miss = (own[:, :1] - other[:, :1]).clamp(-FARTHEST, FARTHEST)
        slope = own[:, 1:] + other[:, 1:]
        steepness = slope.square().sum(1, keepdim=True).sqrt().clamp_min(self._cell)
        return slope / steepness * miss * self._unit


def unfolded(way: Tensor, beyond: Tensor, grid: WorkingGrid, unit: float) -> Tensor:
    """Ease a way where it would fold the picture over itself."""
    reach = EASED * unit / grid.scale[1]
    loose = smoothstep(*FIRM, beyond)
    for _ in range(MOST_EASED):
        folded = _folded(way, grid) * loose
        if folded.amax() < 0.5:
            break
        near = (blur(folded, reach) * 8).clamp_max(1) * loose
        way = torch.lerp(way, blur(way, reach), near)
    return way


def _folded(way: Tensor, grid: WorkingGrid) -> Tensor:
    """1 where either half of the way squeezes the picture too much, (1, 1, h, w)."""
    x_across, x_down = _slopes(way[:, :1] / (2 * grid.scale[0]))
    y_across, y_down = _slopes(way[:, 1:] / (2 * grid.scale[1]))
    areas = [
        (1 + half * x_across) * (1 + half * y_down) - x_down * y_across for half in (-1.0, 1.0)
    ]
    return (torch.minimum(*areas) < LEAST_AREA).float()


def _depth(scene: Scene, grid: WorkingGrid) -> Tensor:
    return blur(signed_distance(grid.reduced(scene.matte[None]) - (SURE - 0.5)), 1.0)


def _slopes(plane: Tensor) -> tuple[Tensor, Tensor]:
    across, along = torch.zeros_like(plane), torch.zeros_like(plane)
    across[..., 1:-1] = (plane[..., 2:] - plane[..., :-2]) / 2
    along[..., 1:-1, :] = (plane[..., 2:, :] - plane[..., :-2, :]) / 2
    return across, along
