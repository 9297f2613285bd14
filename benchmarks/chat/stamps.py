"""When what happened to each update in the bot's process; in the machine's monotonic seconds.

An update is whatever the platform tells the bot of: on Discord an interaction.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import TypeAdapter

Share = tuple[str, float]

current: ContextVar[int | None] = ContextVar("current", default=None)
"""The update that is being carried out."""


@dataclass(slots=True)
class Stamps:
    """All by the update's number, results by job.

    Attributes:
        arrived: when the update was here.
        handed: when its answer was handed to the limiter or, where the platform does not count the
            call, to the platform.
        done: when it was crossed off in the inbox.
        photo_s: how long getting and cleaning its photo took.
        dropped: why its answer was not given.
        ended: when the job's outcome was put in the outbox; seconds since 1970, the server's.
        result_ms: from there to the edit that was handed to the limiter.
        cpu_s: what the process used, with and without those it started.
        profile: where it spent its time.
    """

    arrived: dict[int, float] = field(default_factory=dict[int, float])
    handed: dict[int, float] = field(default_factory=dict[int, float])
    done: dict[int, float] = field(default_factory=dict[int, float])
    photo_s: defaultdict[int, float] = field(default_factory=lambda: defaultdict(float))
    dropped: dict[int, str] = field(default_factory=dict[int, str])
    ended: dict[str, float] = field(default_factory=dict[str, float])
    result_ms: dict[str, float] = field(default_factory=dict[str, float])
    cpu_s: tuple[float, float] = (0.0, 0.0)
    profile: list[Share] = field(default_factory=list[Share])

    def hand_over(self) -> None:
        """Note that the answer to the current update leaves our hands."""
        update = current.get()
        if update is not None:
            self.handed.setdefault(update, time.monotonic())

    def show(self, job: str) -> None:
        """Note that a job's message is about to be changed; if it has ended, to its result."""
        if job in self.ended:
            self.result_ms.setdefault(job, (time.time() - self.ended[job]) * 1000)

    def own_ms(self, update: int) -> float | None:
        """Say how long an update was in our own hands; None when it never left them."""
        begin, end = self.arrived.get(update), self.handed.get(update, self.done.get(update))
        if begin is None or end is None:
            return None
        return (end - begin - self.photo_s.get(update, 0.0)) * 1000

    def write(self, path: Path) -> None:
        """Keep them in a file."""
        path.write_bytes(_JSON.dump_json(self))

    @classmethod
    def read(cls, path: Path) -> Stamps:
        """Read what was kept."""
        return _JSON.validate_json(path.read_bytes())


_JSON = TypeAdapter(Stamps)


def percentile(values: Sequence[float], share: float) -> float:
    """Pick the value that a share of all does not exceed; 0 of nothing."""
    in_order = sorted(values)
    return in_order[min(len(in_order) - 1, int(len(in_order) * share))] if in_order else 0.0
