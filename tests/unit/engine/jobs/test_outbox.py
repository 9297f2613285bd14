from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from redis.asyncio import Redis

from engine.jobs.job import JobId
from engine.jobs.keys import Key, prefix
from engine.jobs.outbox import Outbox
from engine.jobs.queue import JobQueue
from tests.job_samples import a_job

OUTBOX = prefix("main") + Key.OUTBOX + "web"
AT_ONCE = timedelta(milliseconds=1)


@pytest.fixture
def queue(redis: Redis) -> JobQueue:
    return JobQueue(redis)


async def ended(queue: JobQueue, bot: str = "web") -> JobId:
    job = a_job(bot=bot)
    await queue.enqueue(job)
    await queue.cancel(job.id)
    return job.id


async def jobs_in(box: Outbox) -> list[JobId]:
    return [entry.job for entry in await box.entries(wait=AT_ONCE)]


async def test_an_outcome_is_given_once_while_the_bot_runs(queue: JobQueue, redis: Redis) -> None:
    box = Outbox(redis, "web")
    jobs = [await ended(queue), await ended(queue)]
    assert await jobs_in(box) == jobs
    assert await jobs_in(box) == []


async def test_what_was_not_acknowledged_comes_again_after_a_restart(
    queue: JobQueue, redis: Redis
) -> None:
    box = Outbox(redis, "web")
    await ended(queue)
    kept = await ended(queue)
    first, _ = await box.entries(wait=AT_ONCE)
    await box.acknowledge(first.entry)
    await box.acknowledge(first.entry)
    assert await jobs_in(Outbox(redis, "web")) == [kept]


async def test_what_was_not_acknowledged_comes_again_after_a_rewind(
    queue: JobQueue, redis: Redis
) -> None:
    box = Outbox(redis, "web")
    kept = await ended(queue)
    assert await jobs_in(box) == [kept]
    box.rewind()
    new = await ended(queue)
    assert await jobs_in(box) == [kept, new]


async def test_each_bot_gets_the_outcomes_of_its_own_jobs(queue: JobQueue, redis: Redis) -> None:
    web, telegram = await ended(queue, "web"), await ended(queue, "telegram")
    assert await jobs_in(Outbox(redis, "web")) == [web]
    assert await jobs_in(Outbox(redis, "telegram")) == [telegram]


async def test_more_outcomes_than_fit_in_one_answer_all_come(queue: JobQueue, redis: Redis) -> None:
    jobs = [await ended(queue) for _ in range(70)]
    box = Outbox(redis, "web")
    came: list[JobId] = []
    while some := await jobs_in(box):
        came += some
    assert came == jobs


async def test_what_cannot_be_read_is_dropped_and_stops_nothing(
    queue: JobQueue, redis: Redis
) -> None:
    strange = [
        {"job": "1", "outcome": "not JSON"},
        {"job": "2", "outcome": '{"kind": "of another version"}'},
        {"job": "3"},
        {"outcome": '{"kind": "cancelled"}'},
    ]
    for fields in strange:
        await redis.xadd(OUTBOX, fields)  # pyright: ignore[reportArgumentType]
    job = await ended(queue)
    box = Outbox(redis, "web")
    assert await jobs_in(box) == [job]
    assert await box.jobs() == {job}


async def test_all_jobs_whose_outcomes_wait_are_known(queue: JobQueue, redis: Redis) -> None:
    jobs = {JobId(str(number)) for number in range(2100)}
    adding = redis.pipeline()
    for job in jobs:
        adding.xadd(OUTBOX, {"job": job, "outcome": "{}"})
    await adding.execute()
    await ended(queue, "telegram")
    assert await Outbox(redis, "web").jobs() == jobs
    assert await Outbox(redis, "discord").jobs() == frozenset()


async def test_a_waiting_bot_hears_of_an_outcome_at_once(queue: JobQueue, redis: Redis) -> None:
    waiting = asyncio.create_task(Outbox(redis, "web").entries(wait=timedelta(seconds=2)))
    job = await ended(queue)
    async with asyncio.timeout(1.5):
        assert [entry.job for entry in await waiting] == [job]
