"""What the queue survives: lost replies, a server that is killed, forgets, or is full."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path

import pytest
from redis.asyncio import Redis

from engine.jobs.connection import BLOCK_LIMIT, SOCKET_TIMEOUT, block_seconds, connect
from engine.jobs.errors import QueueIncompatible, QueueUnavailable
from engine.jobs.job import Failed, Job, JobState, WorkerId
from engine.jobs.keys import Key, prefix
from engine.jobs.outbox import Outbox
from engine.jobs.queue import Beat, Claim, Enqueued, JobQueue
from tests.job_samples import LOOK, OTHER_WORKER, WORKER, a_job, able, at_most, success
from tests.lossy_proxy import LossyProxy
from tests.valkey import ValkeyProcess

AT_ONCE = timedelta(milliseconds=1)


@pytest.fixture
def queue(redis: Redis) -> JobQueue:
    return JobQueue(redis)


@pytest.fixture
async def proxy(valkey: ValkeyProcess) -> AsyncGenerator[LossyProxy]:
    proxy = LossyProxy(valkey.url)
    async with proxy.running():
        yield proxy


@pytest.fixture
async def unlucky(redis: Redis, proxy: LossyProxy) -> AsyncGenerator[JobQueue]:
    """A queue whose replies can get lost."""
    async with connect(proxy.url) as client:
        yield JobQueue(client)


async def claimed(queue: JobQueue, nonce: str = "nonce") -> Claim:
    claim = await queue.claim(WORKER, able(LOOK), nonce=nonce)
    assert claim is not None
    return claim


async def delivered(redis: Redis) -> Counter[str]:
    entries = await Outbox(redis, "web").entries(wait=AT_ONCE)
    return Counter(entry.job for entry in entries)


async def test_an_enqueue_whose_reply_is_lost_makes_one_job(
    unlucky: JobQueue, proxy: LossyProxy
) -> None:
    await unlucky.load()
    proxy.lose_reply_to("_enqueue")
    await unlucky.enqueue(a_job(), caps=at_most(1))
    assert proxy.lost == 1
    assert (await claimed(unlucky)).attempt == 1
    assert await unlucky.claim(OTHER_WORKER, able(LOOK), nonce="other") is None


async def test_a_claim_whose_reply_is_lost_takes_one_job(
    unlucky: JobQueue, proxy: LossyProxy, redis: Redis
) -> None:
    first = a_job()
    await unlucky.enqueue(first, caps=at_most(2))
    await unlucky.enqueue(a_job(), caps=at_most(2))
    proxy.lose_reply_to("_claim")
    claim = await claimed(unlucky)
    assert proxy.lost == 1
    assert (claim.job, claim.attempt) == (first, 1)
    assert await redis.zcard(prefix("main") + Key.LEASES) == 1


async def test_a_finish_whose_reply_is_lost_is_one_success(
    unlucky: JobQueue, proxy: LossyProxy, redis: Redis
) -> None:
    job = a_job()
    await unlucky.enqueue(job, caps=at_most(1))
    claim = await claimed(unlucky)
    proxy.lose_reply_to("_finish")
    assert await unlucky.finish(claim, success(job))
    assert proxy.lost == 1
    assert await delivered(redis) == Counter([job.id])


async def test_a_hand_back_whose_reply_is_lost_gives_back_one_attempt(
    unlucky: JobQueue, proxy: LossyProxy
) -> None:
    await unlucky.enqueue(a_job(), caps=at_most(1))
    await unlucky.retry(await claimed(unlucky, "1"), "error")
    proxy.lose_reply_to("_hand_back")
    assert await unlucky.hand_back(await claimed(unlucky, "2"))
    assert proxy.lost == 1
    assert (await claimed(unlucky, "3")).attempt == 2


async def test_a_last_retry_whose_reply_is_lost_fails_the_job_once(
    valkey: ValkeyProcess, proxy: LossyProxy, redis: Redis
) -> None:
    async with connect(proxy.url) as client:
        queue = JobQueue(client, max_attempts=1)
        job = a_job()
        await queue.enqueue(job, caps=at_most(1))
        proxy.lose_reply_to("_retry")
        assert await queue.retry(await claimed(queue), "error")
    assert proxy.lost == 1
    [entry] = await Outbox(redis, "web").entries(wait=AT_ONCE)
    assert entry.outcome == Failed(error="error")


async def test_outcomes_whose_reply_is_lost_are_read_again(
    queue: JobQueue, proxy: LossyProxy
) -> None:
    job = a_job()
    await queue.enqueue(job, caps=at_most(1))
    await queue.finish(await claimed(queue), success(job))
    async with connect(proxy.url) as client:
        proxy.lose_reply_to("XREAD")
        assert await delivered(client) == Counter([job.id])
    assert proxy.lost == 1


async def test_a_killed_server_comes_back_with_every_accepted_job(tmp_path: Path) -> None:
    server = ValkeyProcess(tmp_path)
    server.start()
    try:
        async with connect(server.url) as client:
            queue = JobQueue(client)
            accepted = [await enqueued(queue, a_job()) for _ in range(30)]
            claim = await claimed(queue)
            server.kill()
            with pytest.raises(QueueUnavailable):
                await queue.beat(claim)
            with pytest.raises(QueueUnavailable):
                await queue.claim_when_rung(WORKER, able(LOOK), nonce="n", wait=AT_ONCE)
            server.start()
            assert await queue.beat(claim) is Beat.HELD
            await queue.finish(claim, success(claim.job))
            while claim := await queue.claim(WORKER, able(LOOK), nonce=str(claim.token)):
                await queue.finish(claim, success(claim.job))
            assert await delivered(client) == Counter(job.id for job in accepted)
    finally:
        server.kill()


async def enqueued(queue: JobQueue, job: Job) -> Job:
    await queue.enqueue(job, caps=at_most(1000))
    return job


async def test_a_server_that_lost_the_functions_gets_them_again(
    queue: JobQueue, redis: Redis
) -> None:
    job = a_job()
    await queue.enqueue(job, caps=at_most(1))
    await redis.function_flush()
    assert (await claimed(queue)).job == job


async def test_a_server_that_lost_everything_takes_jobs_again(
    queue: JobQueue, redis: Redis
) -> None:
    job = a_job()
    await queue.enqueue(job, caps=at_most(1))
    claim = await claimed(queue)
    await redis.flushall()
    await redis.function_flush()
    assert await queue.beat(claim) is Beat.LOST
    assert not await queue.finish(claim, success(job))
    assert await queue.enqueue(job, caps=at_most(1)) == Enqueued(JobState.QUEUED, new=True)
    assert (await claimed(queue, "again")).job == job


async def test_functions_of_another_version_stay_beside_ours(queue: JobQueue, redis: Redis) -> None:
    other = (
        "#!lua name=zoetrope_other\n"
        "redis.register_function('zoetrope_other_claim', function() return 'other' end)"
    )
    await redis.function_load(other, replace=True)
    await queue.enqueue(a_job(), caps=at_most(1))
    assert await redis.fcall("zoetrope_other_claim", 0) == "other"
    assert (await claimed(queue)).attempt == 1
    await redis.function_delete("zoetrope_other")


async def test_loading_the_functions_twice_is_fine(queue: JobQueue, redis: Redis) -> None:
    await asyncio.gather(queue.load(), JobQueue(redis).load())
    await queue.load()
    await queue.enqueue(a_job(), caps=at_most(1))


async def test_a_queue_of_another_layout_is_not_touched(queue: JobQueue, redis: Redis) -> None:
    await redis.set(prefix("main") + Key.SCHEMA, "99")
    with pytest.raises(QueueIncompatible, match="layout 99"):
        await queue.load()


async def test_a_server_without_memory_takes_no_job_but_lets_running_ones_end(
    queue: JobQueue, redis: Redis
) -> None:
    job, waiting = a_job(), a_job()
    await queue.enqueue(job, caps=at_most(2))
    await queue.enqueue(waiting, caps=at_most(2))
    claim = await claimed(queue)
    await redis.config_set("maxmemory", 1)
    try:
        with pytest.raises(QueueUnavailable, match="maxmemory"):
            await queue.enqueue(a_job(), caps=at_most(3))
        assert await queue.beat(claim) is Beat.HELD
        assert await queue.finish(claim, success(job))
        assert await queue.cancel(waiting.id) is JobState.CANCELLED
        assert await delivered(redis) == Counter([job.id, waiting.id])
    finally:
        await redis.config_set("maxmemory", 0)


async def test_a_wrong_password_is_unavailable_and_says_why(valkey: ValkeyProcess) -> None:
    url = valkey.url.replace("redis://:", "redis://:not-")
    async with connect(url) as client:
        with pytest.raises(QueueUnavailable, match="password"):
            await JobQueue(client).load()


def test_blocking_calls_end_well_before_the_client_gives_up() -> None:
    assert 2 * BLOCK_LIMIT < SOCKET_TIMEOUT
    assert block_seconds(timedelta(hours=1)) == BLOCK_LIMIT.total_seconds()
    assert block_seconds(timedelta()) > 0


async def test_many_clients_at_once_lose_and_double_nothing(
    valkey: ValkeyProcess, redis: Redis
) -> None:
    jobs = [a_job(person=f"person-{n % 7}", place=f"place-{n % 5}") for n in range(120)]

    async def ask(mine: list[Job]) -> None:
        async with connect(valkey.url) as client:
            queue = JobQueue(client)
            for job in mine:
                await queue.enqueue(job, caps=at_most(1000))
                await queue.enqueue(job, caps=at_most(1000))
            for job in mine[::5]:
                await queue.cancel(job.id)

    async def work(worker: WorkerId) -> None:
        async with connect(valkey.url) as client:
            queue = JobQueue(client)
            ends = 0
            while await redis.xlen(prefix("main") + Key.OUTBOX + "web") < len(jobs):
                ends += 1
                claims = await queue.claim_when_rung(
                    worker, able(LOOK), nonce=str(ends), wait=timedelta(seconds=0.05)
                )
                if not claims:
                    continue
                [claim] = claims
                if ends % 5 == 0:
                    await queue.hand_back(claim)
                elif ends % 7 == 0:
                    await queue.retry(claim, "error")
                else:
                    await queue.beat(claim)
                    await queue.finish(claim, success(claim.job))

    async with asyncio.timeout(20), asyncio.TaskGroup() as group:
        for start in range(3):
            group.create_task(ask(jobs[start::3]))
        for name in "abcd":
            group.create_task(work(WorkerId(name)))

    box, ends = Outbox(redis, "web"), Counter[str]()
    while entries := await box.entries(wait=AT_ONCE):
        ends.update(entry.job for entry in entries)
    assert ends == Counter(job.id for job in jobs)
    assert await redis.exists(prefix("main") + Key.UNFINISHED) == 0
