"""Filming chunk by chunk, and the rule every look keeps: the first frame is the photo."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from engine.effects.look import Frames, Shot
from engine.vision.scene import Scene

PIXELS_PER_CHUNK = 2 * 512 * 512
"""Small enough for a chunk's planes to stay in the processor's cache."""
MOST_FRAMES = 4
"""In a chunk, so that a cancel is heeded soon."""


def film(
    scene: Scene, shot: Shot, take: Callable[[slice], Frames], *, pixels: int = PIXELS_PER_CHUNK
) -> Iterator[Frames]:
    """Take a shot's frames in order, about `pixels` at once."""
    for chunk in chunks(shot.frames, scene.height, scene.width, pixels):
        frames = take(chunk)
        if chunk.start == 0:
            frames[0] = scene.pixels
        yield frames


def chunks(frames: int, height: int, width: int, pixels: int = PIXELS_PER_CHUNK) -> Iterator[slice]:
    """Split a clip's frames into short runs, shorter for larger pictures."""
    length = min(MOST_FRAMES, max(1, pixels // (height * width)))
    for start in range(0, frames, length):
        yield slice(start, min(start + length, frames))
