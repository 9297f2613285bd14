from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path
from typing import cast

import pytest
from redis.asyncio import Redis

from engine.jobs.connection import connect
from engine.jobs.job import JobId, Progress
from engine.jobs.keys import Key, prefix
from engine.jobs.progress import PROGRESS_JSON, ProgressFeed
from engine.jobs.queue import Claim, JobQueue
from tests.job_samples import LOOK, WORKER, a_job, able
from tests.valkey import ValkeyProcess

CHANNEL = prefix("main") + Key.PROGRESS


def report(fraction: float) -> Progress:
    return Progress(job=JobId("job"), stage="rendering", fraction=fraction)


@pytest.fixture
async def heard(redis: Redis) -> AsyncGenerator[AsyncIterator[Progress]]:
    """A feed that is already listening."""
    feed = ProgressFeed(redis).listen()
    first = asyncio.ensure_future(anext(feed))
    await until_heard(redis, first)
    yield feed
    await feed.aclose()


async def until_heard(redis: Redis, waiting: asyncio.Future[Progress]) -> Progress:
    async with asyncio.timeout(10):
        while not waiting.done():
            await redis.publish(CHANNEL, PROGRESS_JSON.dump_json(report(0.0)))
            await asyncio.wait([waiting], timeout=0.02)
    return waiting.result()


async def test_what_a_worker_reports_is_heard(redis: Redis, heard: AsyncIterator[Progress]) -> None:
    queue, job = JobQueue(redis), a_job()
    await queue.enqueue(job)
    claim = cast("Claim", await queue.claim(WORKER, able(LOOK), nonce="n"))
    progress = Progress(job=job.id, stage="encoding", fraction=0.9, left_s=1.5)
    await queue.beat(claim, progress)
    async with asyncio.timeout(5):
        while (now := await anext(heard)) == report(0.0):
            pass
    assert now == progress


async def test_a_report_that_is_not_understood_is_passed_over(
    redis: Redis, heard: AsyncIterator[Progress]
) -> None:
    await redis.publish(CHANNEL, '{"stage": "from the future"}')
    await redis.publish(CHANNEL, PROGRESS_JSON.dump_json(report(0.5)))
    async with asyncio.timeout(5):
        while (now := await anext(heard)) == report(0.0):
            pass
    assert now == report(0.5)


async def test_the_feed_goes_on_after_the_server_was_away(tmp_path: Path) -> None:
    server = ValkeyProcess(tmp_path)
    server.start()
    try:
        async with connect(server.url) as client, connect(server.url) as listener:
            feed = ProgressFeed(listener).listen()
            await until_heard(client, asyncio.ensure_future(anext(feed)))
            server.kill()
            next_report = asyncio.ensure_future(anext(feed))
            server.start()
            assert await until_heard(client, next_report) == report(0.0)
            await feed.aclose()
    finally:
        server.kill()
