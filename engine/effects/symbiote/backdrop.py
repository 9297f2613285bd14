"""What is behind the person: the room as it goes dark, and the tentacles."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.effects.symbiote.choreography import Story
from engine.effects.symbiote.goo import Goo
from engine.effects.symbiote.tentacles import Tentacles
from engine.effects.toolkit.curves import mix
from engine.effects.toolkit.masks import dome, over
from engine.effects.toolkit.sampling import blur, column, resize, sample

GLOOM = 0.28
"""Light that is left in the end."""
GLOOM_TINT = (0.75, 0.95, 1.15)
GRAYNESS = 0.55
THICKEST = 0.18
"""Radius up to which a tentacle is round, eye distances."""


class Backdrop:
    """The background of one scene; `plate` is (1, 3, H, W) linear."""

    def __init__(self, plate: Tensor, unit: float, goo: Goo, tentacles: Tentacles) -> None:
        self._plate = plate
        self._gloom = _gloomy(plate, unit)
        self._unit = unit
        self._goo = goo
        self._tentacles = tentacles

    def filmed(self, camera: tuple[Tensor, Tensor], story: Story) -> Tensor:
        """Show it through the camera: (B, 3, H, W) linear."""
        room = mix(self._plate, self._gloom, column(story.dimming, self._plate.device))
        if self._tentacles.seen(story.seconds):
            room = self._with_tentacles(room, story)
        return sample(room, *camera)

    def _with_tentacles(self, room: Tensor, story: Story) -> Tensor:
        """Draw their edges sharp, and their light at half the size: it is out of focus."""
        height, width = room.shape[-2:]
        masks = self._tentacles.masks(story.seconds, story.roar, height, width).to(room.device)
        masks = masks[:, None]
        small = resize(masks, height // 2, width // 2)
        relief = blur(dome(small[:, 0], 0.5 * THICKEST * self._unit), 0.03 * self._unit)
        lit = resize(self._goo.shade(1.2 * relief), height, width)
        shadow = resize(0.5 * blur(small, 0.05 * self._unit), height, width)
        return over(lit, masks, room * (1 - shadow))


def _gloomy(plate: Tensor, unit: float) -> Tensor:
    """Darken, cool and blur."""
    soft = blur(plate, 0.06 * unit)
    cool = torch.tensor(GLOOM_TINT, device=plate.device).view(1, 3, 1, 1)
    return mix(soft, soft.mean(1, keepdim=True) * cool, GRAYNESS) * GLOOM
