"""The scan that starts it: a sheet of light moves down the person and etches the plates' seams."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from engine.effects.robot.choreography import Track
from engine.effects.toolkit.curves import smoothstep
from engine.effects.toolkit.sampling import column, pixel_grid

# Eye distances.
SHEET = 0.022
"""Half the width of the sheet of light."""
TRAIL = 0.55
"""How far behind it its grid fades."""
CELL = 0.13
"""Of the honeycomb projected on the skin."""
LINE = 0.010
"""Half the width of an etched seam."""
SETTLES = 0.35
"""Behind the sheet, where a seam is fully there."""

THINNEST_LINE = 0.5
"""Pixels."""
ETCHED = 0.8
"""How much of the skin's light a seam takes away."""
SEAM_GLOW, FRESH_GLOW, SHEET_GLOW, GRID_GLOW, VEIL = 0.30, 1.4, 1.5, 0.30, 0.06


class Scanner:
    """Projects light on the person of one scene."""

    def __init__(
        self, edge: Tensor, *, top: float, bottom: float, unit: float, glow: Tensor
    ) -> None:
        """Take what it projects on.

        Args:
            edge: (H, W) distance from the nearest seam, eye distances.
            top: row where the person begins.
            bottom: row where the person ends.
            unit: pixels of an eye distance.
            glow: colour (3,), linear.
        """
        self._top, self._bottom, self._unit = top, bottom, unit
        self._glow = glow.view(1, 3, 1, 1)
        x, self._y = pixel_grid(edge.shape[0], edge.shape[1], glow.device)
        self._seam = torch.exp(-((edge / max(LINE, THINNEST_LINE / unit)) ** 2))[None, None]
        self._comb = _honeycomb(x, self._y, CELL * unit)[None, None]

    def project(self, skin: Tensor, scan: Track, etched: Track) -> Tensor:
        """Light the skin (B, 3, H, W), linear, for consecutive frames."""
        line = self._top + column(scan, skin.device) * (self._bottom - self._top)
        behind = (line - self._y) / self._unit
        etch = self._seam * smoothstep(0.0, SETTLES, behind) * column(etched, skin.device)
        fresh = torch.exp(-behind.clamp_min(0) / TRAIL) * (behind > 0)
        sheet = torch.exp(-((behind / SHEET) ** 2))
        light = etch * (SEAM_GLOW + FRESH_GLOW * fresh) + SHEET_GLOW * sheet
        light = light + fresh * (VEIL + GRID_GLOW * self._comb)
        return skin * (1 - ETCHED * etch) + light * self._glow


def _honeycomb(x: Tensor, y: Tensor, cell: float) -> Tensor:
    """Draw the lines of a honeycomb, 0..1."""
    waves = [
        torch.cos((x * math.cos(angle) + y * math.sin(angle)) * (2 * math.pi / cell))
        for angle in (0.0, 2 * math.pi / 3, 4 * math.pi / 3)
    ]
    return torch.exp(-(((torch.stack(waves).sum(0) + 1.0) / 0.28) ** 2))
