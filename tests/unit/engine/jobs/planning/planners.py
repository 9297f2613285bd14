"""What the planner's tests stand on: a time in the lead, workers that idle, jobs for them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

from redis.asyncio import Redis

from deploy.polling import wait_until
from engine.jobs.catalogue import Offer
from engine.jobs.job import Job, JobState, Standing, Variant, WorkerId
from engine.jobs.keys import prefix
from engine.jobs.library import FunctionLibrary
from engine.jobs.order import USUAL_ORDER, Ability, Caps
from engine.jobs.planning.calibration import Calibration
from engine.jobs.planning.plan import Planning
from engine.jobs.planning.planner import Planner
from engine.jobs.planning.store import PlanStore
from engine.jobs.planning.strays import Patience, Strays
from engine.jobs.planning.term import Term
from engine.jobs.presence import Presence
from engine.jobs.queue import Claim, JobQueue
from tests.job_samples import LOOK, WORKER, able

SOON_S = 60.0
LEADER = "planner-1"
MANY = Caps(person_waiting=1000, place_waiting=1000)
KEYS = prefix("main")


def a_term(redis: Redis, library: FunctionLibrary, calibration: Calibration | None = None) -> Term:
    return Term(
        library=library,
        store=PlanStore(redis, library, LEADER),
        queue=JobQueue(redis),
        planning=Planning(USUAL_ORDER, calibration or Calibration()),
        strays=Strays(Patience()),
        missed=lambda _: None,
        last={},
    )


@asynccontextmanager
async def planning(planner: Planner) -> AsyncGenerator[None]:
    running = asyncio.create_task(planner.run())
    try:
        yield
    finally:
        running.cancel()
        await asyncio.wait([running])
        assert running.cancelled()


async def soon(condition: Callable[[], Awaitable[object]]) -> None:
    async def holds() -> bool:
        return bool(await condition())

    assert await wait_until(holds, within_s=SOON_S)


async def planned(queue: JobQueue, job: Job) -> Standing | None:
    standing = await queue.standing(job.id)
    return standing if standing and standing.state is JobState.QUEUED else None


def model(need: str, cost_s: float = 10.0, frames: int = 0) -> tuple[Variant, ...]:
    return (Variant(name="recipe", needs=need, cost_s=cost_s, frames=frames),)


async def idle(redis: Redis, worker: str = WORKER, ability: Ability | None = None) -> None:
    """Have a worker come to work and find none."""
    name = WorkerId(worker)
    await Presence(redis).announce(name, Offer(effects=()), timedelta(minutes=10))
    assert await JobQueue(redis).claim(name, ability or able(LOOK), nonce="none") is None


async def claimed(queue: JobQueue, nonce: str = "n") -> Claim:
    claim = await queue.claim(WORKER, able(LOOK), nonce=nonce)
    assert claim is not None
    return claim
