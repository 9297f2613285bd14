"""Heights smooth enough to shine."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional

from engine.effects.toolkit.sampling import blur, resize

WIDEST_SIGMA = 3.0
"""Pixels that `blur` works on without making the picture smaller."""
SMALLEST_SIDE = 16


def softened(height: Tensor, sigma: float) -> Tensor:
    """Blur a relief (..., H, W).

    Where `blur` is wide it leaves facets, which a shiny surface would show; this grows back in
    steps of two.
    """
    soft, sizes = height.reshape(-1, 1, *height.shape[-2:]), []
    while sigma > WIDEST_SIGMA and min(soft.shape[-2:]) > SMALLEST_SIDE:
        sizes.append(soft.shape[-2:])
        soft, sigma = functional.avg_pool2d(soft, 2, ceil_mode=True), sigma / 2
    soft = blur(soft, sigma)
    for rows, columns in reversed(sizes):
        soft = blur(resize(soft, rows, columns), 1.2)
    return soft.reshape(height.shape)
