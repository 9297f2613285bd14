"""What the camera's own lens makes of the glowing eyes: streaks and a haze."""

from __future__ import annotations

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.effects.toolkit.sampling import blur, column, resize

REDUCTION = 4
# Fractions of the picture's longer side.
STREAKS = (0.035, 0.16)
STREAK_HEIGHT = 0.005
HAZE = 0.045
STREAK_TINT = (0.35, 0.75, 1.25)
"""Coatings of an anamorphic lens push its streaks towards blue..."""
STREAK_WHITE = 0.03
"""...and let a little of everything through."""
STREAK_GAIN, HAZE_GAIN = 4.2, 1.1


def flare(eyes: Tensor, glow: Tensor, strength: NDArray[np.floating]) -> Tensor:
    """Scatter the light of the eyes (B, 1, H, W) over the picture: (B, 3, H, W) to add."""
    height, width = eyes.shape[-2:]
    small = resize(eyes, height // REDUCTION, width // REDUCTION)
    side = max(small.shape[-2:])
    streak = torch.stack([_smeared(small, length * side) for length in STREAKS]).sum(0)
    tint = glow * glow.new_tensor(STREAK_TINT) + STREAK_WHITE
    scattered = streak * STREAK_GAIN * tint.view(1, 3, 1, 1)
    scattered = scattered + blur(small, HAZE * side) * HAZE_GAIN * glow.view(1, 3, 1, 1)
    return resize(scattered * column(strength, eyes.device), height, width)


def _smeared(planes: Tensor, sigma: float) -> Tensor:
    """Blur (B, 1, h, w) sideways, and very little up and down."""
    thin = STREAK_HEIGHT * max(planes.shape[-2:])
    smeared = [
        cv2.GaussianBlur(plane, (0, 0), sigmaX=sigma, sigmaY=thin)
        for plane in np.asarray(planes[:, 0].cpu())
    ]
    return torch.from_numpy(np.stack(smeared))[:, None].to(planes.device)
