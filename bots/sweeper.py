"""What nobody waits for: lost requests are found again, and old things leave.

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
from bots.replay import Replay
from bots.retention import Retention
from engine.jobs.errors import JobsError
from engine.jobs.queue import JobQueue

log = logging.getLogger(__name__)


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
        queue: JobQueue,
        replay: Replay,
        retention: Retention,
        rounds: Rounds = USUAL_ROUNDS,
        now: Clock = utc_now,
    ) -> None:
        self._queue = queue
        self._replay = replay
        self._retention = retention
        self._rounds = rounds
        self._now = now

    async def run(self) -> None:
        """Sweep until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._repeat(self.requeue, self._rounds.requests))
            tasks.create_task(self._repeat(self.tidy, self._rounds.retention))

    async def requeue(self) -> None:
        """Queue again what lost its worker, and bring the queue and the journal into step."""
        await self._queue.reap()
        await self._replay.mend()

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
