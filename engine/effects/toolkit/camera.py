"""The camera: zoom, pan, roll and a hand that is not quite steady."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from engine.effects.toolkit.curves import Track, smoothstep
from engine.effects.toolkit.noise import random
from engine.effects.toolkit.sampling import column, pixel_grid, sample_sharp

TAKE_UP_FRAMES = 12
"""Frames in which a shake grows from nothing."""


def view(
    height: int,
    width: int,
    zoom: Track,
    shift_x: Track,
    shift_y: Track,
    roll: Track | None = None,
    *,
    device: torch.device | str = "cpu",
) -> tuple[Tensor, Tensor]:
    """Say where in the picture each pixel of each frame looks: x, y (B, H, W).

    Args:
        height: pixels.
        width: pixels.
        zoom: 1 shows the whole picture, 2 the middle half.
        shift_x: pixels the picture moves to the right.
        shift_y: pixels the picture moves down.
        roll: radians the picture turns clockwise.
        device: where the result lives.
    """
    x, y = pixel_grid(height, width, device)
    middle_x, middle_y = (width - 1) / 2, (height - 1) / 2
    scale, right, down = (column(track, device)[:, 0] for track in (zoom, shift_x, shift_y))
    x, y = (x - middle_x) / scale, (y - middle_y) / scale
    if roll is not None:
        angle = column(roll, device)[:, 0]
        cos, sin = angle.cos(), angle.sin()
        x, y = x * cos + y * sin, y * cos - x * sin
    return x + (middle_x - right), y + (middle_y - down)


def frame(
    x: Tensor, zoom: Track, shift_x: Track, shift_y: Track, roll: Track | None = None
) -> Tensor:
    """Film pictures (B, C, H, W) through the camera; see `view`."""
    height, width = x.shape[-2:]
    return sample_sharp(x, *view(height, width, zoom, shift_x, shift_y, roll, device=x.device))


def shake(frames: int, seed: int, amplitude: float) -> tuple[Track, Track]:
    """Give a hand-held camera's drift, starting from 0: shift_x, shift_y in pixels.

    `amplitude` is its standard deviation in pixels: scale it with the picture.
    """
    rng = random(seed)
    across, along = (_drift(rng, frames, period) * amplitude for period in (9, 7))
    return across, along


def _drift(rng: np.random.Generator, frames: int, period: int) -> Track:
    moment = np.arange(frames + 8) / period
    knots = rng.normal(size=int(moment[-1]) + 2)
    rough = np.interp(moment, np.arange(len(knots)), knots)
    window = np.hanning(11)[1:-1]
    smooth = np.convolve(rough, window / window.sum(), "valid").real
    return smooth * smoothstep(0, TAKE_UP_FRAMES, np.arange(frames, dtype=np.float64))
