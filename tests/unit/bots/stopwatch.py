"""Seconds as a test sets them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Stopwatch:
    """A monotonic clock that stands still."""

    s: float = 1000.0

    def __call__(self) -> float:
        return self.s


class Pauses:
    """Stands in for the clock of whoever waits, and tells how long they would have."""

    def __init__(self) -> None:
        self.s: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.s.append(seconds)
