"""Threads of saliva between the jaws, and the goo that tears when they part."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from engine.effects.symbiote.choreography import Story
from engine.effects.symbiote.opening import Opening
from engine.effects.symbiote.surface import Patch, Surface, tilted, tint
from engine.effects.toolkit.sampling import column

SALIVA = (0.34, 0.36, 0.37)
GOO = (0.006, 0.007, 0.009)
SALIVA_THREADS, GOO_THREADS = 4, 9
SALIVA_RANGES = ((-0.72, 0.009, 1.1, 0.0), (0.72, 0.020, 1.6, math.tau))
GOO_RANGES = ((-0.92, 0.035, 0.35, 0.0), (0.92, 0.075, 0.85, math.tau))
"""Least and most of place, breadth, snaps_at and phase of a `Thread`."""


@dataclass(frozen=True, slots=True)
class Thread:
    """Something stretched between the jaws.

    Attributes:
        place: across, in half widths of the mouth.
        breadth: half of it when slack, eye distances.
        snaps_at: opening of the mouth at which it tears.
        phase: of its swing, radians.
        saliva: or goo.
    """

    place: float
    breadth: float
    snaps_at: float
    phase: float
    saliva: bool


def threads(rng: np.random.Generator) -> tuple[Thread, ...]:
    """Spread threads over a mouth."""
    saliva = [rng.uniform(*SALIVA_RANGES) for _ in range(SALIVA_THREADS)]
    goo = [rng.uniform(*GOO_RANGES) for _ in range(GOO_THREADS)]
    return (
        *(Thread(*figures, saliva=False) for figures in goo),
        *(Thread(*figures, saliva=True) for figures in saliva),
    )


def drooled(
    surface: Surface, patch: Patch, opening: Opening, stretched: tuple[Thread, ...], story: Story
) -> Surface:
    """Stretch threads over what the mouth shows."""
    goo = [thread for thread in stretched if not thread.saliva]
    saliva = [thread for thread in stretched if thread.saliva]
    for threads_of_a_kind, color, strength in ((goo, GOO, 1.0), (saliva, SALIVA, 0.45)):
        alpha, side = _stretched(patch, opening, threads_of_a_kind, story)
        wet = torch.ones_like(side)[:, None]
        front = Surface(
            tilted(0.95 * side, side.new_full(side.shape, -0.25)), tint(color, side), wet, wet
        )
        surface = surface.under(front, alpha * strength)
    return surface


def _stretched(
    patch: Patch, opening: Opening, stretched: list[Thread], story: Story
) -> tuple[Tensor, Tensor]:
    """Give the coverage of all threads, and the place across the one that is seen, -1..1."""
    second = column(story.seconds, patch.u.device)[:, 0]
    gap = (opening.upper.beyond + opening.lower.beyond).clamp_min(0.02)
    t = (opening.upper.beyond / gap).clamp(0, 1)
    slack = (2 * t - 1).abs().pow(3)
    bow = (t * (1 - t)) * 0.08
    alpha, side = torch.zeros_like(t), torch.zeros_like(t)
    for thread in stretched:
        left = (1 - opening.amount / thread.snaps_at).clamp(0, 1).sqrt()
        if not left.any():
            continue
        waist = (0.25 + 0.75 * slack) * (thread.breadth * left)
        swing = bow * torch.sin(second * 6 + thread.phase)
        off = (opening.across - thread.place * (1 - 0.1 * t)) * opening.half - swing
        cover = patch.coverage(waist - off.abs()) * (waist * patch.unit * 2).clamp_max(1)
        side = torch.where(cover > alpha, (off / waist.clamp_min(1e-4)).clamp(-1, 1), side)
        alpha = torch.maximum(alpha, cover)
    return alpha * (opening.lower.beyond > 0), side
