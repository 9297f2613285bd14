"""One of the two photos as it is read while it changes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from engine.effects.toolkit.curves import Track, smoothstep
from engine.effects.toolkit.grid import View
from engine.effects.toolkit.masks import over
from engine.effects.toolkit.rig import HeadRig
from engine.effects.toolkit.sampling import blur, column, sample, sample_sharp
from engine.vision.scene import Scene

TONE = 0.14
"""What is tone and what is detail: blur in face widths."""
HAZE = 0.05
"""Blur of the background while it changes, in the picture's longer sides."""
BEYOND = 0.05
"""Over how much of the longer side what lies beyond the photo gets soft."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What some frames show of a person: light, cover, and the cover had they been shown alone."""

    light: Tensor
    cover: Tensor
    whole: Tensor


class Person:
    """A scene's person and background; what is asked for beyond the photo goes on mirrored.

    Attributes:
        rig: turns the head.
        grid: of the photo.
        tone: (1, 3, h, w), the person without detail, on the grid.
        haze: (1, 3, h, w), the background out of focus, on the grid.
    """

    def __init__(self, scene: Scene) -> None:
        self.rig = HeadRig(scene)
        self.grid = self.rig.grid
        self._scene = scene
        self._matte = scene.matte[None, None]
        self._plate = scene.plate[None]
        self._edges = scene.image - over(scene.person, scene.matte, scene.plate)[None]
        side = max(scene.height, scene.width)
        self._beyond = BEYOND * side
        self.haze = blur(self.grid.reduced(scene.plate), HAZE * side / self.grid.scale[0])
        self.tone = self._tones()

    def on_grid(self, planes: Tensor, x: Tensor, y: Tensor) -> Tensor:
        """Read planes (1|B, C, h, w) of the grid at pixels of the photo."""
        across, down = self.grid.scale
        return sample(planes, (x + 0.5) / across - 0.5, (y + 0.5) / down - 0.5)

    def known(self, x: Tensor, y: Tensor) -> Tensor:
        """Say whether pixels lie in the photo: 1 inside, falling to 0 beyond, (B, 1, h, w)."""
        right, bottom = self._scene.width - 1, self._scene.height - 1
        beyond = torch.maximum(
            (x - right / 2).abs() - right / 2, (y - bottom / 2).abs() - bottom / 2
        )
        return smoothstep(self._beyond, 0.0, beyond)[:, None]

    def shown(
        self, place: View, share: Tensor, known: Tensor, *, lids: Track, edges: Track
    ) -> Shown:
        """Read the person at places of the photo.

        Args:
            place: pixels.
            share: 0..1, how much of it shows.
            known: 0..1, see `known`; the rest is soft.
            lids: how far they are closed.
            edges: how much is added of what the photo has, and person over background has not.
        """
        if share.amax() == 0:
            return Shown(light=share[:1], cover=share[:1], whole=share[:1])
        colour = sample_sharp(self._moved(lids), *place, pad="reflection")
        if known.amin() < 1:
            colour = torch.lerp(self.on_grid(self.tone, *place), colour, known)
        whole = sample(self._matte, *place)
        cover = whole * share
        light = colour * cover
        if edges.any():
            missing = sample(self._edges, *place, pad="reflection") * known
            light += missing * share * column(edges, share.device)
        return Shown(light=light, cover=cover, whole=whole)

    def ground(self, x: Tensor, y: Tensor) -> Tensor:
        """Read the background."""
        return sample(self._plate, x, y, pad="reflection")

    def _moved(self, lids: Track) -> Tensor:
        if not lids.any():
            return self._scene.person[None]
        return self.rig.person(lids, np.zeros_like(lids))

    def _tones(self) -> Tensor:
        """Blur the person, the face apart from what is around it."""
        wide = TONE * self._scene.face.width / self.grid.scale[0]
        person = self.grid.reduced(self._scene.person)
        face = self.grid.reduced(self._scene.face_mask[None])
        inside, around = (
            blur(person * share, wide) / blur(share, wide).clamp_min(1e-3)
            for share in (face, 1 - face)
        )
        return torch.lerp(around, inside, face)
