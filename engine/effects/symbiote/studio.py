"""The light everything of the creature stands in, as spheres to shade by."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.effects.toolkit.curves import smoothstep
from engine.effects.toolkit.light import Reflection, matcap, softbox, to_linear

Rgb = tuple[float, float, float]
"""Linear light."""

KEY: Rgb = (1.0, 1.0, 1.04)
SKY: Rgb = (0.80, 0.90, 1.10)
COOL_RIM: Rgb = (0.44, 0.66, 1.05)
PALE_RIM: Rgb = (0.55, 0.62, 0.70)
PANES = 26.0
"""Frequency at which the side lamps are broken up, so that they do not lie on as flat bands."""


def linear_color(text: str) -> Rgb:
    """Turn #rrggbb into light."""
    stored = torch.tensor([int(text[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    red, green, blue = to_linear(stored).tolist()
    return red, green, blue


def rubber(color: Rgb) -> Tensor:
    """Wet rubber: nearly all of its light is reflected lamps, sharp on top of soft."""

    def lit(sphere: Reflection) -> Tensor:
        tint = 0.55 + 0.45 * _plane(color) / max(*color, 1e-3)
        return _lamps(sphere) * tint + _plane(color) * _diffuse(sphere)

    return 0.72 * matcap(lit) + 0.36 * matcap(lit, roughness=0.045)


def wet() -> Tensor:
    """Everything that has a colour of its own under a film: diffuse light, then what it mirrors.

    (1, 4, S, S): multiply the first plane by the colour, the other three by the gloss.
    """

    def lit(sphere: Reflection) -> Tensor:
        key = softbox(sphere.x, sphere.y, -0.66, -0.36, -0.78, -0.54, 0.08) * _front(sphere)
        strip = softbox(sphere.x, sphere.y, 0.58, 0.72, -0.45, 0.30, 0.05) * _front(sphere)
        mirrored = _plane(KEY) * key + 0.4 * _plane(COOL_RIM) * strip
        return torch.cat([_diffuse(sphere)[None], mirrored])

    return matcap(lit)


def _plane(color: Rgb) -> Tensor:
    return torch.tensor(color).view(3, 1, 1)


def _diffuse(sphere: Reflection) -> Tensor:
    toward = -0.45 * sphere.normal_x - 0.60 * sphere.normal_y + 0.66 * sphere.normal_z
    return 0.12 + 0.9 * toward.clamp_min(0)


def _front(sphere: Reflection) -> Tensor:
    """Leave out what stands behind the surface: grazing normals would mirror it a second time."""
    return smoothstep(-0.55, 0.0, sphere.z)


def _lamps(sphere: Reflection) -> Tensor:
    x, y, front = sphere.x, sphere.y, _front(sphere)
    grazing = (1 - sphere.normal_z).clamp(0, 1) ** 3
    key = softbox(x, y, -0.74, -0.32, -0.82, -0.50, 0.10) * front * 1.1
    top = softbox(x, y, 0.0, 0.46, -0.97, -0.86, 0.06) * front * 0.8
    strip = softbox(x, y, 0.58, 0.80, -0.50, 0.40, 0.05) * front * 0.55
    right = softbox(sphere.normal_x, sphere.normal_y, 0.86, 0.94, -0.60, 0.45, 0.04) * 0.45
    left = softbox(sphere.normal_x, sphere.normal_y, -0.96, -0.89, -0.55, 0.50, 0.04) * 0.3
    sky = (0.012 + 0.03 * grazing) * (1.3 - y).clamp(0.3, 2)
    panes = 0.55 + 0.45 * torch.cos(sphere.normal_y * PANES)
    lamps = key * _plane(KEY) + (top + sky) * _plane(SKY)
    return (
        lamps * (0.6 + 0.6 * grazing)
        + (strip + right * panes) * _plane(COOL_RIM)
        + left * panes * _plane(PALE_RIM)
    )
