from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from redis.asyncio import Redis

from engine.jobs.job import JobId
from engine.jobs.keys import Key, prefix
from engine.jobs.queue import JobQueue
from tests.job_samples import LOOK, WORKER, a_job, able

AT_ONCE = timedelta(milliseconds=1)


@pytest.fixture
def queue(redis: Redis) -> JobQueue:
    return JobQueue(redis)


async def rung(queue: JobQueue, nonce: str, wait: timedelta = timedelta(seconds=2)) -> list[JobId]:
    claims = await queue.claim_when_rung(WORKER, able(LOOK), nonce=nonce, wait=wait)
    return [claim.job.id for claim in claims]


async def test_the_doorbell_wakes_an_idle_worker(queue: JobQueue, redis: Redis) -> None:
    assert await queue.claim(WORKER, able(LOOK), nonce="1") is None
    waiting = asyncio.create_task(rung(queue, "2"))
    await queue.enqueue(a_job("job"))
    assert await waiting == ["job"]
    assert not await redis.exists(prefix("main") + Key.BELL + WORKER)


async def test_a_bell_rung_before_the_wait_ends_it(queue: JobQueue, redis: Redis) -> None:
    assert await queue.claim(WORKER, able(LOOK), nonce="1") is None
    await queue.enqueue(a_job("job"))
    assert await redis.llen(prefix("main") + Key.BELL + WORKER) == 1
    assert await rung(queue, "2") == ["job"]


async def test_a_worker_that_nobody_rings_looks_all_the_same(queue: JobQueue) -> None:
    await queue.enqueue(a_job("job"))
    assert await rung(queue, "1", AT_ONCE) == ["job"]
    assert await rung(queue, "2", AT_ONCE) == []


async def test_a_worker_can_be_rung_without_a_job(queue: JobQueue) -> None:
    await queue.ring(WORKER)
    assert await rung(queue, "1") == []


async def test_a_wait_loads_the_functions_that_the_server_has_lost(
    queue: JobQueue, redis: Redis
) -> None:
    await queue.enqueue(a_job("job"))
    await redis.function_flush()
    assert await rung(queue, "1", AT_ONCE) == ["job"]


async def test_an_empty_look_silences_the_doorbell(queue: JobQueue, redis: Redis) -> None:
    bell = prefix("main") + Key.BELL + WORKER
    for number in range(3):
        assert await queue.claim(WORKER, able(LOOK), nonce=str(number)) is None
        assert not await redis.exists(bell)
        job = a_job()
        await queue.enqueue(job)
        await queue.cancel(job.id)
        assert await redis.llen(bell) == 1


@pytest.mark.parametrize("turns", range(6))
async def test_a_wait_can_be_cancelled_at_any_point(queue: JobQueue, turns: int) -> None:
    waiting = asyncio.create_task(rung(queue, "1", timedelta(seconds=0.2)))
    for _ in range(turns):
        await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    job = a_job()
    await queue.enqueue(job)
    assert await rung(queue, "2", AT_ONCE) == [job.id]
