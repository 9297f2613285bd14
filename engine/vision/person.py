"""The colours of the person alone, without the background that shines through soft edges."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.vision.membrane import fill_smoothly

_SOLID = 0.95
"""Coverage from which a pixel's colour is the person's own."""


def person_colours(image: Tensor, matte: Tensor, plate: Tensor) -> Tensor:
    """Estimate the person's colours.

    Where coverage is partial, the background's part is taken away from the mixed colour; the less
    the coverage, the less that says, and the more the colours of solid places nearby are used.

    Args:
        image: (3, H, W) 0..1.
        matte: (H, W) 0..1.
        plate: (3, H, W) 0..1.

    Returns:
        (3, H, W) 0..1, the image itself where the person is solid.
    """
    nearby = fill_smoothly(image, (matte > _SOLID)[None].float())
    unmixed = (image - (1 - matte) * plate) / matte.clamp_min(0.1)
    trust = (matte / _SOLID).clamp(0, 1).square()
    own = torch.lerp(nearby, unmixed.clamp(0, 1), trust)
    return torch.where(matte > _SOLID, image, own)
