"""Eyelids and gaze of a photographed face.

A lid that closes shows skin the photo does not have: the skin above is drawn down, its tone
mended from around the eye, and the lash line follows the lid's edge.
"""

from __future__ import annotations

import torch
from torch import Tensor

from engine.effects.toolkit.curves import Track, smoothstep
from engine.effects.toolkit.eye_shape import LEFT, RIGHT, EyeShape
from engine.effects.toolkit.eyelids import MEETING, Eyelids
from engine.effects.toolkit.sampling import column, sample_sharp
from engine.vision.scene import Scene

LASH_BAND = 0.16
"""Height above the lid's edge that moves as one piece, in openings of the eye."""
DRAW = 1.2
"""How the skin above gives way: 1 evenly, more nearer to the lid."""


class Eyes:
    """Both eyes of a scene's face; one that lies outside the photo is left alone."""

    def __init__(self, scene: Scene) -> None:
        self._photo = scene.person[None]
        shapes = (EyeShape(scene, marks) for marks in (LEFT, RIGHT))
        self._eyes = [
            (shape, Eyelids(shape, self._photo[..., shape.rows, shape.columns]))
            for shape in shapes
            if shape.visible
        ]

    def painted(self, closed: Track, turn: Track) -> Tensor:
        """Give the person with moved eyes, (B, 3, H, W) display values.

        Args:
            closed: 0 as photographed, 1 closed; per frame.
            turn: of the gaze to the right of the image, in iris radii; per frame.
        """
        people = self._photo.repeat(len(closed), 1, 1, 1)
        shut, aside = (column(track, people.device)[:, 0] for track in (closed, turn))
        for eye, lids in self._eyes:
            dx, dy = _warp(eye, shut, aside * eye.iris_radius)
            patch = self._photo[..., eye.rows, eye.columns]
            moved = sample_sharp(patch, eye.x + dx, eye.y + dy)
            people[..., eye.rows, eye.columns] = lids.over(moved, shut)
        return people

    def warp(self, closed: Track) -> tuple[Tensor, Tensor]:
        """Draw the lids down without repainting them: displacements dx, dy (B, H, W)."""
        shut = column(closed, self._photo.device)[:, 0]
        dx = self._photo.new_zeros(len(closed), *self._photo.shape[-2:])
        dy = torch.zeros_like(dx)
        for eye, _ in self._eyes:
            x, y = _warp(eye, shut, torch.zeros_like(shut))
            dx[:, eye.rows, eye.columns] += x
            dy[:, eye.rows, eye.columns] += y
        return dx, dy


def _warp(eye: EyeShape, closed: Tensor, turn: Tensor) -> tuple[Tensor, Tensor]:
    """Say where the eye's patch is read, as displacements (B, h, w).

    Args:
        eye: to move.
        closed: 0 as photographed, 1 closed, (B, 1, 1).
        turn: pixels the iris moves to the right, (B, 1, 1).
    """
    across, along = _turned(eye, turn)
    along = _drawn_down(eye, along, closed)
    return eye.in_photo(across - eye.across, along - eye.along)


def _turned(eye: EyeShape, turn: Tensor) -> tuple[Tensor, Tensor]:
    """Where an eye turned this far is read; the same part of the way from lid to lid."""
    off = (eye.across - turn - eye.iris).abs()
    held = smoothstep(1.05 * eye.half_width, 1.1 * eye.iris_radius, off)
    across = eye.across - turn * held
    height = (eye.along - eye.top) / eye.opening.clamp_min(1e-3)
    top, bottom = eye.upper(across), eye.lower(across)
    lifted = (top + height * (bottom - top)) - (eye.top + height * (eye.bottom - eye.top))
    inside = (eye.along > eye.top) & (eye.along < eye.bottom)
    return torch.where(inside, across, eye.across), eye.along + torch.where(inside, lifted, 0.0)


def _drawn_down(eye: EyeShape, along: Tensor, closed: Tensor) -> Tensor:
    """Where lids drawn over the eye are read: from the skin above and below it."""
    drop = eye.opening * (MEETING * closed)
    edge = eye.top + drop
    span = (edge - LASH_BAND * eye.widest - eye.still).clamp_min(1)
    t = ((eye.along - eye.still) / span).clamp(0, 1)
    lid = torch.where(eye.along < edge, eye.along - drop * t.pow(DRAW), along)
    rise = eye.opening * ((1 - MEETING) * closed)
    below = eye.along - eye.bottom
    fade = smoothstep(0.9 * eye.half_width, 0.0, below.clamp_min(0))
    return torch.where((below >= -rise) & (rise > 0), eye.along + rise * fade, lid)
