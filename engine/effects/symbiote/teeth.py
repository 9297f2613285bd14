"""Rows of teeth, carved once and then worn by lips that move."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.effects.symbiote.surface import Surface, tilted, tint
from engine.effects.toolkit.sampling import sample

REACH = 1.12
"""Half the breadth of a drawn row, in half widths of the mouth."""
DEEPEST = 0.62
"""Of a drawn row, eye distances."""
ARC = 1.22
"""Half the angle of the jaw's arc, radians: teeth at the corners are seen from the side."""
ENAMEL = ((0.34, 0.19, 0.085), (0.76, 0.66, 0.46), (0.98, 0.93, 0.80))
"""At the root, in the middle and at the tip."""
GUM = (0.16, 0.018, 0.022)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bite:
    """What a row of teeth is like. Lengths in eye distances.

    Attributes:
        count: teeth.
        length: of a middling tooth.
        fangs_at: how far from the middle the longest are, in half widths of the mouth.
        fang: how much longer they are.
        tuck: how far the lip hides their roots; negative further in.
        spread: how far to the corners they stand, in half widths of the mouth.
        light: how much reaches them.
    """

    count: int
    length: float
    fangs_at: float
    fang: float
    tuck: float
    spread: float
    light: float = 1.0


UPPER = (
    Bite(count=16, length=0.22, fangs_at=0.5, fang=0.2, tuck=-0.06, spread=0.95, light=0.42),
    Bite(count=13, length=0.30, fangs_at=0.36, fang=0.65, tuck=0.02, spread=1.0),
)
LOWER = (
    Bite(count=14, length=0.19, fangs_at=0.5, fang=0.2, tuck=-0.06, spread=0.75, light=0.42),
    Bite(count=13, length=0.24, fangs_at=0.27, fang=0.45, tuck=0.0, spread=0.82),
)
"""Rows of one jaw, back to front."""


class Jaw:
    """The carved rows of one jaw; `resolution` is in pixels of one eye distance."""

    def __init__(
        self,
        rows: tuple[Bite, ...],
        resolution: float,
        rng: np.random.Generator,
        device: torch.device,
        *,
        upward: bool,
    ) -> None:
        self.upward = upward
        self._resolution = resolution
        self._relief = torch.from_numpy(_carved(rows, resolution, rng))[None].to(device)

    def worn(self, across: Tensor, depth: Tensor) -> tuple[Surface, Tensor]:
        """Show the teeth: their surface and coverage.

        Args:
            across: (B, h, w) in half widths of the mouth.
            depth: (B, h, w) eye distances from the lip, towards the tips.
        """
        x = (across + REACH) * self._resolution
        found = sample(self._relief, x, depth * self._resolution)
        alpha, slope, taper, along, gum, light = found.unbind(1)
        alpha = alpha * (depth > 0) * (depth < DEEPEST)
        root, middle, tip = (tint(color, across) for color in ENAMEL)
        ripe, along = (along / 0.45).clamp(0, 1)[:, None], along[:, None]
        color = torch.lerp(torch.lerp(root, middle, ripe), tip, along.clamp(0, 1) ** 1.5)
        color = torch.lerp(color, tint(GUM, across), gum[:, None])
        lean = -taper if self.upward else taper
        gloss = 0.75 - 0.15 * gum[:, None]
        return Surface(
            tilted(slope, lean), color, gloss, (0.55 + 0.45 * along) * light[:, None]
        ), alpha


def _carved(
    rows: tuple[Bite, ...], resolution: float, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Carve rows: coverage, slopes across and along, 0..1 root to tip, gum, light; (6, h, w)."""
    width, height = round(2 * REACH * resolution), round(DEEPEST * resolution)
    across = (np.arange(width) / resolution - REACH)[None]
    depth = (np.arange(height) / resolution)[:, None]
    carved = np.zeros((6, height, width), np.float32)
    for bite in rows:
        edges = np.sin(np.linspace(-ARC, ARC, bite.count + 1)) * (bite.spread / np.sin(ARC))
        for index in (*range(0, bite.count, 2), *range(1, bite.count, 2)):
            gap = (float(edges[index]), float(edges[index + 1]))
            tooth = _tooth(across, depth + bite.tuck, gap, bite, resolution, rng)
            carved += (tooth - carved) * tooth[:1]
    carved[0] = np.clip(carved[0], 0, 1)
    return carved


def _tooth(
    across: NDArray[np.floating],
    depth: NDArray[np.floating],
    gap: tuple[float, float],
    bite: Bite,
    resolution: float,
    rng: np.random.Generator,
) -> NDArray[np.float32]:
    left, right = gap
    middle = (left + right) / 2 + rng.uniform(-0.012, 0.012)
    half = (right - left) / 2 * rng.uniform(1.0, 1.22)
    fang = 1 + bite.fang * np.exp(-(((abs(middle) - bite.fangs_at) / 0.09) ** 2))
    length = bite.length * fang * (1 - 0.55 * middle**4) * rng.uniform(0.78, 1.15)
    lean = -0.10 * middle + rng.uniform(-0.035, 0.035)
    along = depth / length
    waist = half * np.clip(1 - along, 0, 1) ** 0.72 * (1 + 0.12 * np.sin(np.pi * along))
    off = across - middle - lean * along**2
    side = np.clip(off / np.maximum(waist, 1e-4), -1, 1)
    cover = np.clip((waist - np.abs(off)) * resolution + 0.5, 0, 1) * (along < 1) * (along > 0)
    gum = np.clip((0.055 + 0.05 * side**2 - depth) * resolution / 2, 0, 1)
    planes = np.broadcast_arrays(
        cover, side * 0.9, 0.55 * along - 0.38, np.clip(along, 0, 1), gum * cover, bite.light
    )
    return np.stack(planes).astype(np.float32)
