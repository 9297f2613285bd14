"""The light around the robot: a photo studio, with the photo's own surroundings far behind."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from engine.effects.robot.materials import Color
from engine.effects.toolkit.curves import smoothstep
from engine.effects.toolkit.light import Reflection, matcap, softbox
from engine.effects.toolkit.sampling import blur

SHARP, SATIN, DIFFUSE = 0.008, 0.045, 0.20
"""Roughness of the three ways in which a surface sees the studio."""
SURROUNDINGS, SURROUNDINGS_BLUR = 0.22, 0.03
"""Light of the photo's background, and its blur in fractions of the picture's longer side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Studio:
    """What a polished, a satin and a matt sphere show, as matcaps (1, 3, S, S)."""

    sharp: Tensor
    satin: Tensor
    diffuse: Tensor


def light_studio(background: Tensor) -> Studio:
    """Set up the lamps before a background (3, H, W), linear."""
    far = blur(background, SURROUNDINGS_BLUR * max(background.shape[-2:])).cpu()

    def environment(mirror: Reflection) -> Tensor:
        return _lamps(mirror) + SURROUNDINGS * _seen(far, mirror)

    sharp, satin, diffuse = (
        matcap(environment, roughness=roughness).to(background.device)
        for roughness in (SHARP, SATIN, DIFFUSE)
    )
    return Studio(sharp=sharp, satin=satin, diffuse=diffuse)


def _lamps(mirror: Reflection) -> Tensor:
    """Light a key from the upper left, a strip on the right, a horizon, and what is behind.

    High contrast makes metal: bright lamps with clear edges, a dark right half.
    """
    x, y, z = mirror.x, mirror.y, mirror.z
    aside = 0.62 - 0.52 * x
    sky = (0.24 - 0.46 * y) * aside * smoothstep(0.10, -0.14, y) * 0.8
    ground = ((0.02 + 0.16 * y) * aside * smoothstep(0.0, 0.14, y)).clamp_min(0.008)
    key = softbox(x, y, -0.80, -0.30, -0.88, -0.34, 0.06) * 3.2
    top = softbox(x, y, -0.15, 0.50, -0.98, -0.76, 0.05) * 1.7
    strip = softbox(x, y, 0.66, 0.80, -0.70, 0.60, 0.04) * 2.2
    kicker = softbox(x, y, -0.98, -0.90, -0.1, 0.75, 0.03)
    horizon = torch.exp(-(((y - 0.02) / 0.045) ** 2)) * 0.26 * aside
    behind = smoothstep(0.1, -0.95, z) * 0.30
    return (
        _tinted(sky, (0.86, 0.95, 1.10))
        + _tinted(ground, (1.10, 0.94, 0.80))
        + _tinted(key + horizon, (1.0, 0.97, 0.92))
        + _tinted(strip, (0.62, 0.82, 1.0))
        + _tinted(kicker + behind, (0.8, 0.9, 1.0))
        + top
    )


def _tinted(light: Tensor, tint: Color) -> Tensor:
    return light[None] * torch.tensor(tint).view(3, 1, 1)


def _seen(far: Tensor, mirror: Reflection) -> Tensor:
    places = torch.stack([mirror.x * 0.8, mirror.y * 0.6 - 0.1], -1)[None]
    return functional.grid_sample(far[None], places, padding_mode="border", align_corners=False)[0]
