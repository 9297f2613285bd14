"""Keeps a claim's lease alive while its clip is made, and learns when to stop.

The beats come from the event loop while the clip is made in another thread. A call of the maker
that holds the interpreter for long (a model compiled or loaded by a careless library) keeps them
back: what is left of the lease then is its length less `BEAT_S`, 14 s. Losing it costs time and
nothing else: the job is made again, and the token keeps this worker's clip from counting.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from enum import Enum, auto

from engine.jobs.errors import QueueUnavailable
from engine.jobs.job import Progress
from engine.jobs.logs import bound
from engine.jobs.queue import Beat, Claim, JobQueue
from engine.worker.live import Live
from engine.worker.pace import Pace

BEAT_S = 1.0  # also how fast a cancel is noticed; the lease is many times longer

log = logging.getLogger(__name__)


class Stop(Enum):
    """Why making the clip should end early."""

    CANCELLED = auto()
    LOST = auto()
    DRAINING = auto()
    STUCK = auto()


class Hold:
    """One claim held; beats from when it is made until it is released.

    Attributes:
        live: shows the clip while it is filmed, from when its work begins.
        shot: set once the worker may claim another, while this one is finished.
    """

    def __init__(self, queue: JobQueue, claim: Claim) -> None:
        self.claim = claim
        self.pace = Pace(claim.job.id)
        self.stop: Stop | None = None
        self.live: Live | None = None
        self.shot = asyncio.Event()
        self._queue = queue
        self._beating = asyncio.create_task(self._beat_on())

    def release(self) -> None:
        """Beat no more."""
        self._beating.cancel()

    def report(self, stage: str, fraction: float) -> bool:
        """Take progress from the maker's thread; answers whether to go on."""
        self.pace.reached(stage, fraction)
        return self.stop is None

    @property
    def progress(self) -> Progress:
        """How far the clip is, and what can be seen of it."""
        return replace(self.pace.progress, preview=self.live and self.live.key)

    async def _beat_on(self) -> None:
        with bound(job=self.claim.job.id):
            while self.stop is None:
                try:
                    beat = await self._queue.beat(self.claim, self.progress)
                except QueueUnavailable:
                    # The clip goes on: Redis may be back before the lease ends, and if it is not,
                    # a stored clip is found by whoever claims the job next.
                    log.warning("the queue is away while a clip is made")
                else:
                    self._heed(beat)
                await asyncio.sleep(BEAT_S)

    def _heed(self, beat: Beat) -> None:
        if beat is Beat.CANCEL:
            self.stop = Stop.CANCELLED
        elif beat is Beat.LOST:
            self.stop = Stop.LOST
