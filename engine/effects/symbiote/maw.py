"""The maw: lips, throat, teeth, tongue and what drips from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from engine.effects.symbiote.anatomy import Anatomy
from engine.effects.symbiote.choreography import Story
from engine.effects.symbiote.drool import drooled, threads
from engine.effects.symbiote.opening import (
    GRIN_RISE,
    LOWER_DROP,
    UPPER_RISE,
    WIDE,
    Opening,
    opening,
)
from engine.effects.symbiote.surface import Patch, Surface, patch_around, tilted, tint
from engine.effects.symbiote.teeth import LOWER, UPPER, Jaw
from engine.effects.symbiote.tongue import LENGTH, Tongue
from engine.effects.toolkit.curves import smoothstep
from engine.effects.toolkit.masks import over
from engine.effects.toolkit.noise import fbm
from engine.effects.toolkit.sampling import blur, column, sample

FLESH = (0.22, 0.014, 0.018)
TEETH_RESOLUTION = 1.6
"""Pixels of a carved tooth for each of the photo's: the camera comes closer."""
BUMPS_SIZE = 256
AROUND = 0.42
"""How far around the mouth its lips reach, eye distances."""


class Maw:
    """The maw of one creature."""

    def __init__(self, anatomy: Anatomy, seed: int, *, tongue: bool, device: torch.device) -> None:
        rng = np.random.default_rng(seed + 60)
        resolution = TEETH_RESOLUTION * anatomy.unit
        self._anatomy = anatomy
        self._has_tongue = tongue
        self._upper = Jaw(UPPER, resolution, rng, device, upward=False)
        self._lower = Jaw(LOWER, resolution, rng, device, upward=True)
        self._bumps = _bumps(seed + 61).to(device)
        self._threads = threads(rng)

    def at(self, u: Tensor, v: Tensor, story: Story) -> Gape | None:
        """Find the maw in frames seen at face-local u, v (B, H, W)."""
        if not story.mouth.any():
            return None
        patch = patch_around(u, v, self._anatomy.unit, *self._reach(story))
        if patch is None:
            return None
        mouth = opening(patch, self._anatomy, story)
        return Gape(patch, mouth, *self._show(patch, mouth, story))

    def _reach(self, story: Story) -> tuple[tuple[float, float], tuple[float, float]]:
        """Bound lips and tongue: from and to across, from and to down."""
        middle, side = self._anatomy.mouth_v, WIDE + AROUND
        lip = middle + LOWER_DROP * float(story.mouth.max())
        tip = lip + LENGTH * float(story.tongue.max())
        return (
            (self._anatomy.mouth_u - side, self._anatomy.mouth_u + side),
            (middle - GRIN_RISE - UPPER_RISE - AROUND, (tip if self._has_tongue else lip) + AROUND),
        )

    def _show(self, patch: Patch, mouth: Opening, story: Story) -> tuple[Surface, Tensor]:
        """Give everything in the mouth, back to front: its surface and coverage."""
        surface = self._throat(mouth)
        surface = _toothed(surface, patch, mouth, self._lower)
        cover = patch.coverage(mouth.inside)
        if self._has_tongue:
            tongue = self._tongue(story, patch.u.device)
            licked, alpha = tongue.shown(patch, self._bumps)
            surface = surface.shadowed(0.7 * blur(alpha, 0.045 * patch.unit))
            surface = surface.under(licked, alpha)
            hanging = alpha * (mouth.upper.beyond > 0) * smoothstep(0.0, 0.15, tongue.out)
            cover = torch.maximum(cover, hanging)
        surface = _toothed(surface, patch, mouth, self._upper)
        surface = surface.shadowed(0.75 * smoothstep(0.13, 0.0, mouth.upper.beyond))
        return drooled(surface, patch, mouth, self._threads, story), cover

    def _throat(self, mouth: Opening) -> Surface:
        """Line the mouth with wet flesh that darkens inwards."""
        depth = mouth.inside
        grain = sample(self._bumps, mouth.across * 60 + 128, mouth.upper.beyond * 90 + 20)
        slope = smoothstep(0.0, 0.25, mouth.lower.beyond) * 0.7 - 0.35
        return Surface(
            tilted(0.5 * mouth.across + 0.5 * grain[:, 0], slope + 0.5 * grain[:, 1]),
            tint(FLESH, depth),
            torch.full_like(depth, 0.5)[:, None],
            (0.04 + 0.7 * torch.exp(-depth.clamp_min(0) / 0.09))[:, None],
        )

    def _tongue(self, story: Story, device: torch.device) -> Tongue:
        mouth, out, second = (
            column(track, device)[:, 0] for track in (story.mouth, story.tongue, story.seconds)
        )
        root = self._anatomy.mouth_v - 0.04 + 0.42 * LOWER_DROP * mouth
        return Tongue(self._anatomy.mouth_u, root, out, second, mouth)


@dataclass(frozen=True, slots=True)
class Gape:
    """The maw in some frames: a feature of the creature.

    Attributes:
        patch: where it is.
        mouth: its opening.
        surface: everything in it.
        cover: (B, h, w) coverage of that.
    """

    patch: Patch
    mouth: Opening
    surface: Surface
    cover: Tensor

    def swell(self, height: Tensor) -> None:
        """Roll lips up in the goo's relief."""
        away = -self.mouth.inside
        lips = 0.10 * torch.exp(-(((away - 0.055) / 0.06) ** 2))
        lips += 0.06 * torch.exp(-((away / 0.2) ** 2))
        lips -= 0.08 * smoothstep(0.03, -0.03, away)
        parted = self.mouth.amount.mul(4).clamp_max(1)
        parted = parted * smoothstep(1.4, 1.0, self.mouth.across.abs())
        self.patch.cut(height).add_(lips * (self.patch.unit * parted))

    def paint(self, light: Tensor, wet: Tensor) -> None:
        """Paint the maw, and the tongue's shadow below it, into the lit goo."""
        seen = self.patch.cut(light)
        shadow = 0.6 * blur(self.cover, 0.06 * self.patch.unit) * (self.mouth.inside < 0)
        shaded = seen * (1 - shadow)[:, None]
        seen.copy_(over(self.surface.lit(wet), self.cover[:, None], shaded))


def _toothed(surface: Surface, patch: Patch, mouth: Opening, jaw: Jaw) -> Surface:
    """Set a jaw's teeth on its lip, with their shadow; they recede towards the corners."""
    teeth, alpha = jaw.worn(*mouth.rooted(upward=jaw.upward))
    surface = surface.shadowed(0.6 * blur(alpha, 0.03 * patch.unit))
    receding = 0.55 * mouth.across.square().clamp_max(1)
    return surface.under(teeth.shadowed(receding), alpha)


def _bumps(seed: int) -> Tensor:
    """Slopes of wet flesh, (1, 2, S, S)."""
    relief = fbm(BUMPS_SIZE, BUMPS_SIZE, cell=9, octaves=3, seed=seed)
    down, right = torch.gradient(relief)
    slopes = torch.stack([right, down])[None]
    return slopes / slopes.std()
