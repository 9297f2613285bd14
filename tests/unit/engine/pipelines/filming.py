"""A stand-in for loaded weights, whose frames say which they are."""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np

from engine.errors import Stopped
from engine.pipelines.grid import Grid
from engine.pipelines.preview import Show
from engine.pipelines.take import Footage, Frames, Mode, Picture, Sound, Take
from engine.pipelines.watching import Watch, unwatched

SIDE = 32
RATE = 1000


def frame(number: int) -> Picture:
    """A dark frame with one bright pixel, whose place is the number; all have the same tone."""
    picture = np.zeros((SIDE, SIDE, 3), np.uint8)
    picture[divmod(number, SIDE)] = 255
    return picture


def numbers(frames: Frames) -> list[int]:
    """The number that each frame has."""
    return frames[..., 0].reshape(len(frames), -1).argmax(1).tolist()


def a_shot(frames: int, *, prompt: str = "rain", pictures: dict[int, Picture] | None = None) -> Any:
    """A take as it is asked for."""
    return Take(
        prompt=prompt,
        width=SIDE,
        height=SIDE,
        frames=frames,
        fps=10,
        steps=2,
        guidance=1,
        seed=7,
        pictures=pictures or {},
    )


class Counting:
    """Films numbers that go on from those it begins with."""

    def __init__(self, *modes: Mode, has_sound: bool = False) -> None:
        self.family = SimpleNamespace(name="counting", grid=Grid(side=16, frames=4))
        self.checkpoint = SimpleNamespace(pipelines=dict.fromkeys(modes, "Any"))
        self.has_sound = has_sound
        self.takes: list[Take] = []

    def film(self, take: Take, watch: Watch = unwatched, show: Show | None = None) -> Footage:
        """Film from what a take begins with, in two steps."""
        assert take.mode in self.checkpoint.pipelines
        assert self.family.grid.fits(take.width, take.height, take.frames)
        self.takes.append(take)
        for fraction in (0.0, 0.5):
            if not watch(fraction):
                raise Stopped
            if show is not None:
                show(partial(frame, round(2 * fraction)))
        first = 0
        if take.before is not None:
            first = numbers(take.before)[0]
        elif 0 in take.pictures:
            first = numbers(take.pictures[0][None])[0]
        made = np.stack([frame(first + number) for number in range(take.frames)])
        return Footage(frames=made, fps=take.fps, sound=self._sound(first, take))

    def _sound(self, first: int, take: Take) -> Sound | None:
        if not self.has_sound:
            return None
        each = round(RATE / take.fps)
        heard = np.arange(first, first + take.frames, dtype=np.float32).repeat(each) / SIDE**2
        return Sound(samples=np.stack([heard, -heard]).astype(np.float32), rate=RATE)
