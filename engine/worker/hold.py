"""Keeps a claim's lease alive while its clip is made, and learns when to stop."""

from __future__ import annotations

import asyncio
import logging
from enum import Enum, auto

from engine.jobs.errors import QueueUnavailable
from engine.jobs.queue import Beat, Claim, JobQueue
from engine.worker.pace import Pace

BEAT_S = 1.0  # also how fast a cancel is noticed; the lease is many times longer

log = logging.getLogger(__name__)


class Stop(Enum):
    """Why making the clip should end early."""

    CANCELLED = auto()
    LOST = auto()
    DRAINING = auto()


class Hold:
    """Beats from the event loop, while the clip is made in another thread."""

    def __init__(self, queue: JobQueue, claim: Claim) -> None:
        self.claim = claim
        self.pace = Pace(claim.job.id)
        self.stop: Stop | None = None
        self._queue = queue

    def report(self, stage: str, fraction: float) -> bool:
        """Take progress from the maker's thread; answers whether to go on."""
        self.pace.reached(stage, fraction)
        return self.stop is None

    async def keep(self) -> None:
        """Beat until cancelled, or until there is a reason to stop."""
        while self.stop is None:
            try:
                beat = await self._queue.beat(self.claim, self.pace.progress)
            except QueueUnavailable:
                # The clip goes on: Redis may be back before the lease ends, and if it is not, a
                # stored clip is found by whoever claims the job next.
                log.warning("queue unavailable while working on %s", self.claim.job.id)
            else:
                self._heed(beat)
            await asyncio.sleep(BEAT_S)

    def _heed(self, beat: Beat) -> None:
        if beat is Beat.CANCEL:
            self.stop = Stop.CANCELLED
        elif beat is Beat.LOST:
            self.stop = Stop.LOST
