"""Versions side by side on one server, and jobs that this version cannot read or will not take."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from redis.asyncio import Redis

from engine.jobs.errors import QueueIncompatible, Refused
from engine.jobs.job import Failed, JobId, JobState
from engine.jobs.keys import Key, prefix
from engine.jobs.outbox import Outbox
from engine.jobs.queue import JobQueue
from engine.jobs.refusal import RefusalCode
from engine.jobs.wire import MOST_BYTES
from tests.job_samples import LOOK, WORKER, a_job, able
from tests.newer_version import PATIENCE_S, NewerVersion
from tests.queue_state import left_over, read_queue
from tests.two_versions import PAUSE, mix
from tests.valkey import ValkeyProcess

JOBS_EACH = 40


@pytest.fixture
def queue(redis: Redis) -> JobQueue:
    return JobQueue(redis)


@pytest.fixture
def newer(tmp_path: Path) -> NewerVersion:
    return NewerVersion(tmp_path)


async def test_two_versions_work_side_by_side_on_one_queue(
    redis: Redis, valkey: ValkeyProcess, newer: NewerVersion
) -> None:
    await redis.function_flush()
    process = newer.start(valkey.url, "mix", JOBS_EACH)
    try:
        async with asyncio.timeout(PATIENCE_S):
            await mix(redis, JOBS_EACH, side="ours")
        assert await asyncio.to_thread(process.wait, PATIENCE_S) == 0
    finally:
        process.kill()
        process.wait()
    held = await read_queue(redis)
    jobs = {f"{side} {n}" for side in ("ours", "newer") for n in range(JOBS_EACH)}
    assert held.ends == dict.fromkeys(jobs, 1)
    assert await left_over(redis) == set()
    assert len(await redis.function_list()) == 2


async def test_a_job_of_a_newer_version_waits_for_a_worker_of_that_version(
    queue: JobQueue, redis: Redis, valkey: ValkeyProcess, newer: NewerVersion
) -> None:
    await asyncio.to_thread(newer.run, valkey.url, "ask", 2)
    assert (await read_queue(redis)).queued == {"newer 0", "newer 1"}
    assert await queue.claim(WORKER, able(LOOK), nonce="1") is None
    await queue.enqueue(a_job("older"))
    await asyncio.to_thread(newer.run, valkey.url, "serve", 3)
    assert (await read_queue(redis)).ends == {"newer 0": 1, "newer 1": 1, "older": 1}


async def test_a_bot_of_an_older_version_can_cancel_a_job_it_cannot_read(
    queue: JobQueue, redis: Redis, valkey: ValkeyProcess, newer: NewerVersion
) -> None:
    await asyncio.to_thread(newer.run, valkey.url, "ask", 1)
    assert await queue.cancel(JobId("newer 0")) is JobState.CANCELLED
    assert await left_over(redis) == set()


async def test_a_queue_of_an_older_layout_is_left_alone_and_the_operator_told_what_to_do(
    redis: Redis,
) -> None:
    await redis.function_flush()
    await redis.set(prefix("main") + Key.SCHEMA, "1")
    with pytest.raises(QueueIncompatible, match="let the old version finish its jobs, or use"):
        await JobQueue(redis).enqueue(a_job())
    assert await redis.keys("*") == [prefix("main") + Key.SCHEMA]


@pytest.mark.parametrize("damage", ["{", "{}", '{"id": "job", "v": 3}'])
async def test_a_job_that_cannot_be_read_fails_at_once_and_the_next_one_is_served(
    queue: JobQueue, redis: Redis, damage: str
) -> None:
    await queue.enqueue(a_job("1 damaged"))
    await queue.enqueue(a_job("2 whole"))
    await redis.hset(prefix("main") + Key.JOB + "1 damaged", "payload", damage)
    assert await queue.claim(WORKER, able(LOOK), nonce="1") is None
    [entry] = await Outbox(redis, "web").entries(wait=PAUSE)
    assert (entry.job, entry.outcome) == (
        "1 damaged",
        Failed(error="its description cannot be read"),
    )
    claim = await queue.claim(WORKER, able(LOOK), nonce="2")
    assert claim is not None
    assert claim.job.id == "2 whole"


async def test_a_job_that_is_too_large_is_refused_and_leaves_nothing(
    queue: JobQueue, redis: Redis
) -> None:
    await queue.load()
    before = await redis.keys("*")
    with pytest.raises(Refused) as refused:
        await queue.enqueue(a_job(prompt="x" * MOST_BYTES))
    assert refused.value.refusal.code is RefusalCode.ASK_TOO_LARGE
    assert refused.value.refusal.data == {"limit": MOST_BYTES}
    assert await redis.keys("*") == before


async def test_a_job_just_small_enough_is_taken(queue: JobQueue) -> None:
    room = 1000  # for everything but the prompt
    job = a_job(prompt="x" * (MOST_BYTES - room))
    await queue.enqueue(job)
    claim = await queue.claim(WORKER, able(LOOK), nonce="1")
    assert claim is not None
    assert claim.job == job
