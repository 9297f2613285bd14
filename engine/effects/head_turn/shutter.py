"""Motion blur: what moves fast is filmed through an open shutter."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.effects.toolkit.curves import smoothstep
from engine.effects.toolkit.grid import View, WorkingGrid
from engine.effects.toolkit.sampling import sample, sample_sharp

OPEN = 0.4
"""Part of the time between frames that the shutter is open."""
BLURRED_SPEEDS = (0.01, 0.05)
"""From where to where blur sets in, eye distances per frame."""


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
        filmed = sample_sharp(colour, x, y, pad="reflection")
        cover = sample(self._matte, x, y)
        speed = moved.abs().amax((1, 2, 3)) / self._unit
        share = smoothstep(*BLURRED_SPEEDS, speed)
        for frame in torch.nonzero(share)[:, 0].tolist():
            one = slice(frame, frame + 1)
            for way in (-OPEN / 2, OPEN / 2):
                aside = (x[one] + moved[one, 0] * way, y[one] + moved[one, 1] * way)
                filmed[one] += sample(colour[one], *aside, pad="reflection") * share[frame]
                cover[one] += sample(self._matte, *aside) * share[frame]
            filmed[one] /= 1 + 2 * share[frame]
            cover[one] /= 1 + 2 * share[frame]
        return filmed, cover

    def _since_last(self, steps: Tensor) -> Tensor:
        before = steps[:1] if self._before is None else self._before
        self._before = steps[-1:]
        return steps - torch.cat([before, steps[:-1]])
