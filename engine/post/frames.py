"""Frames on their way to a network and back, and who is told how far it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.errors import Stopped
from engine.weights import Converted

Frames = NDArray[np.uint8]
"""(n, H, W, 3) consecutive RGB frames."""
Watch = Callable[[float], bool]
"""Told how much is done, 0..1, before each piece of work; answers whether to go on."""


def unwatched(_fraction: float) -> bool:
    """Go on, and tell nobody."""
    return True


def watched(pieces: int, watch: Watch) -> Iterator[int]:
    """Count pieces of work while they are watched.

    Raises:
        Stopped: `watch` said so.
    """
    for piece in range(pieces):
        if not watch(piece / pieces):
            raise Stopped
        yield piece


def as_tensor(frames: Frames, device: torch.device) -> Tensor:
    """Give frames as (n, 3, H, W) in 0..1; they travel to the device as 8 bits a channel."""
    there = torch.from_numpy(np.array(frames)).to(device)
    return there.permute(0, 3, 1, 2).float() / 255


def as_frames(pictures: Tensor) -> Frames:
    """Take frames back from a device."""
    bytes_ = (pictures.float().clamp(0, 1) * 255).round().to(torch.uint8)
    return bytes_.permute(0, 2, 3, 1).contiguous().cpu().numpy()


def as_weights(converted: Converted) -> dict[str, Tensor]:
    """Give the tensors of a weight file as a network takes them: its own to change."""
    return {name: torch.from_numpy(np.array(v)) for name, v in converted.tensors.items()}
