"""The work of a worker's device, as asks order it; it is the outside world here, so it is faked.

What an ask orders travels as its seed, because nothing but numbers reaches a device. Each device
keeps a record of what it did, which outlives its process.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Self

RECORD = "work.txt"
"""Name of the record in the data folder, of all devices together."""

_MOST = 10_000


class Kind(IntEnum):
    """What making a clip does."""

    ORDINARY = 0
    POISON = 1
    """It ends the process, every time."""
    TOO_LARGE_ONCE = 2
    """The device has no memory left for it the first time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One clip's making; `ask` tells it from all others."""

    ask: int
    ms: int = 100
    kind: Kind = Kind.ORDINARY

    @property
    def seed(self) -> int:
        """The work as a number."""
        return (self.kind * _MOST + self.ms) * _MOST + self.ask

    @classmethod
    def of(cls, seed: int) -> Self:
        """Read the work out of a seed."""
        rest, ask = divmod(seed, _MOST)
        kind, ms = divmod(rest, _MOST)
        return cls(ask=ask, ms=ms, kind=Kind(kind))


@dataclass(frozen=True, slots=True)
class Step:
    """A worker has begun or ended the making of a clip."""

    worker: str
    verb: str
    ask: int


class Record:
    """What the devices of one installation did, in order."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / RECORD

    def note(self, step: Step) -> None:
        """Add a line; several processes may at once."""
        with self._file.open("a") as file:
            file.write(f"{step.worker} {step.verb} {step.ask}\n")

    def steps(self) -> Iterator[Step]:
        """Read all lines."""
        if not self._file.exists():
            return
        for line in self._file.read_text().splitlines():
            worker, verb, ask = line.split()
            yield Step(worker, verb, int(ask))

    def begun(self, worker: str) -> list[int]:
        """List the asks a worker has begun."""
        return [step.ask for step in self.steps() if (step.worker, step.verb) == (worker, "begins")]

    def ended(self, worker: str) -> list[int]:
        """List the asks a worker has made."""
        return [step.ask for step in self.steps() if (step.worker, step.verb) == (worker, "ends")]

    def tries(self, ask: int) -> int:
        """Count how often the making of an ask was begun."""
        return sum((step.ask, step.verb) == (ask, "begins") for step in self.steps())

    def in_hand(self, worker: str) -> list[int]:
        """List the asks a worker has begun and not made."""
        ended = self.ended(worker)
        return [ask for ask in self.begun(worker) if ask not in ended]
