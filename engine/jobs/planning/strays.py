"""Jobs that wait in vain: nobody alive can do them, or their turn never came."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta

from engine.jobs.job import JobState
from engine.jobs.planning.outlook import Row
from engine.jobs.refusal import Refusal, RefusalCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a job stays queued at most.

    Attributes:
        waiting: whatever the reason.
        stranded: while workers are alive of which none can do it.
    """

    waiting: timedelta = timedelta(hours=24)
    stranded: timedelta = timedelta(minutes=30)


USUAL_PATIENCE = Patience()


class Strays:
    """Remembers since when nobody could do a job."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._stranded_ms: dict[str, int] = {}

    def given_up(
        self, rows: Mapping[str, Row], needs: Collection[str] | None, now_ms: int
    ) -> Mapping[str, Refusal]:
        """Say which of these jobs have waited for long enough.

        `needs` is what workers alive can do; None or nothing is held against no job.
        """
        self._forget_the_ended(now_ms)
        refused: dict[str, Refusal] = {}
        for job, row in rows.items():
            if row.state is not JobState.QUEUED:
                continue
            if needs and row.needs.isdisjoint(needs):
                self._stranded_ms.setdefault(job, now_ms)
            else:
                self._stranded_ms.pop(job, None)
            if refusal := self._refusal(job, row, now_ms):
                refused[job] = refusal
        return refused

    def _forget_the_ended(self, now_ms: int) -> None:
        """Forget those who cannot be waiting any more, if they were cancelled, say."""
        first_ms = now_ms - self._patience.waiting // timedelta(milliseconds=1)
        self._stranded_ms = {job: ms for job, ms in self._stranded_ms.items() if ms >= first_ms}

    def _refusal(self, job: str, row: Row, now_ms: int) -> Refusal | None:
        if timedelta(milliseconds=now_ms - row.created) > self._patience.waiting:
            return Refusal(RefusalCode.WAITED_TOO_LONG)
        stranded_ms = now_ms - self._stranded_ms.get(job, now_ms)
        if timedelta(milliseconds=stranded_ms) > self._patience.stranded:
            return Refusal(RefusalCode.NO_WORKER)
        return None
