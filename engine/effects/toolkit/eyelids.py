"""The paint of closing eyelids: skin, lashes and shadow that the photo does not show."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.effects.toolkit.curves import smoothstep
from engine.effects.toolkit.eye_shape import EyeShape
from engine.effects.toolkit.sampling import blur

MEETING = 0.86
"""Where closed lids meet, from the upper one (0) to the lower one (1)."""
SKIN_COVER = 0.8
"""How far paint replaces stretched skin."""
LASH_COVER = 0.75
LASH_WIDTH = 0.05
"""Of the lash line, in half widths of the eye."""
CAST_SHADOW = 0.35
"""Darkening of the eyeball right under a closing lid."""
EDGE = 0.7
"""Softness of painted edges, pixels."""


class Eyelids:
    """The paint of one eye, its colours taken from around it."""

    def __init__(self, eye: EyeShape, patch: Tensor) -> None:
        """Take colours from the eye's `patch` of the photo, (1, 3, h, w) display values."""
        self._eye = eye
        shade = 0.94 - 0.10 * (eye.across / eye.half_width).clamp(-1, 1) ** 2
        self._skin = _skin_around(eye, patch) * shade
        self._lash = _lash_colour(eye, patch)

    def over(self, patch: Tensor, closed: Tensor) -> Tensor:
        """Paint lids closed by (B, 1, 1) over a patch whose skin is drawn down, (B, 3, h, w)."""
        below = self._eye.along - self._eye.top - self._eye.opening * (MEETING * closed)
        painted = torch.lerp(patch, self._skin, self._cover(below, closed)[:, None])
        painted = painted * (1 - self._shadow(below, closed))[:, None]
        return torch.lerp(painted, self._lash, self._lash_line(below, closed)[:, None])

    def _cover(self, below: Tensor, closed: Tensor) -> Tensor:
        """Where skin shows: over the upper lid, and under its edge once the eye is shut."""
        eye = self._eye
        soft = max(0.55 * eye.widest, 1.0)
        lid = smoothstep(-soft, soft, eye.along - eye.top) * smoothstep(EDGE, -EDGE, below)
        lid = lid * smoothstep(0.0, 3.0, eye.opening * closed) * SKIN_COVER
        under = smoothstep(-EDGE, EDGE, below) * smoothstep(0.7, 1.0, closed)
        past = eye.along - eye.bottom - 0.06 * eye.widest
        under = under * smoothstep(EDGE, -EDGE, past) * self._open_here()
        return lid + under * (1 - lid)

    def _shadow(self, below: Tensor, closed: Tensor) -> Tensor:
        eye = self._eye
        cast = torch.exp(-below.clamp_min(0) / max(0.25 * eye.widest, 0.5))
        on_eyeball = smoothstep(-EDGE, EDGE, below) * (eye.along < eye.bottom) * self._open_here()
        return cast * on_eyeball * (CAST_SHADOW * smoothstep(0.0, 0.2, closed))

    def _lash_line(self, below: Tensor, closed: Tensor) -> Tensor:
        eye = self._eye
        line = torch.exp(-((below / max(LASH_WIDTH * eye.half_width, EDGE)) ** 2))
        line = line * smoothstep(1.0, 0.7, eye.across.abs() / eye.half_width)
        return line * (LASH_COVER * smoothstep(0.15, 0.9, closed))

    def _open_here(self) -> Tensor:
        return smoothstep(0.0, 2.0, self._eye.opening)


def _skin_around(eye: EyeShape, patch: Tensor) -> Tensor:
    """Spread the colour of the skin below and above over the eye, (1, 3, h, w)."""
    unit = eye.half_width
    below, above = eye.along - eye.bottom, eye.top - eye.along
    cheek = smoothstep(0.15 * unit, 0.3 * unit, below) * (below < 1.1 * unit)
    brow_bone = smoothstep(0.15 * unit, 0.3 * unit, above) * (eye.along > eye.still)
    weight = (cheek + brow_bone * 2 + 1e-4) * (eye.across.abs() < 1.2 * unit)
    return blur(patch * weight, 0.4 * unit) / blur(weight, 0.4 * unit).clamp_min(1e-6)


def _lash_colour(eye: EyeShape, patch: Tensor) -> Tensor:
    """Average the darkest pixels along the upper lid, (1, 3, 1, 1)."""
    near = (eye.along - eye.top).abs() < 0.12 * eye.half_width
    pixels = patch[0][:, near & (eye.opening > 0.3 * eye.widest)]
    if pixels.shape[1] == 0:
        return patch.new_zeros(1, 3, 1, 1)
    darkest = pixels.sum(0).argsort()[: max(1, pixels.shape[1] // 8)]
    return pixels[:, darkest].mean(1).view(1, 3, 1, 1)
