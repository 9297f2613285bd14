"""Whom the planner gives up: who waits in vain."""

from __future__ import annotations

from datetime import timedelta

from redis.asyncio import Redis

from engine.jobs.job import Job, JobId, JobState
from engine.jobs.keys import Key
from engine.jobs.outbox import Outbox
from engine.jobs.planning.planner import Planner
from engine.jobs.planning.strays import Patience
from engine.jobs.queue import JobQueue
from engine.jobs.refusal import RefusalCode
from tests.job_samples import a_job, able
from tests.unit.engine.jobs.planning.planners import KEYS, idle, model, planned, planning, soon


async def test_a_job_that_no_worker_can_do_says_so_and_is_refused_at_last(
    queue: JobQueue, redis: Redis
) -> None:
    await idle(redis)
    await queue.enqueue(job := a_job(variants=model("model:huge")))
    async with planning(Planner(redis)):
        await soon(lambda: planned(queue, job))
        standing = await queue.standing(job.id)
        assert standing is not None
        assert not standing.doable
    patience = Patience(stranded=timedelta(milliseconds=50))
    async with planning(Planner(redis, patience=patience)):
        await soon(lambda: ended(queue, job))
    assert await refused_with(redis) == [(job.id, RefusalCode.NO_WORKER)]


async def test_a_job_waits_for_workers_that_may_be_able_to_do_it(
    queue: JobQueue, redis: Redis
) -> None:
    await queue.enqueue(job := a_job())
    patience = Patience(stranded=timedelta(milliseconds=1))
    async with planning(Planner(redis, patience=patience)):
        await soon(lambda: redis.exists(KEYS + Key.PLAN))
        made = await redis.hget(KEYS + Key.PLAN, "*")
        await soon(lambda: has_changed(redis, made))
        assert await queue.state(job.id) is JobState.QUEUED
        assert await queue.standing(job.id) is None
        await idle(redis, "elsewhere", able("model:x"))
        await soon(lambda: ended(queue, job))


async def test_nothing_waits_for_ever(queue: JobQueue, redis: Redis) -> None:
    await idle(redis)
    await queue.enqueue(job := a_job())
    await redis.hincrby(KEYS + Key.JOB + job.id, "created", -25 * 3600 * 1000)
    await queue.enqueue(young := a_job(person="another"))
    async with planning(Planner(redis)):
        await soon(lambda: ended(queue, job))
    assert await refused_with(redis) == [(job.id, RefusalCode.WAITED_TOO_LONG)]
    assert await queue.state(young.id) is JobState.QUEUED


async def ended(queue: JobQueue, job: Job) -> bool:
    return await queue.state(job.id) is JobState.REFUSED


async def has_changed(redis: Redis, made: object) -> bool:
    return await redis.hget(KEYS + Key.PLAN, "*") != made


async def refused_with(redis: Redis) -> list[tuple[JobId, RefusalCode]]:
    entries = await Outbox(redis, "web").entries(wait=timedelta())
    outcomes = [(entry.job, entry.outcome) for entry in entries]
    assert all(outcome.kind == "refused" for _, outcome in outcomes)
    return [(job, it.refusal.code) for job, it in outcomes if it.kind == "refused"]
