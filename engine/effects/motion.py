"""The video beside an effect.toml that a recipe's film moves as."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import numpy as np

from engine.errors import VideoUnreadable
from engine.pipelines.take import Frames
from engine.video import read_at

_GLANCE_FPS, _GLANCE_SIDE = 24, 64


def read_motion(path: Path, *, fps: float, frames: int, side: int) -> Frames:
    """Read the beginning of a video: so many frames, or all there are, none longer than `side`.

    Raises:
        VideoUnreadable: it is none, or nothing can move in it.
    """
    found = list(islice(read_at(path, fps, side), frames))
    if len(found) < min(frames, 2):
        raise VideoUnreadable(str(path), "it has a single picture")
    return np.stack(found)


def fault_of(path: Path) -> str | None:
    """Say why a video cannot be moved by; None if it can."""
    try:
        read_motion(path, fps=_GLANCE_FPS, frames=2, side=_GLANCE_SIDE)
    except VideoUnreadable as error:
        return error.why
    return None
