"""The tongue: out of the throat, over the teeth, and lashing."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from engine.effects.symbiote.surface import Patch, Surface, tilted, tint
from engine.effects.toolkit.curves import smoothstep
from engine.effects.toolkit.sampling import sample

# In eye distances.
RESTING, LENGTH = 0.28, 1.3
"""In the mouth, and how much longer when it is out."""
BREADTH = 0.27
FLESH = (0.42, 0.028, 0.038)
DEEP = (0.13, 0.006, 0.012)
TIP = (0.56, 0.085, 0.085)


@dataclass(frozen=True, slots=True)
class Tongue:
    """The tongue in some frames; tracks are (B, 1, 1).

    Attributes:
        root_u: where it comes out of the throat, across.
        root_v: the same, down.
        out: 0 in, 1 out.
        second: of the story.
        openness: of the mouth.
    """

    root_u: float
    root_v: Tensor
    out: Tensor
    second: Tensor
    openness: Tensor

    def shown(self, patch: Patch, bumps: Tensor) -> tuple[Surface, Tensor]:
        """Give its surface and coverage; `bumps` (1, 2, S, S) are slopes of its grain."""
        length = RESTING + LENGTH * self.out
        q = (patch.v - self.root_v) / length
        t = q.clamp(0, 1)
        side, half = self._across(patch.u, t)
        ends = torch.minimum(q, 1 - q) * length
        alpha = patch.coverage(torch.minimum(ends, (1 - side.abs()) * half))
        alpha = alpha * smoothstep(0.15, 0.4, self.openness)
        x = side.clamp(-1, 1)
        grain = sample(bumps, (x + 1.5) * 30, (t * 1.6 * length + 0.2) * 50)
        groove = x / 0.22 * torch.exp(-((x / 0.22) ** 2)) * (1 - t).clamp_min(0) ** 0.5
        across = 0.42 * x.pow(3) + 0.50 * x - 0.75 * groove + 0.07 * grain[:, 0]
        arch = -0.62 + 1.05 * smoothstep(0.0, 0.75, t) + 0.12 * torch.sin(t * 9 - self.second * 5)
        return Surface(
            tilted(across, arch + 0.07 * grain[:, 1]),
            self._color(t, x),
            torch.full_like(t, 0.95)[:, None],
            (0.08 + 0.92 * smoothstep(0.02, 0.42, t))[:, None],
        ), alpha

    def _across(self, u: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
        """Give the place across, -1..1, and half the breadth at a place along."""
        swing = 0.42 * t.square() * torch.sin(t * 3.6 + self.second * 4.2)
        taper = (1 - t**2.6).clamp_min(0.001) ** 0.55 * (0.80 + 0.35 * torch.sin(t * 2.6))
        half = BREADTH * (0.62 + 0.38 * self.openness.clamp_max(1)) * taper
        return (u - self.root_u - swing) / half, half

    def _color(self, t: Tensor, x: Tensor) -> Tensor:
        deep, flesh, tip = (tint(color, t) for color in (DEEP, FLESH, TIP))
        color = torch.lerp(deep, flesh, smoothstep(0.0, 0.45, t)[:, None])
        rim = (0.75 * t.square() * x.abs() ** 3)[:, None]
        return torch.lerp(color, tip, rim.clamp(0, 1))
