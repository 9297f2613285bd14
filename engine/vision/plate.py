"""The background with the person painted out."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.vision.arrays import distance_inside
from engine.vision.membrane import fill_smoothly
from engine.vision.texture import continue_texture

_COMPARED_SIZE = 112
"""Longer side, in pixels, of the picture in which patches are compared."""
_PERSON = 0.03
_STAINED = 0.025
"""Width, in longer sides, of the rim around the person whose colours are not trusted."""


def clean_plate(image: Tensor, matte: Tensor) -> Tensor:
    """Paint the person out.

    Copies of the surroundings alone would leave a seam along the hole's rim, so their error
    there is spread smoothly over the hole and taken away.

    Args:
        image: (3, H, W) 0..1.
        matte: (H, W) 0..1.

    Returns:
        (3, H, W), the image itself away from the person.
    """
    side = max(matte.shape)
    away = torch.from_numpy(distance_inside((matte <= _PERSON).numpy())) / (side * _STAINED)
    hole = away < 1
    copied = continue_texture(image, hole, max(round(side / _COMPARED_SIZE), 1))
    seam = fill_smoothly(image - copied, (~hole)[None].float())
    return torch.lerp((copied + seam).clamp(0, 1), image, (away * 2 - 1).clamp(0, 1))
