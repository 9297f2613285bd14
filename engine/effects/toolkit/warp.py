"""Inverting the motion of a surface: from where points go to where pixels are read.

A moving surface folds over itself. The nearest point that lands on each cell gives a first guess
without folds, which Newton steps make exact.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from engine.effects.toolkit.sampling import blur, resize, sample

DEPTH_STEPS = 64.0
"""Depths told apart within one pixel."""
NEWTON_STEPS = 3
STEEPEST = 0.35
"""Least determinant a step trusts: less is a fold or close to one."""
LONGEST_STEP = 3.0
"""Of one Newton step, pixels; keeps it on its side of a fold."""


@dataclass(frozen=True, slots=True)
class Motion:
    """Where the points of a grid go.

    Attributes:
        step: (B, 2, h, w), displacements across and down in grid pixels.
        depth: (B, h, w), depth after the motion in grid pixels, larger = nearer.
    """

    step: Tensor
    depth: Tensor


def inverted(motion: Motion, x: Tensor, y: Tensor) -> Tensor:
    """Solve place + step(place) = pixel for every pixel: place - pixel, (B, 2, h, w)."""
    step = motion.step
    guess = _landed(motion, x, y)
    place_x, place_y = x - guess[:, 0], y - guess[:, 1]
    known = torch.cat([step, *_slopes(step)], 1)
    for _ in range(NEWTON_STEPS):
        dx, dy, xx, yx, xy, yy = sample(known, place_x, place_y).unbind(1)
        miss_x, miss_y = place_x + dx - x, place_y + dy - y
        det = ((1 + xx) * (1 + yy) - xy * yx).clamp_min(STEEPEST)
        back_x = ((1 + yy) * miss_x - xy * miss_y) / det
        back_y = ((1 + xx) * miss_y - yx * miss_x) / det
        place_x = place_x - back_x.clamp(-LONGEST_STEP, LONGEST_STEP)
        place_y = place_y - back_y.clamp(-LONGEST_STEP, LONGEST_STEP)
    return torch.stack([place_x - x, place_y - y], 1)


def _slopes(step: Tensor) -> tuple[Tensor, Tensor]:
    """Differentiate (B, 2, h, w) across and down."""
    across = functional.pad(step[..., 2:] - step[..., :-2], (1, 1, 0, 0), mode="replicate") / 2
    down = functional.pad(step[..., 2:, :] - step[..., :-2, :], (0, 0, 1, 1), mode="replicate") / 2
    return across, down


def _landed(motion: Motion, x: Tensor, y: Tensor) -> Tensor:
    """Find, for every pixel, the step of the nearest point that lands on it: (B, 2, h, w)."""
    frames, _, rows, columns = motion.step.shape
    cell_rows, cell_columns = (rows + 1) // 2, (columns + 1) // 2
    column_hit = ((x + motion.step[:, 0] + 0.5) / 2).floor().long()
    row_hit = ((y + motion.step[:, 1] + 0.5) / 2).floor().long()
    seen = (column_hit >= 0) & (column_hit < cell_columns) & (row_hit >= 0) & (row_hit < cell_rows)
    points = rows * columns
    order = torch.arange(points, device=x.device).view(1, rows, columns)
    nearness = ((motion.depth + columns) * DEPTH_STEPS).long().clamp_min(0) + 1
    key = torch.where(seen, nearness * points + order, 0).view(frames, -1)
    cell = torch.where(seen, row_hit * cell_columns + column_hit, 0).view(frames, -1)
    winner = torch.zeros(frames, cell_rows * cell_columns, dtype=torch.long, device=x.device)
    winner = winner.scatter_reduce(1, cell, key, "amax")
    source = (winner % points)[:, None].expand(-1, 2, -1)
    steps = motion.step.view(frames, 2, -1).gather(2, source)
    hit = (winner > 0).float().view(frames, 1, cell_rows, cell_columns)
    filled = _filled(steps.view(frames, 2, cell_rows, cell_columns) * hit, hit)
    return resize(blur(filled, 0.6), rows, columns)


def _filled(values: Tensor, known: Tensor) -> Tensor:
    """Grow known cells into the gaps between them; far gaps stay 0."""
    for _ in range(4):
        weight = functional.avg_pool2d(known, 3, 1, 1)
        mean = functional.avg_pool2d(values * known, 3, 1, 1) / weight.clamp_min(1e-6)
        gap = (known == 0) & (weight > 0)
        values, known = torch.where(gap, mean, values), torch.where(gap, 1.0, known)
    return values
