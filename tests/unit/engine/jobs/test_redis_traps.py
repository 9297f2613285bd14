"""What the client and the server do behind our backs, and that it does not hurt.

queue.lua is written to be called twice, connection.py to be cut off at any moment: these tests do
both. test_queue_faults.py has the servers that die.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import cast

import pytest
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from deploy.polling import wait_until
from engine.jobs.connection import connect
from engine.jobs.errors import QueueUnavailable
from engine.jobs.job import JobId, JobState, Progress
from engine.jobs.keys import Key, prefix
from engine.jobs.order import Caps
from engine.jobs.queue import Beat, Claim, JobQueue
from engine.jobs.refusal import Refusal, RefusalCode
from tests.job_samples import LOOK, WORKER, a_job, able, success
from tests.lossy_proxy import LossyProxy
from tests.queue_state import read_queue
from tests.valkey import ValkeyProcess

LEASES = prefix("main") + Key.LEASES
ONE_RUNS = Caps(person_running=1)
TIMES = {"created", "claimed_at", "moved_at", "entered", "due"}
OF_LOADING = {Key.SCHEMA, Key.LIBRARIES}
ABOUT_REPETITION = ("fenced", "dup")


@pytest.fixture
def queue(redis: Redis) -> JobQueue:
    return JobQueue(redis)


@pytest.fixture
async def proxy(valkey: ValkeyProcess) -> AsyncGenerator[LossyProxy]:
    proxy = LossyProxy(valkey.url)
    async with proxy.running():
        yield proxy


async def claimed(queue: JobQueue, nonce: str = "nonce") -> Claim:
    claim = await queue.claim(WORKER, able(LOOK), nonce=nonce)
    assert claim is not None
    return claim


# A call that is sent again because its reply was lost does what one call does.


async def enqueue(queue: JobQueue, lossy: JobQueue) -> None:
    await lossy.enqueue(a_job("new"))


async def claim(queue: JobQueue, lossy: JobQueue) -> None:
    await claimed(lossy)


async def claim_batch(queue: JobQueue, lossy: JobQueue) -> None:
    claims = await lossy.claim_batch(WORKER, able(LOOK), nonce="nonce", at_most=2)
    assert len(claims) == 2


async def beat(queue: JobQueue, lossy: JobQueue) -> None:
    held = await claimed(queue)
    progress = Progress(job=held.job.id, stage="rendering", fraction=0.5)
    assert await lossy.beat(held, progress) is Beat.HELD


async def finish(queue: JobQueue, lossy: JobQueue) -> None:
    held = await claimed(queue)
    assert await lossy.finish(held, success(held.job))


async def retry(queue: JobQueue, lossy: JobQueue) -> None:
    assert await lossy.retry(await claimed(queue), "error")


async def hand_back(queue: JobQueue, lossy: JobQueue) -> None:
    assert await lossy.hand_back(await claimed(queue))


async def cancel_queued(queue: JobQueue, lossy: JobQueue) -> None:
    assert await lossy.cancel(JobId("1")) is JobState.CANCELLED


async def cancel_running(queue: JobQueue, lossy: JobQueue) -> None:
    assert await lossy.cancel((await claimed(queue)).job.id) is JobState.RUNNING


async def refuse(queue: JobQueue, lossy: JobQueue) -> None:
    assert await lossy.refuse(JobId("1"), Refusal(RefusalCode.NO_WORKER))


async def forget(queue: JobQueue, lossy: JobQueue) -> None:
    await queue.cancel(JobId("1"))
    await lossy.forget(JobId("1"))


CALLS = {
    call.__name__: call
    for call in (
        enqueue,
        claim,
        claim_batch,
        beat,
        finish,
        retry,
        hand_back,
        cancel_queued,
        cancel_running,
        refuse,
        forget,
    )
}


@pytest.mark.parametrize("name", CALLS)
async def test_a_call_whose_reply_is_lost_does_what_one_call_does(
    name: str, queue: JobQueue, redis: Redis, proxy: LossyProxy
) -> None:
    async def try_it(lossy: JobQueue) -> object:
        await redis.flushall()
        for number in range(3):
            await queue.enqueue(a_job(str(number), batch_key="same"), caps=ONE_RUNS)
        await queue.enqueue(a_job("other", person="other", batch_key="same"))
        await CALLS[name](queue, lossy)
        return await everything(redis)

    async with connect(proxy.url) as client:
        lossy = JobQueue(client)
        await lossy.load()
        once = await try_it(queue)
        proxy.lose_reply_to("_" + name.split("_")[0])
        again = await try_it(lossy)
    assert proxy.lost == 1
    assert again == once


async def test_a_reap_whose_reply_is_lost_takes_one_attempt_of_each_job(
    queue: JobQueue, redis: Redis, proxy: LossyProxy
) -> None:
    await queue.enqueue(a_job("job"))
    await claimed(queue, "1")
    await redis.zadd(LEASES, {"job": 1})
    async with connect(proxy.url) as client:
        proxy.lose_reply_to("_reap")
        await JobQueue(client).reap()
    assert proxy.lost == 1
    assert (await claimed(queue, "2")).attempt == 2


async def everything(redis: Redis) -> dict[str, object]:
    """Read every key of the pool, without times and without what tells of repetitions."""
    keys = sorted(str(key) for key in await redis.keys(prefix("main") + "*"))
    found = {key.removeprefix(prefix("main")): await _content(redis, key) for key in keys}
    return {key: content for key, content in found.items() if key not in OF_LOADING}


async def _content(redis: Redis, key: str) -> object:
    kind = await redis.type(key)
    name = key.removeprefix(prefix("main"))
    if kind == "hash":
        found = await redis.hgetall(key)
        return {
            field: value
            for field, value in found.items()
            if field not in TIMES and str(field).split("|")[-1] not in ABOUT_REPETITION
        }
    if kind == "zset" and name.startswith((Key.READY, Key.BATCH, Key.PARKED, Key.TAGS)):
        return await redis.zrange(key, 0, -1, withscores=True)
    if kind == "zset":
        return {str(member) for member in await redis.zrange(key, 0, -1)}
    if kind == "set":
        return await redis.smembers(key)
    if kind == "stream":
        return [fields for _, fields in await redis.xrange(key) or []]
    return await (redis.lrange(key, 0, -1) if kind == "list" else redis.get(key))


# Blocking pops and silence.


async def test_a_lost_bell_loses_no_job(queue: JobQueue, redis: Redis, proxy: LossyProxy) -> None:
    async with connect(proxy.url) as client:
        lossy = JobQueue(client)
        assert await lossy.claim(WORKER, able(LOOK), nonce="1") is None
        await queue.enqueue(a_job("job"))
        proxy.lose_reply_to("BLPOP")
        wait = timedelta(seconds=0.1)
        [claim] = await lossy.claim_when_rung(WORKER, able(LOOK), nonce="2", wait=wait)
        assert proxy.lost == 1
        assert await redis.llen(prefix("main") + Key.BELL + WORKER) == 0
        assert (claim.job.id, claim.attempt) == ("job", 1)


async def test_a_server_that_says_nothing_is_given_up_and_no_claim_is_lost(
    queue: JobQueue, proxy: LossyProxy
) -> None:
    await queue.enqueue(a_job("job"))
    async with connect(proxy.url) as client:
        client.connection_pool.connection_kwargs["socket_timeout"] = 0.1
        lossy = JobQueue(client)
        proxy.keep_back("_claim")
        with pytest.raises(QueueUnavailable):
            await claimed(lossy)
    assert (await claimed(queue)).attempt == 1


async def test_a_claim_that_the_client_gave_up_is_there_under_the_same_nonce(
    queue: JobQueue, redis: Redis, proxy: LossyProxy
) -> None:
    await queue.enqueue(a_job("first"))
    await queue.enqueue(a_job("second"))
    async with connect(proxy.url) as client:
        client.set_retry(Retry(NoBackoff(), 0))
        lossy = JobQueue(client)
        proxy.lose_reply_to("_claim")
        with pytest.raises(QueueUnavailable):
            await claimed(lossy)
    again = await claimed(queue)
    assert (again.job.id, again.attempt) == ("first", 1)
    assert await redis.zcard(LEASES) == 1


# Cancellations.


@pytest.mark.parametrize("turns", range(0, 12, 2))
async def test_a_cancelled_claim_is_there_under_the_same_nonce_or_was_never_made(
    queue: JobQueue, redis: Redis, turns: int
) -> None:
    await queue.enqueue(a_job("first"))
    await queue.enqueue(a_job("second"))
    claiming = asyncio.create_task(queue.claim(WORKER, able(LOOK), nonce="nonce"))
    await cancelled_after(turns, claiming)
    again = await claimed(queue)
    assert (again.job.id, again.attempt) == ("first", 1)
    assert await redis.zcard(LEASES) == 1


@pytest.mark.parametrize("turns", range(0, 12, 2))
async def test_a_cancelled_call_leaves_no_reply_for_the_next_one(
    queue: JobQueue, redis: Redis, turns: int
) -> None:
    await queue.enqueue(a_job("queued"))
    await queue.enqueue(a_job("cancelled"))
    await queue.cancel(JobId("cancelled"))
    await cancelled_after(turns, asyncio.create_task(queue.state(JobId("queued"))))
    assert await queue.state(JobId("cancelled")) is JobState.CANCELLED


async def cancelled_after(turns: int, task: asyncio.Task[object]) -> None:
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])


# Replies and functions.


async def test_replies_come_in_the_shapes_of_resp_2(redis: Redis) -> None:
    assert (await redis.client_info())["resp"] == "2"
    entry = await redis.xadd("stream", {"field": "value"})
    assert await redis.xread({"stream": "0"}) == [["stream", [(entry, {"field": "value"})]]]


async def test_functions_that_are_there_are_never_replaced(queue: JobQueue, redis: Redis) -> None:
    """An old process that replaced them would downgrade all the others."""
    await redis.function_flush()
    await queue.load()
    [name] = [library[1] for library in cast("list[list[str]]", await redis.function_list())]
    await redis.function_delete(name)
    theirs = f"#!lua name={name}\nredis.register_function('theirs', function() return 'theirs' end)"
    await redis.function_load(theirs)
    await queue.load()
    assert await redis.fcall("theirs", 0) == "theirs"
    await redis.function_delete(name)


# Memory.


async def test_a_server_without_memory_still_does_all_that_frees_some(
    queue: JobQueue, redis: Redis
) -> None:
    for number in range(3):
        await queue.enqueue(a_job(str(number)))
    await redis.config_set("maxmemory", 1)
    try:
        with pytest.raises(QueueUnavailable, match="maxmemory"):
            await queue.enqueue(a_job("new"))
        assert await queue.hand_back(await claimed(queue, "1"))
        assert await queue.retry(await claimed(queue, "2"), "error")
        await claimed(JobQueue(redis, lease=timedelta(milliseconds=1)), "3")
        assert await wait_until(lambda: one_is_reaped(queue), within_s=10)
        last = await claimed(queue, "4")
        assert await queue.finish(last, success(last.job))
        await queue.forget(last.job.id)
        assert await queue.refuse(JobId("1"), Refusal(RefusalCode.NO_WORKER))
        assert await queue.cancel(JobId("2")) is JobState.CANCELLED
    finally:
        await redis.config_set("maxmemory", 0)
    assert await queue.state(JobId("new")) is None
    assert (await read_queue(redis)).ends == {"0": 1, "1": 1, "2": 1}


async def one_is_reaped(queue: JobQueue) -> bool:
    return await queue.reap() == 1
