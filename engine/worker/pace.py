"""How far a clip is and how long it still takes, from how it went so far."""

from __future__ import annotations

import statistics
import time
from collections import deque

from engine.jobs.job import JobId, Progress

PREPARING = 0.12  # share of the whole that preparing takes
RENDERED = 0.97  # what is left afterwards is encoding's tail and storing
REMEMBERED = 20  # clips a variant's measured seconds are taken over


class Pace:
    """Turns stages of one clip into progress."""

    def __init__(self, job: JobId) -> None:
        self._job = job
        self._started = time.monotonic()
        self.progress = Progress(job=job, stage="preparing", fraction=0.0)

    def reached(self, stage: str, fraction: float) -> None:
        """Note that a stage is done up to `fraction` (0..1)."""
        if stage == "preparing":
            self.progress = Progress(
                job=self._job, stage="preparing", fraction=PREPARING * fraction
            )
            return
        whole = PREPARING + (RENDERED - PREPARING) * fraction
        elapsed = self.elapsed_s
        self.progress = Progress(
            job=self._job,
            stage="rendering" if fraction < 1 else "encoding",
            fraction=round(whole, 3),
            left_s=round(elapsed / whole - elapsed, 1),
        )

    @property
    def elapsed_s(self) -> float:
        """Seconds since the work began."""
        return time.monotonic() - self._started


class Measured:
    """Remembers how long each variant took here lately."""

    def __init__(self) -> None:
        self._seconds: dict[str, deque[float]] = {}

    def add(self, needs: str, seconds: float) -> None:
        """Remember one clip."""
        self._seconds.setdefault(needs, deque(maxlen=REMEMBERED)).append(seconds)

    def medians(self) -> dict[str, float]:
        """Median seconds by need-key."""
        return {needs: round(statistics.median(s), 2) for needs, s in self._seconds.items()}
