"""From light to frames: what a camera and a colourist add, and how a clip leaves its photo."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from engine.effects.look import Frames
from engine.effects.toolkit.curves import Track, smoothstep
from engine.effects.toolkit.light import to_display
from engine.effects.toolkit.noise import random
from engine.effects.toolkit.sampling import blur, column, pixel_grid, resize

BLOOM_REDUCTION = 4
BLOOM_GAIN = 4.0
REFERENCE_SIDE = 512
"""Radii below are in pixels of a picture whose longer side is this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """How a look is finished.

    Attributes:
        bloom: how far bright light spills.
        threshold: light above which it does.
        vignette: darkening of the corners, 0..1.
        grain: standard deviation of film grain, display values.
        sharpen: gain of fine detail.
        exposure: factor on light.
        shoulder: how softly bright light rolls off; 0 clips it.
    """

    bloom: float = 0.18
    threshold: float = 0.75
    vignette: float = 0.28
    grain: float = 0.012
    sharpen: float = 0.25
    exposure: float = 1.0
    shoulder: float = 0.16


class Finisher:
    """Turns linear light into frames of one clip."""

    def __init__(
        self,
        grade: Grade,
        height: int,
        width: int,
        *,
        seed: int,
        device: torch.device | str = "cpu",
    ) -> None:
        self._grade = grade
        self._device = device
        self._scale = max(height, width) / REFERENCE_SIDE
        self._corners = _corners(height, width, device)
        self._grain = _GrainPlane(height, width, seed, device)

    def __call__(self, light: Tensor, *, strength: Track, first: int) -> Frames:
        """Finish consecutive frames.

        Args:
            light: (B, 3, H, W) linear.
            strength: of the grade for each frame; 0 only encodes for display.
            first: index in the clip of the first of them.
        """
        grade, amount = self._grade, column(strength, self._device)
        light = light * (1 + (grade.exposure - 1) * amount)
        if grade.bloom:
            light += self._glow(light) * (grade.bloom * BLOOM_GAIN * amount)
        if grade.shoulder:
            light /= 1 + light.clamp_min(0) * (grade.shoulder * amount)
        display = to_display(light)
        if grade.sharpen:
            display += (display - blur(display, self._scale)) * (grade.sharpen * amount)
        if grade.vignette:
            display *= 1 - self._corners * (grade.vignette * amount)
        if grade.grain:
            display += self._grain(first, len(light)) * (grade.grain * amount)
        return to_frames(display)

    def _glow(self, light: Tensor) -> Tensor:
        height, width = light.shape[-2:]
        bright = (light - self._grade.threshold).clamp(0, 6)
        small = resize(bright, height // BLOOM_REDUCTION, width // BLOOM_REDUCTION)
        spill = sum(
            blur(small, radius * self._scale) * weight
            for radius, weight in ((2, 0.5), (6, 0.3), (16, 0.2))
        )
        return resize(torch.as_tensor(spill), height, width)


class _GrainPlane:
    """Film grain cut from one larger plane at a place of each frame's own."""

    def __init__(self, height: int, width: int, seed: int, device: torch.device | str) -> None:
        generator = torch.Generator().manual_seed(seed)
        self._size = (height, width)
        self._seed = seed
        self._margin = 64
        plane = torch.randn(height + self._margin, width + self._margin, generator=generator)
        self._plane = plane.to(device)

    def __call__(self, first: int, frames: int) -> Tensor:
        return torch.stack([self._cut(frame) for frame in range(first, first + frames)])[:, None]

    def _cut(self, frame: int) -> Tensor:
        top, left = random(self._seed, frame).integers(0, self._margin, 2)
        height, width = self._size
        return self._plane[top : top + height, left : left + width]


def _corners(height: int, width: int, device: torch.device | str) -> Tensor:
    x, y = pixel_grid(height, width, device)
    reach = ((x + 0.5) / width - 0.5) ** 2 + ((y + 0.5) / height - 0.5) ** 2
    return smoothstep(0.10, 0.62, reach)


def to_frames(display: Tensor) -> Frames:
    """Store display values (B, 3, H, W) as bytes (B, H, W, 3)."""
    stored = (display * 255 + 0.5).clamp_(0, 255).to(torch.uint8)
    return np.asarray(stored.permute(0, 2, 3, 1).contiguous().cpu())


def blend_in(rendered: Tensor, rest: Tensor, photo: Tensor, weight: Track) -> Tensor:
    """Let a rendering grow out of its photo.

    A rendering at rest is not quite the photo: its soft edges are made anew. What is missing is
    added, and fades: no ghost of the photo shows where the rendering has moved.

    Args:
        rendered: (B, 3, H, W) frames.
        rest: (1, 3, H, W), the rendering with nothing moved or changed yet.
        photo: (1, 3, H, W).
        weight: of the rendering's own edges for each frame; 0 restores the photo's.
    """
    return rendered + (photo - rest) * (1 - column(weight, rendered.device))
