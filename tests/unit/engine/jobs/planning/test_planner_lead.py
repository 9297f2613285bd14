"""Which planner leads, and what the next one takes over."""

from __future__ import annotations

import subprocess
import sys

import pytest
from redis.asyncio import Redis

from engine.jobs.keys import Key
from engine.jobs.library import FunctionLibrary
from engine.jobs.planning.calibration import FEWEST, KEPT
from engine.jobs.planning.planner import Planner
from engine.jobs.planning.term import Term
from engine.jobs.queue import JobQueue
from tests.job_samples import a_job
from tests.unit.engine.jobs.planning.planners import (
    KEYS,
    a_term,
    claimed,
    idle,
    planned,
    planning,
    soon,
)
from tests.valkey import ValkeyProcess

PLANNER_PROCESS = """
import asyncio, sys
from engine.jobs.connection import connect
from engine.jobs.planning.planner import Planner
asyncio.run(Planner(connect(sys.argv[1])).run())
"""


async def test_whoever_leads_next_goes_on_from_the_last_plan(
    queue: JobQueue, redis: Redis, term: Term, library: FunctionLibrary
) -> None:
    await idle(redis)
    await queue.enqueue(job := a_job())
    assert await term.plan()
    successor = a_term(redis, library)
    successor.last = await successor.store.last()
    assert successor.last == term.last
    assert await successor.plan()
    assert successor.last[job.id].since_ms == term.last[job.id].since_ms


async def test_whoever_leads_next_knows_what_was_learnt(redis: Redis, term: Term) -> None:
    await redis.hset(KEYS + Key.VIRTUAL, "paid", "0")
    for many in (KEPT, FEWEST):
        assert await term.store.learn([("paid", 1.0)] * many + [("paid|parked", 4.0)] * many)
    calibration = await term.store.calibration()
    assert calibration.range("paid", 95.0) == pytest.approx((95.0, 95.0))
    assert calibration.range("paid|parked", 95.0) == pytest.approx((395.0, 395.0))
    assert await redis.llen(KEYS + Key.CALIBRATION + "paid") == KEPT


async def test_another_leads_after_the_leader_is_killed(
    queue: JobQueue, redis: Redis, valkey: ValkeyProcess
) -> None:
    await idle(redis)
    with subprocess.Popen([sys.executable, "-c", PLANNER_PROCESS, valkey.url]) as first:
        try:
            await soon(lambda: redis.get(KEYS + Key.PLANNER))
            leader = await redis.get(KEYS + Key.PLANNER)
            async with planning(Planner(redis)):
                first.kill()
                await queue.enqueue(job := a_job())
                await soon(lambda: planned(queue, job))
                assert await redis.get(KEYS + Key.PLANNER) != leader
        finally:
            first.kill()


async def test_a_planner_that_stops_makes_room_at_once(redis: Redis) -> None:
    async with planning(Planner(redis)):
        await soon(lambda: redis.get(KEYS + Key.PLANNER))
    assert await redis.get(KEYS + Key.PLANNER) is None


async def test_who_has_lost_the_lead_writes_nothing(
    queue: JobQueue, redis: Redis, term: Term
) -> None:
    await idle(redis)
    await queue.enqueue(job := a_job())
    assert await term.plan()
    before = await redis.hgetall(KEYS + Key.PLAN)
    await redis.set(KEYS + Key.PLANNER, "another")
    await claimed(queue)

    assert not await term.plan()
    assert await redis.hgetall(KEYS + Key.PLAN) == before
    assert await redis.keys(KEYS + Key.CALIBRATION + "*") == []
    assert job.id in before
