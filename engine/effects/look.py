"""A look: a function from prepared photos to frames, in chunks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.jobs.job import ParamValue
from engine.vision.scene import Scene

Frames = NDArray[np.uint8]
"""(n, H, W, 3) consecutive RGB frames."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """What to film: how many frames at which rate, with which seed and options.

    The same shot of the same scene on the same machine gives the same pixels.
    """

    frames: int
    fps: int
    seed: int
    params: Mapping[str, ParamValue]

    @property
    def times(self) -> NDArray[np.float64]:
        """Seconds of each frame since the first, (frames,)."""
        return np.arange(self.frames) / self.fps


class Look(Protocol):
    """Films the scene of one photo.

    Yields chunks of a few frames, `shot.frames` in all, so that progress and cancel work between
    them. The first frame is `scene.pixels`, bit for bit.
    """

    def __call__(self, scene: Scene, shot: Shot) -> Iterator[Frames]:
        """Film the scene."""
        ...


class PairLook(Protocol):
    """Films the scenes of two photos, which have the same size; the rest is as for a `Look`."""

    def __call__(self, scene: Scene, other: Scene, shot: Shot) -> Iterator[Frames]:
        """Film the scenes."""
        ...


AnyLook = Callable[..., Iterator[Frames]]
"""A look that is called with as many scenes as its effect takes photos, and then the shot."""
