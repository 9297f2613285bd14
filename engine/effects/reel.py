"""A film that is being shot, and who shoots it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from engine.effects.clock import Clock
from engine.effects.order import Order, Report
from engine.jobs.receipt import ModelUsed
from engine.pipelines.preview import Show
from engine.pipelines.take import Frames, Sound


def silence() -> None:
    """Have no soundtrack."""


def no_model() -> None:
    """Be drawn by a program."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reel:
    """A film: its shape, and its frames as they come.

    Attributes:
        frames: how many there will be.
        chunks: the frames, a few at a time; they are shot while this is gone through.
        sound: the soundtrack, once all frames are there.
        shot: how far it is, 0..1, when the first frame is there.
        by: what makes it, in words; empty: a program draws it.
        model: the same exactly, once all frames are there.
        device: where it is made, as torch calls it; empty: nobody knows.
    """

    width: int
    height: int
    fps: int
    frames: int
    chunks: Iterator[Frames]
    sound: Callable[[], Sound | None] = silence
    shot: float = 0.0
    by: str = ""
    model: Callable[[], ModelUsed | None] = no_model
    device: str = ""


class Camera(Protocol):
    """Shoots what an order wants, by one kind of variant."""

    def shoot(self, order: Order, clock: Clock, report: Report, show: Show | None = None) -> Reel:
        """Prepare the photos, and begin; what takes long is shown while it is filmed.

        Raises:
            Refused: the photos or the options cannot be accepted.
            Stopped: `report` said so.
        """
        ...
