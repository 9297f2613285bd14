"""Motion blur: what moves fast is filmed through an open shutter."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from engine.effects.toolkit.curves import smoothstep
from engine.effects.toolkit.grid import View, WorkingGrid
from engine.effects.toolkit.sampling import sample, sample_sharp

OPEN = 0.4
"""Part of the time between frames that the shutter is open."""
BLURRED_SPEEDS = (0.01, 0.05)
"""From where to where blur sets in, eye distances per frame."""
STEP = 2.5
"""Pixels between the moments a blur is made of."""
MOST_PAIRS = 4


class Shutter:
    """Reads a moving person for consecutive frames."""

    def __init__(self, grid: WorkingGrid, matte: Tensor, eye_distance: float) -> None:
        self._grid = grid
        self._matte = matte[None, None]
        self._unit = eye_distance
        self._before: Tensor | None = None

    def __call__(self, colour: Tensor, steps: Tensor, view: View) -> tuple[Tensor, Tensor]:
        """Read colour (B, 3, H, W) and the person's matte where the head's `steps` lead.

        What the picture's edge cuts off goes on as its mirror image; the empty wall beside it
        does not.
        """
        x, y = self._grid.read(steps, view)
        moved = self._grid.enlarged(self._since_last(steps), view)
        frames = [slice(frame, frame + 1) for frame in range(len(steps))]
        seen = [self._seen(colour[one], x[one], y[one], moved[one]) for one in frames]
        return torch.cat([filmed for filmed, _ in seen]), torch.cat([cover for _, cover in seen])

    def _seen(self, colour: Tensor, x: Tensor, y: Tensor, moved: Tensor) -> tuple[Tensor, Tensor]:
        """Read one frame, together with what it saw shortly before and after."""
        filmed = sample_sharp(colour, x, y, pad="reflection")
        cover = sample(self._matte, x, y)
        speed = float(moved.abs().amax())
        share = smoothstep(*BLURRED_SPEEDS, speed / self._unit)
        moments = _moments(speed) if share > 0 else []
        for moment in moments:
            aside = (x + moved[:, 0] * moment, y + moved[:, 1] * moment)
            filmed += sample(colour, *aside, pad="reflection") * share
            cover += sample(self._matte, *aside) * share
        whole = 1 + len(moments) * share
        return filmed / whole, cover / whole

    def _since_last(self, steps: Tensor) -> Tensor:
        before = steps[:1] if self._before is None else self._before
        self._before = steps[-1:]
        return steps - torch.cat([before, steps[:-1]])


def _moments(speed: float) -> list[float]:
    """Spread moments of the open shutter around the frame's own, close enough to show no steps."""
    pairs = min(MOST_PAIRS, max(1, math.ceil(speed * OPEN / 2 / STEP)))
    half = [OPEN / 2 * (pair + 1) / pairs for pair in range(pairs)]
    return [-moment for moment in half] + half
