"""A worker at work: the real one, its jobs at their smallest size."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

from redis.asyncio import Redis

from engine.effects.catalogue import load_effects
from engine.jobs.job import (
    Cancelled,
    ClipFormat,
    Declined,
    Failed,
    Job,
    JobId,
    JobState,
    MediaKey,
    Succeeded,
    Variant,
    WorkerId,
)
from engine.jobs.outbox import Outbox
from engine.worker.ability import ability_of
from engine.worker.bench import USUAL_PATIENCE, Bench, Patience
from engine.worker.loop import Worker

PHOTO = MediaKey("photos/" + "a" * 32 + ".jpg")
EFFECTS = load_effects()
ABILITY = ability_of(EFFECTS, "cpu")
SOON = timedelta(seconds=1)


def job(
    job_id: str = "job1",
    *,
    size: int = 128,
    photo: MediaKey = PHOTO,
    need: str = "look:head_turn",
    cost_s: float = 6.0,
    batch_key: str = "",
) -> Job:
    return Job(
        id=JobId(job_id),
        effect="head_turn",
        effect_version="1.0.0",
        variants=(Variant(name="head_turn", needs=need, cost_s=cost_s),),
        photos=(photo,),
        prompt="",
        seed=7,
        bot="web",
        person="p1",
        place="here",
        format=ClipFormat(size=size),
        batch_key=batch_key,
    )


@contextlib.asynccontextmanager
async def working(
    bench: Bench, *, patience: Patience = USUAL_PATIENCE, batch: int = 1
) -> AsyncIterator[Worker]:
    worker = Worker(WorkerId("w1"), bench, patience=patience, batch=batch)
    running = asyncio.create_task(worker.run())
    try:
        yield worker
    finally:
        worker.stop()
        await running


async def until(fact: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(60):
        while not await fact():
            await asyncio.sleep(0.02)


async def outcomes(redis: Redis, number: int) -> list[Succeeded | Declined | Failed | Cancelled]:
    outbox = Outbox(redis, "web")
    found: list[Succeeded | Declined | Failed | Cancelled] = []
    async with asyncio.timeout(120):
        while len(found) < number:
            found += [entry.outcome for entry in await outbox.entries(wait=SOON)]
    return found


async def outcome(redis: Redis) -> Succeeded | Declined | Failed | Cancelled:
    return (await outcomes(redis, 1))[0]


async def is_running(bench: Bench, job_id: str = "job1") -> bool:
    return await bench.queue.state(JobId(job_id)) is JobState.RUNNING
