"""How long a claim takes with many jobs queued; the depths take turns, so that noise hits all."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from benchmarks.queue.jobs import NEEDS, SWITCH_S, a_clip_of, a_job
from engine.jobs.connection import connect
from engine.jobs.job import WorkerId
from engine.jobs.order import Ability, Caps
from engine.jobs.queue import JobQueue

DEPTHS = (1_000, 10_000, 100_000)
EACH = 5
TURNS = 1000

_SENDERS = 32
_WORKER = WorkerId("worker")
_ABILITY = Ability(switch_s={**dict.fromkeys(NEEDS, SWITCH_S), NEEDS[0]: 0.0})
_CAPS = Caps(person_waiting=EACH)


@dataclass(frozen=True, slots=True)
class Pool:
    """A pool with so many jobs queued, five of each person."""

    queue: JobQueue
    queued: int
    claims_ms: list[float] = field(default_factory=list[float])

    async def fill(self) -> None:
        """Enqueue the jobs."""
        numbers = iter(range(self.queued))

        async def send() -> None:
            for number in numbers:
                await self._enqueue(number)

        await asyncio.gather(*(send() for _ in range(_SENDERS)))

    async def turn(self) -> None:
        """Time one claim, end its job, and let the same person ask again."""
        start = time.perf_counter()
        claim = await self.queue.claim(_WORKER, _ABILITY, nonce=uuid.uuid4().hex)
        self.claims_ms.append((time.perf_counter() - start) * 1000)
        assert claim is not None
        await self.queue.finish(claim, a_clip_of(claim.job))
        await self._enqueue(claim.job.seed + self.queued)

    async def _enqueue(self, number: int) -> None:
        job = a_job("depth", number, "", people=self.queued // EACH)
        await self.queue.enqueue(job, caps=_CAPS)


async def claim_times(url: str, depths: Sequence[int] = DEPTHS) -> dict[int, float]:
    """Measure the median claim, in milliseconds, by how many jobs are queued."""
    async with connect(url) as redis:
        pools = [Pool(JobQueue(redis, pool=f"{depth}-queued"), depth) for depth in depths]
        for pool in pools:
            await pool.fill()
        for _ in range(TURNS):
            for pool in pools:
                await pool.turn()
    return {pool.queued: median(pool.claims_ms) for pool in pools}
