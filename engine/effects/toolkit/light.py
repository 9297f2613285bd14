"""Light and reflection: linear colour, normals, and a studio seen in a polished sphere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.effects.toolkit.curves import smoothstep
from engine.effects.toolkit.sampling import blur, sample

RIM = 0.999
"""Normals are kept this far inside the sphere's outline."""


def to_linear(x: Tensor) -> Tensor:
    """Turn display values into light, by a gamma of 2: close to sRGB and exactly invertible."""
    return x * x


def to_display(x: Tensor) -> Tensor:
    """Turn light into display values; negative light is black."""
    return x.clamp_min(0).sqrt()


def normals_from_height(height: Tensor, scale: float = 1.0) -> Tensor:
    """Give the unit normals (B, 3, H, W) of a relief (B, H, W) in pixels, times `scale`."""
    across, along = torch.zeros_like(height), torch.zeros_like(height)
    across[..., 1:-1] = height[..., :-2] - height[..., 2:]
    along[..., 1:-1, :] = height[..., :-2, :] - height[..., 2:, :]
    depth = 2 / scale
    length = (across * across + along * along + depth * depth).rsqrt()
    return torch.stack([across * length, along * length, depth * length], 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reflection:
    """What a polished sphere shows, straight ahead, at every point (S, S).

    `x`, `y`, `z` is the direction the mirror looks to; `normal_*` is the surface's own. x to the
    right, y down, z to the viewer.
    """

    x: Tensor
    y: Tensor
    z: Tensor
    normal_x: Tensor
    normal_y: Tensor
    normal_z: Tensor


def softbox(
    x: Tensor, y: Tensor, left: float, right: float, top: float, bottom: float, softness: float
) -> Tensor:
    """Light a rectangular lamp, 0..1, in directions `x`, `y`; its edges fade over `softness`."""
    return (
        smoothstep(left - softness, left + softness, x)
        * smoothstep(right + softness, right - softness, x)
        * smoothstep(top - softness, top + softness, y)
        * smoothstep(bottom + softness, bottom - softness, y)
    )


def matcap(
    environment: Callable[[Reflection], Tensor], *, size: int = 256, roughness: float = 0.0
) -> Tensor:
    """Render a sphere in an environment, once, to shade anything by its normals.

    Args:
        environment: colour (3, S, S), linear, that a reflection shows.
        size: pixels across.
        roughness: blur of the reflection as a fraction of the sphere.

    Returns:
        (1, 3, S, S) linear.
    """
    sphere = environment(_mirror(size))
    return (blur(sphere, roughness * size) if roughness else sphere)[None]


def _mirror(size: int) -> Reflection:
    span = torch.linspace(-1, 1, size)
    y, x = torch.meshgrid(span, span, indexing="ij")
    inward = (RIM / (x * x + y * y).sqrt().clamp_min(1e-6)).clamp_max(1)
    x, y = x * inward, y * inward
    z = (1 - x * x - y * y).sqrt()
    return Reflection(x=2 * z * x, y=2 * z * y, z=2 * z * z - 1, normal_x=x, normal_y=y, normal_z=z)


def shade(matcap: Tensor, normals: Tensor) -> Tensor:
    """Colour unit normals (B, 3, H, W) by a matcap (1, 3, S, S): (B, 3, H, W) linear."""
    half = (matcap.shape[-1] - 1) / 2
    return sample(matcap, (normals[:, 0] + 1) * half, (normals[:, 1] + 1) * half)
