"""The planner: keeps a plan of the queue in Redis, by which everybody is told how long it takes.

Any number of planners may run; one leads, and when it stops another does within seconds. Whoever
has lost the lead, however late it notices, writes nothing: each script checks.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import timedelta

from redis.asyncio import Redis

from engine.jobs.connection import block_seconds, reaching_redis
from engine.jobs.errors import JobsError
from engine.jobs.keys import Key, prefix
from engine.jobs.library import FunctionLibrary
from engine.jobs.order import USUAL_ORDER, ClaimOrder
from engine.jobs.planning.leader import Leader
from engine.jobs.planning.plan import Planning
from engine.jobs.planning.store import PlanStore
from engine.jobs.planning.strays import USUAL_PATIENCE, Patience, Strays
from engine.jobs.planning.term import Term
from engine.jobs.queue import JobQueue

PERIOD = timedelta(seconds=1.5)
"""Between two plans when nothing is new."""

LEAST_PERIOD_S = 0.5
"""Between two plans, however much is new."""

TRY_AGAIN_S = 1.0
"""After a plan that failed, or when another planner has taken the lead."""

RESTS_PER_PLAN = 4.0
"""How much longer a planner rests than it has planned, so that a long queue is no burden."""

log = logging.getLogger(__name__)


def _ignore(_seconds: float) -> None:
    pass


class Planner:
    """Plans one pool's queue while it leads, and ends the jobs that wait in vain.

    `order` is what the workers claim by. `missed` hears by how many seconds each wait was other
    than first foretold.
    """

    def __init__(
        self,
        redis: Redis,
        *,
        pool: str = "main",
        order: ClaimOrder = USUAL_ORDER,
        patience: Patience = USUAL_PATIENCE,
        missed: Callable[[float], None] = _ignore,
    ) -> None:
        library = FunctionLibrary(redis, pool=pool)
        self._redis = redis
        self._bell = prefix(pool) + Key.PLAN_BELL
        self._library = library
        self._queue = JobQueue(redis, pool=pool)
        self._leader = Leader(library)
        self._store = PlanStore(redis, library, self._leader.name, pool=pool)
        self._order = order
        self._patience = patience
        self._missed = missed

    async def run(self) -> None:
        """Plan whenever this process leads, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._leader.run())
            while True:
                await self._leader.wait_to_lead()
                try:
                    await self._lead()
                except JobsError as error:
                    log.warning("there are no plans for now: %s", error)
                except Exception:
                    log.exception("there are no plans for now")
                await asyncio.sleep(TRY_AGAIN_S)

    async def _lead(self) -> None:
        """Plan again and again, from where the last leader stopped, until it is not ours to."""
        term = Term(
            library=self._library,
            store=self._store,
            queue=self._queue,
            planning=Planning(self._order, await self._store.calibration()),
            last=await self._store.last(),
            strays=Strays(self._patience),
            missed=self._missed,
        )
        log.info("this process plans the queue")
        began = time.monotonic()
        while await term.plan():
            await self._rest(time.monotonic() - began)
            began = time.monotonic()
        log.info("another process plans the queue")

    async def _rest(self, planned_s: float) -> None:
        """Wait for something new, or a while; at least so long that planning is no burden."""
        await asyncio.sleep(max(LEAST_PERIOD_S, RESTS_PER_PLAN * planned_s))
        with reaching_redis():
            await self._redis.blpop([self._bell], timeout=block_seconds(PERIOD))
