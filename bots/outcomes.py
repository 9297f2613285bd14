"""Outcomes on their way from the queue into the journal: written down first, then let go."""

from __future__ import annotations

from asyncio import gather
from dataclasses import dataclass
from datetime import timedelta

from bots.clock import Clock, utc_now
from bots.errors import StoreUnavailable
from bots.handover import call_off_first_look
from bots.retention import Retention
from bots.store.journal import Journal
from engine.jobs.errors import JobsError
from engine.jobs.first_look import final_of
from engine.jobs.job import TERMINAL, Clip, JobId, Succeeded
from engine.jobs.outbox import Outbox, OutboxEntry
from engine.jobs.queue import JobQueue

_WAIT = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class News:
    """What has come of a request: its end, or a first look at it."""

    job: JobId
    first_look: Clip | None = None


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

    async def take(self) -> list[News]:
        """Journal what has come, waiting a moment for it, and say what is to be shown.

        Raises:
            StoreUnavailable: nothing is lost, the same outcomes come again.
            QueueUnavailable: likewise.
        """
        try:
            entries = await self._outbox.entries(wait=_WAIT)
            # together, as what is written at the same moment is flushed to the disk at once
            taken = await gather(*map(self._take, entries), return_exceptions=True)
            for failure in taken:
                if isinstance(failure, BaseException):
                    raise failure
        except (StoreUnavailable, JobsError):
            self._outbox.rewind()
            raise
        return [news for news in taken if isinstance(news, News)]

    async def _take(self, entry: OutboxEntry) -> News | None:
        final = final_of(entry.job)
        if final is None:
            news = await self._conclude(entry)
        else:
            news = await self._hand_on(final, entry)
        await self._outbox.acknowledge(entry.entry)
        await self._queue.forget(entry.job)
        return news

    async def _conclude(self, entry: OutboxEntry) -> News:
        request = await self._journal.get(entry.job)
        if request is None or request.erased:
            await self._retention.erase_clip(entry.job)
        if request is not None:
            await self._journal.conclude(entry.job, entry.outcome, self._now())
            await call_off_first_look(request.job, self._queue)
        return News(entry.job)

    async def _hand_on(self, final: JobId, entry: OutboxEntry) -> News | None:
        """Have a first look shown, unless there is nothing more to wait for."""
        request = await self._journal.get(final)
        if request is None or request.erased or request.state in TERMINAL:
            await self._retention.erase_first_look(final)
            return None
        made = entry.outcome
        return News(final, first_look=made.clip) if isinstance(made, Succeeded) else None
