"""The operators by which the landmark net looks again, closely, at the eyes and the lips.

First-guess landmarks of a region span a rotated box; features are sampled inside that box, refined
landmarks are found there and carried back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor


def region_of_landmarks(settings: Mapping[str, Any], inputs: list[Tensor]) -> Tensor:
    """Find the box around some landmarks, turned so that two of them lie level.

    Returns:
        (N, 4, 4) matrices from pixels of the box's samples to pixels of the landmarks.
    """
    (landmarks,) = inputs
    points = landmarks[:, settings["subset_idxs"], :2]
    across = (
        landmarks[:, settings["right_rotation_idx"], :2]
        - landmarks[:, settings["left_rotation_idx"], :2]
    )
    angle = settings["target_rotation_radians"] - torch.atan2(across[:, 1], across[:, 0])
    cos, sin = angle.cos(), angle.sin()
    turn = torch.stack([torch.stack([cos, -sin], -1), torch.stack([sin, cos], -1)], -2)
    level = points @ turn.mT
    low, high = level.amin(1), level.amax(1)
    size = landmarks.new_tensor([settings["output_width"], settings["output_height"]])
    scale = (high - low) * landmarks.new_tensor([settings["scale_x"], settings["scale_y"]]) / size
    linear = turn.mT * scale[:, None, :]
    centre = (turn.mT @ ((low + high) / 2)[..., None])[..., 0]
    matrix = torch.eye(4, device=landmarks.device).repeat(len(landmarks), 1, 1)
    matrix[:, :2, :2] = linear
    matrix[:, :2, 3] = centre - (linear @ (size / 2))
    return matrix


def sample_region(settings: Mapping[str, Any], inputs: list[Tensor]) -> Tensor:
    """Sample features inside a region; nothing lies outside the feature map."""
    features, matrix = inputs
    height, width = features.shape[-2:]
    y, x = torch.meshgrid(
        torch.arange(settings["output_height"], device=features.device) + 0.5,
        torch.arange(settings["output_width"], device=features.device) + 0.5,
        indexing="ij",
    )
    grid = torch.stack([x, y], -1).flatten(0, 1)
    at = grid @ matrix[:, :2, :2].mT + matrix[:, None, :2, 3]
    extent = at.new_tensor([width, height])
    inside = ((at >= 0.5) & (at <= extent - 0.5)).all(-1)
    shape = (len(features), settings["output_height"], settings["output_width"])
    sampled = F.grid_sample(features, (at / extent * 2 - 1).view(*shape, 2), align_corners=False)
    return sampled * inside.view(len(features), 1, *shape[1:])


def transform_landmarks(_settings: Mapping[str, Any], inputs: list[Tensor]) -> Tensor:
    """Carry landmarks from a region's pixels to the image's."""
    landmarks, matrix = inputs
    return landmarks[..., :2] @ matrix[:, :2, :2].mT + matrix[:, None, :2, 3]
