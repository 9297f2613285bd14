"""Fill holes smoothly from their surroundings."""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

_COARSEST = 2


def fill_smoothly(image: Tensor, known: Tensor) -> Tensor:
    """Fill what is not known by push-pull (Gortler et al., 1996).

    Args:
        image: (C, H, W).
        known: (1, H, W) weights 0..1.

    Returns:
        (C, H, W), the image where it is fully known.
    """
    return _pull(image[None] * known, known[None])[0]


def _pull(weighted: Tensor, weight: Tensor) -> Tensor:
    average = weighted / weight.clamp_min(1e-4)
    height, width = weight.shape[-2:]
    if min(height, width) <= _COARSEST:
        total = weight.sum((-2, -1), keepdim=True).clamp_min(1e-4)
        mean = weighted.sum((-2, -1), keepdim=True) / total
        return torch.where(weight > 0, average, mean)
    coarse = _pull(
        F.avg_pool2d(weighted, 2, ceil_mode=True), F.avg_pool2d(weight, 2, ceil_mode=True)
    )
    smooth = F.interpolate(coarse, size=(height, width), mode="bilinear", align_corners=False)
    trust = weight.clamp(0, 1)
    return average * trust + smooth * (1 - trust)
