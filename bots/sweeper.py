"""What nobody waits for: requests the queue has lost are queued again, and old things leave.

Every step may be repeated, and several processes may sweep at once.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from bots.clock import Clock, utc_now
from bots.errors import StoreUnavailable
from bots.retention import Retention
from bots.store.journal import Journal, Request
from engine.jobs.errors import JobsError, Refused
from engine.jobs.job import TERMINAL, Cancelled, Job
from engine.jobs.media import MediaStore
from engine.jobs.queue import JobQueue
from engine.jobs.receipt import read_receipt

log = logging.getLogger(__name__)

_UNDER_WAY = timedelta(seconds=10)
"""How long a request may be between its journal row and the queue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounds:
    """How often things are looked at."""

    requests: timedelta = timedelta(seconds=15)
    retention: timedelta = timedelta(minutes=10)


USUAL_ROUNDS = Rounds()


class Sweeper:
    """Sweeps for all bots that share a database."""

    def __init__(
        self,
        *,
        journal: Journal,
        queue: JobQueue,
        media: MediaStore,
        retention: Retention,
        max_waiting: int,
        rounds: Rounds = USUAL_ROUNDS,
        now: Clock = utc_now,
    ) -> None:
        self._journal = journal
        self._queue = queue
        self._media = media
        self._retention = retention
        self._max_waiting = max_waiting
        self._rounds = rounds
        self._now = now

    async def run(self) -> None:
        """Sweep until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._repeat(self.requeue, self._rounds.requests))
            tasks.create_task(self._repeat(self.tidy, self._rounds.retention))

    async def requeue(self) -> None:
        """Queue again what lost its worker, and what is journalled but unknown to the queue."""
        await self._queue.reap()
        for request in await self._journal.unfinished(self._now() - _UNDER_WAY):
            if await self._queue.state(request.id) is None:
                await self._mend(request)

    async def tidy(self) -> None:
        """Remove what has been kept for its time, and what no row names."""
        await self._retention.expire(self._now())
        await self._retention.remove_orphans(self._now())

    async def _repeat(self, sweep: Callable[[], Awaitable[None]], pause: timedelta) -> None:
        while True:
            try:
                await sweep()
            except (StoreUnavailable, JobsError) as error:
                log.warning("sweeping has to wait: %s", error)
            except Exception:
                log.exception("sweeping failed, and is tried again later")
            await asyncio.sleep(pause.total_seconds())

    async def _mend(self, request: Request) -> None:
        outcome = await read_receipt(request.id, self._media)
        if outcome is not None:
            await self._journal.settle(request.id, outcome, self._now())
        elif request.job is None:
            await self._journal.settle(request.id, Cancelled(), self._now(), counted=False)
        else:
            await self._enqueue(request.job)

    async def _enqueue(self, job: Job) -> None:
        try:
            await self._queue.enqueue(job, max_waiting=self._max_waiting)
        except Refused as refused:
            log.warning("%s has to wait for its queue place: %s", job.id, refused)
            return
        log.warning("%s was unknown to the queue and is queued again", job.id)
        request = await self._journal.get(job.id)
        if request is None or request.state in TERMINAL:
            await self._queue.cancel(job.id)
