"""How far a clip is and how long it still takes, from how it went so far."""

from __future__ import annotations

import statistics
import time
from collections import deque
from collections.abc import Generator
from contextlib import contextmanager

from engine.jobs.job import JobId, Progress

PREPARING = 0.12  # share of the whole that preparing takes
RENDERED = 0.97  # what is left afterwards is encoding's tail and storing
REMEMBERED = 20  # clips a kind's measured seconds are taken over


class Pace:
    """Turns stages of one clip into progress."""

    def __init__(self, job: JobId) -> None:
        self._job = job
        self.begin()

    def begin(self) -> None:
        """Start the clock: what was claimed together is made one by one."""
        self._started = self._moved = time.monotonic()
        self.progress = Progress(job=self._job, stage="preparing", fraction=0.0)

    @contextmanager
    def paused(self) -> Generator[None]:
        """Stop the clock meanwhile: it has to wait for another clip."""
        since = time.monotonic()
        try:
            yield
        finally:
            waited_s = time.monotonic() - since
            self._started += waited_s
            self._moved += waited_s

    def reached(self, stage: str, fraction: float) -> None:
        """Note that a stage is done up to `fraction` (0..1)."""
        before = self.progress
        if stage == "preparing":
            self.progress = Progress(
                job=self._job, stage="preparing", fraction=PREPARING * fraction
            )
        else:
            self.progress = self._rendering(fraction)
        if (before.stage, before.fraction) != (self.progress.stage, self.progress.fraction):
            self._moved = time.monotonic()

    @property
    def elapsed_s(self) -> float:
        """Seconds since the work began."""
        return time.monotonic() - self._started

    @property
    def still_s(self) -> float:
        """Seconds since there was progress."""
        return time.monotonic() - self._moved

    def _rendering(self, fraction: float) -> Progress:
        whole = PREPARING + (RENDERED - PREPARING) * fraction
        elapsed = self.elapsed_s
        return Progress(
            job=self._job,
            stage="rendering" if fraction < 1 else "encoding",
            fraction=round(whole, 3),
            left_s=round(elapsed / whole - elapsed, 1),
        )


class Measured:
    """Remembers how long each kind of clip took here lately, by the text of its CostKey."""

    def __init__(self) -> None:
        self._seconds: dict[str, deque[float]] = {}

    def add(self, kind: str, seconds: float) -> None:
        """Remember one clip."""
        self._seconds.setdefault(kind, deque(maxlen=REMEMBERED)).append(seconds)

    def medians(self) -> dict[str, float]:
        """Median seconds of each kind."""
        return {kind: round(statistics.median(s), 2) for kind, s in self._seconds.items()}
