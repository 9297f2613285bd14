"""The creature's eyes: white, slanted, torn at the edges, and they snap open."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.effects.symbiote.anatomy import Anatomy
from engine.effects.symbiote.choreography import Story
from engine.effects.symbiote.relief import softened
from engine.effects.symbiote.surface import Patch, Surface, patch_around, tint
from engine.effects.toolkit.curves import smoothstep
from engine.effects.toolkit.light import normals_from_height
from engine.effects.toolkit.masks import over, polygon, signed_distance
from engine.effects.toolkit.sampling import blur, column, sample_sharp

# The right eye's rim in eye distances: along the brow outwards, then back below.
UPPER_RIM = (
    (0.12, 0.14), (0.20, 0.03), (0.34, -0.06), (0.52, -0.17), (0.70, -0.30), (0.88, -0.46),
    (1.06, -0.66),
)  # fmt: skip
LOWER_RIM = (
    (1.06, -0.66), (1.03, -0.38), (0.94, -0.10), (0.80, 0.10), (0.63, 0.22), (0.44, 0.27),
    (0.26, 0.24), (0.12, 0.14),
)  # fmt: skip
TEARS = (3, 5)
"""Spikes of the upper and the lower rim."""
ACROSS, ALONG = (0.0, 1.4), (-0.95, 0.5)
"""Box of one eye."""
RESOLUTION = 150
"""Pixels of one eye distance in the drawn shape."""
SLIT = ((0.12, 0.14), (1.06, -0.52))
"""Line from which it opens."""
BULGE = 0.20
"""Of the eyeball, eye distances."""
CRACK = 0.03
"""Breadth below which an opening eye is not yet seen, eye distances."""
WHITE = (0.98, 1.0, 1.04)
SHADE = (0.30, 0.33, 0.42)


class Eyes:
    """Both eyes of one creature."""

    def __init__(self, anatomy: Anatomy, seed: int, device: torch.device) -> None:
        rng = np.random.default_rng(seed + 50)
        self._unit = anatomy.unit
        self._sides = (anatomy.left, anatomy.right)
        self._shapes = [_shape(rng).to(device) for _ in self._sides]

    def at(self, u: Tensor, v: Tensor, story: Story) -> Stare | None:
        """Find the eyes in frames seen at face-local u, v (B, H, W)."""
        if not story.eyes.any():
            return None
        patch = patch_around(u, v, self._unit, (-1.5, 1.5), (-1.0, 0.6))
        if patch is None:
            return None
        amount = column(story.eyes, u.device)[:, 0].clamp_min(0.02)
        return Stare(patch, self._inside(patch, amount), min(1.0, float(story.eyes.max())))

    def _inside(self, patch: Patch, amount: Tensor) -> Tensor:
        left = self._one(self._shapes[0], -patch.u / self._sides[0], patch.v, amount)
        right = self._one(self._shapes[1], patch.u / self._sides[1], patch.v, amount)
        inside = torch.where(patch.u < 0, left, right)
        inside = torch.where(inside > 0, inside * amount.clamp_max(1), inside)
        return inside - CRACK * (1 - amount).clamp_min(0)

    def _one(self, shape: Tensor, side: Tensor, v: Tensor, amount: Tensor) -> Tensor:
        (start, top), (end, bottom) = SLIT
        slit = top + (bottom - top) * (side - start) / (end - start)
        v = slit + (v - slit) / amount
        x, y = (side - ACROSS[0]) * RESOLUTION, (v - ALONG[0]) * RESOLUTION
        return sample_sharp(shape, x, y)[:, 0]


@dataclass(frozen=True, slots=True)
class Stare:
    """The eyes in some frames: a feature of the creature.

    Attributes:
        patch: where they are.
        inside: (B, h, w) eye distances inside either eye, negative outside.
        swelling: of the lids, 0..1.
    """

    patch: Patch
    inside: Tensor
    swelling: float

    def swell(self, height: Tensor) -> None:
        """Raise lids in the goo's relief."""
        away = -self.inside
        lids = 0.055 * torch.exp(-(((away - 0.05) / 0.055) ** 2))
        lids -= 0.05 * smoothstep(-0.02, 0.03, self.inside)
        self.patch.cut(height).add_(lids * (self.patch.unit * self.swelling))

    def paint(self, light: Tensor, wet: Tensor) -> None:
        """Paint the eyes, and the shade around them, into the lit goo."""
        hollow = 0.6 * torch.exp(-((self.inside.clamp_max(0) / 0.12) ** 2)) * self.swelling
        seen = self.patch.cut(light)
        shaded = seen * (1 - hollow)[:, None]
        cover = self.patch.coverage(self.inside)[:, None]
        seen.copy_(over(self._whites().lit(wet), cover, shaded))

    def _whites(self) -> Surface:
        """Show pearly balls, shaded by the lids."""
        inside, unit = self.inside, self.patch.unit
        inward = 1 - (inside / BULGE).clamp(0, 1)
        ball = (1 - inward * inward).sqrt() * (BULGE * unit)
        depth = smoothstep(0.0, 0.045, inside)[:, None]
        return Surface(
            normals_from_height(softened(ball, 0.06 * unit), 0.75),
            torch.lerp(tint(SHADE, inside), tint(WHITE, inside), depth),
            torch.full_like(depth, 0.55),
            0.35 + 0.75 * smoothstep(0.0, 0.12, inside).pow(0.7)[:, None],
        )


def _shape(rng: np.random.Generator) -> Tensor:
    """Draw one eye with torn edges as a signed distance (1, 1, h, w) in eye distances."""
    upper = _torn(np.array(UPPER_RIM), TEARS[0], 0.045, rng)
    lower = _torn(np.array(LOWER_RIM), TEARS[1], 0.085, rng)
    rim = np.concatenate([upper[:-1], lower[:-1]])
    corners = (rim - (ACROSS[0], ALONG[0])) * RESOLUTION
    width, height = (round((span[1] - span[0]) * RESOLUTION) for span in (ACROSS, ALONG))
    distance = signed_distance(polygon(corners, height, width)) / RESOLUTION
    return blur(distance, 1.0)[None, None]


def _torn(
    rim: NDArray[np.float64], spikes: int, depth: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Follow a rim with spikes that stand out of it, unevenly spaced and long."""
    steps = np.linalg.norm(np.diff(rim, axis=0), axis=1)
    way = np.concatenate([[0], np.cumsum(steps)]) / steps.sum()
    places = np.linspace(0, 1, 2 * spikes + 1)
    places[1:-1] += rng.uniform(-0.35, 0.35, 2 * spikes - 1) / (2 * spikes)
    points = np.stack([np.interp(places, way, rim[:, axis]) for axis in (0, 1)], -1)
    along = np.gradient(points, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    outward = np.stack([along[:, 1], -along[:, 0]], -1)
    reach = np.where(np.arange(len(points)) % 2, 1.0, -0.55) * rng.uniform(0.5, 1.3, len(points))
    reach[[0, -1]] = 0
    return _scalloped(points + outward * (reach * depth)[:, None])


def _scalloped(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Join spikes (the odd points) by arcs through the valleys between them."""
    arcs = [points[:1]]
    t = np.linspace(0, 1, 12, endpoint=False)[:, None]
    for start, valley, end in zip(points[1:-2:2], points[2:-1:2], points[3::2], strict=True):
        pull = 2 * valley - (start + end) / 2
        arcs.append((1 - t) ** 2 * start + 2 * t * (1 - t) * pull + t**2 * end)
    return np.concatenate([*arcs, points[-2:]])
