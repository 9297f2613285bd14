"""Outcomes on their way from the queue into the journal: written down first, then let go."""

from __future__ import annotations

from asyncio import gather
from datetime import timedelta

from bots.clock import Clock, utc_now
from bots.errors import StoreUnavailable
from bots.retention import Retention
from bots.store.journal import Journal
from engine.jobs.errors import JobsError
from engine.jobs.job import JobId
from engine.jobs.outbox import Outbox, OutboxEntry
from engine.jobs.queue import JobQueue

_WAIT = timedelta(seconds=2)


class Outcomes:
    """One bot's outcomes. A crash between two steps makes the earlier one be done again."""

    def __init__(
        self,
        *,
        outbox: Outbox,
        journal: Journal,
        queue: JobQueue,
        retention: Retention,
        now: Clock = utc_now,
    ) -> None:
        self._outbox = outbox
        self._journal = journal
        self._queue = queue
        self._retention = retention
        self._now = now

    async def take(self) -> list[JobId]:
        """Journal what has come, waiting a moment for it; the jobs that ended.

        Raises:
            StoreUnavailable: nothing is lost, the same outcomes come again.
            QueueUnavailable: likewise.
        """
        try:
            entries = await self._outbox.entries(wait=_WAIT)
            # together, as what is written at the same moment is flushed to the disk at once
            taken = await gather(*map(self._take, entries), return_exceptions=True)
            for failure in taken:
                if failure is not None:
                    raise failure
        except (StoreUnavailable, JobsError):
            self._outbox.rewind()
            raise
        return [entry.job for entry in entries]

    async def _take(self, entry: OutboxEntry) -> None:
        request = await self._journal.get(entry.job)
        if request is None or request.erased:
            await self._retention.erase_clip(entry.job)
        if request is not None:
            await self._journal.conclude(entry.job, entry.outcome, self._now())
        await self._outbox.acknowledge(entry.entry)
        await self._queue.forget(entry.job)
