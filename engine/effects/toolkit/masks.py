"""Shapes with soft edges, and what is built from them."""

from __future__ import annotations

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


def polygon(
    points: NDArray[np.floating], height: int, width: int, *, oversample: int = 4
) -> Tensor:
    """Fill the polygon (N, 2) in pixels: coverage (H, W) 0..1 on the CPU."""
    canvas = np.zeros((height * oversample, width * oversample), np.uint8)
    corners = np.round((np.asarray(points) + 0.5) * oversample - 0.5).astype(np.int32)
    cv2.fillPoly(canvas, [corners], 255)
    coverage = cv2.resize(canvas, (width, height), interpolation=cv2.INTER_AREA)
    return torch.from_numpy(coverage.astype(np.float32) / 255)


def distance_inside(mask: Tensor) -> Tensor:
    """Measure, in pixels, how deep each point of (..., H, W) lies inside mask > 0.5; 0 outside."""
    planes = (mask > 0.5).to("cpu", torch.uint8).reshape(-1, *mask.shape[-2:]).numpy()
    depths = [cv2.distanceTransform(plane, cv2.DIST_L2, cv2.DIST_MASK_PRECISE) for plane in planes]
    return torch.from_numpy(np.stack(depths)).reshape(mask.shape).to(mask.device)


def signed_distance(mask: Tensor) -> Tensor:
    """Measure, in pixels, how far (..., H, W) is inside mask > 0.5; negative outside.

    The picture's border is no edge: a body it cuts off goes on beyond.
    """
    return distance_inside(mask) - distance_inside(1 - mask)


def dome(mask: Tensor, radius: float) -> Tensor:
    """Round a mask's edge like a drop: 0 at the edge, rising to `radius` that far inside."""
    inward = 1 - (distance_inside(mask) / radius).clamp_max(1)
    return radius * (1 - inward * inward).clamp_min(0).sqrt()


def over(front: Tensor, alpha: Tensor, back: Tensor) -> Tensor:
    """Lay `front` over `back` where `alpha` is 1."""
    return torch.lerp(back, front, alpha)
