"""Our own client, used as bots and workers use it: claim, work, finish with an outbox entry."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import count

from redis.asyncio import Redis

from benchmarks.queue.driver import Body, drive
from benchmarks.queue.jobs import NEEDS, SWITCH_S, a_clip_of, a_job
from engine.jobs.connection import connect as connect_redis
from engine.jobs.job import WorkerId
from engine.jobs.order import Ability
from engine.jobs.queue import JobQueue

WAIT = timedelta(seconds=2)


class Zoetrope:
    """Our queue."""

    def __init__(self, redis: Redis) -> None:
        self._queue = JobQueue(redis)
        self._numbers = count()
        self._run = uuid.uuid4().hex

    async def enqueue(self, stamp: str) -> None:
        """Put a job that does nothing in the queue."""
        await self._queue.enqueue(a_job(self._run, next(self._numbers), stamp))

    async def work(self, slots: int, body: Body) -> None:
        """Run jobs until cancelled, each slot as a worker of its own."""
        async with asyncio.TaskGroup() as workers:
            for slot in range(slots):
                workers.create_task(self._serve(WorkerId(f"worker-{slot}"), body))

    async def _serve(self, worker: WorkerId, body: Body) -> None:
        ability = Ability(switch_s=dict.fromkeys(NEEDS, SWITCH_S))
        claims = await self._queue.claim_batch(worker, ability, nonce=_nonce(), at_most=1)
        while True:
            if not claims:
                claims = await self._queue.claim_when_rung(
                    worker, ability, nonce=_nonce(), wait=WAIT
                )
                continue
            [claim] = claims
            await body(claim.job.prompt)
            await self._queue.finish(claim, a_clip_of(claim.job))
            switch_s = {**dict.fromkeys(NEEDS, SWITCH_S), claim.variant.needs: 0.0}
            ability = Ability(switch_s=switch_s)
            claims = await self._queue.claim_batch(worker, ability, nonce=_nonce(), at_most=1)


def _nonce() -> str:
    return uuid.uuid4().hex


@asynccontextmanager
async def connect(url: str) -> AsyncGenerator[Zoetrope]:
    """Reach the server."""
    async with connect_redis(url) as redis:
        yield Zoetrope(redis)


if __name__ == "__main__":
    drive(connect)
