"""Where a job stands, by the plan that a planner has left."""

from __future__ import annotations

import json

import pytest
from redis.asyncio import Redis

from deploy.polling import wait_until
from engine.jobs.job import Job, JobId, JobState, Standing
from engine.jobs.keys import Key, prefix
from engine.jobs.library import FunctionLibrary
from engine.jobs.planning.store import PlanStore
from engine.jobs.queue import JobQueue
from engine.jobs.standing import PLAN_JSON, WHOLE, Plan, Planned, read_standings
from tests.job_samples import LOOK, WORKER, a_job, able, at_most

PLAN = Plan(made_ms=1_000_000, needs=frozenset({LOOK}), up_to=4, places=2, low_s=30.0, high_s=60.0)
VARIANTS = json.dumps([[LOOK, 10.0, 96]])
PLANNED = json.dumps([2, 1_020_000, 1_040_000, "free", 15.0, 1_000_000])

SOON = Planned(1, 5_000, 9_000, "free", 4.0, 0)
LATER = Planned(2, 15_000, 29_000, "free", 14.0, 0)


def standing(
    *,
    age_s: float = 0.0,
    plan: Plan | None = PLAN,
    planned: str | None = PLANNED,
    variants: str | None = VARIANTS,
    number: int = 2,
    rank: int = 1,
    state: str = "queued",
) -> Standing | None:
    plan_json = PLAN_JSON.dump_json(plan).decode() if plan else None
    now_ms = PLAN.made_ms + round(1000 * age_s)
    return read_standings([now_ms, plan_json, [[state, planned, variants, number, rank]]])[0]


def queued(position: int, low_s: float, high_s: float) -> Standing:
    return Standing(state=JobState.QUEUED, position=position, low_s=low_s, high_s=high_s)


def test_a_job_stands_where_the_plan_says() -> None:
    assert standing() == queued(2, 20.0, 40.0)


def test_a_plan_gets_older_and_waits_shorter() -> None:
    assert standing(age_s=5.0) == queued(2, 15.0, 35.0)
    assert standing(age_s=25.0) == queued(2, 0.0, 15.0)
    assert standing(age_s=90.0) == queued(2, 0.0, 0.0)


def test_nothing_is_known_before_there_is_a_plan() -> None:
    assert standing(plan=None, planned=None) is None


def test_nothing_is_known_of_a_job_that_came_after_the_plan() -> None:
    assert standing(planned=None, number=5, rank=4) is None


def test_what_a_planner_of_another_version_wrote_is_not_understood_and_does_no_harm() -> None:
    assert standing(planned='{"place": "second"}', number=5, rank=4) is None
    reply = [1_000_000, '{"made": "today"}', [["queued", PLANNED, VARIANTS, 2, 1]]]
    assert read_standings(reply) == [None]


def test_behind_all_that_were_planned_it_goes_on_at_their_pace() -> None:
    assert standing(planned=None, number=4, rank=3) == queued(4, 60.0, 120.0)
    assert standing(planned=None, number=4, rank=3, age_s=10.0) == queued(4, 50.0, 110.0)


def test_nobody_stands_before_those_who_were_planned() -> None:
    assert standing(planned=None, number=1, rank=0) == queued(3, 45.0, 90.0)


def test_a_job_that_no_worker_can_do_says_so() -> None:
    nobodys = standing(planned=None, variants=json.dumps([["model:x", 10.0, 96]]))
    assert nobodys is not None
    assert not nobodys.doable
    strangers = Plan(made_ms=1_000_000, needs=None, up_to=4, places=0, low_s=0, high_s=0)
    assert standing(plan=strangers, planned=None) is None


@pytest.fixture
def queue(redis: Redis) -> JobQueue:
    return JobQueue(redis)


async def states(queue: JobQueue, *jobs: Job | JobId) -> list[JobState | None]:
    names = [job if isinstance(job, str) else job.id for job in jobs]
    return [found and found.state for found in await queue.standings(names)]


async def leave(redis: Redis, **jobs: Planned) -> None:
    """Leave a plan as a planner does, made now; its times are from now on."""
    await redis.set(prefix("main") + Key.PLANNER, "planner-1")
    seconds, microseconds = await redis.time()  # pyright: ignore[reportUnknownMemberType]
    made_ms = seconds * 1000 + microseconds // 1000
    plan = Plan(made_ms=made_ms, needs=None, up_to=9, places=len(jobs), low_s=9, high_s=9)
    store = PlanStore(redis, FunctionLibrary(redis, pool="main"), "planner-1")
    ahead = {
        job: it._replace(low_ms=made_ms + it.low_ms, high_ms=made_ms + it.high_ms)
        for job, it in jobs.items()
    }
    assert await store.write(plan, ahead)


async def test_several_jobs_are_asked_about_at_once(queue: JobQueue, redis: Redis) -> None:
    running, first, second, cancelled = (a_job(name) for name in ("a", "b", "c", "d"))
    for job in (running, first, second, cancelled):
        await queue.enqueue(job, caps=at_most(4))
    assert await queue.claim(WORKER, able(LOOK), nonce="n")
    await queue.cancel(cancelled.id)
    await leave(redis, b=SOON, c=LATER)

    assert await states(queue, running, first, second, cancelled, JobId("unknown")) == [
        JobState.RUNNING, JobState.QUEUED, JobState.QUEUED, JobState.CANCELLED, None
    ]  # fmt: skip
    found = await queue.standings([running.id, first.id, second.id])
    assert [it and it.position for it in found] == [0, 1, 2]
    assert await queue.standings([]) == []


async def test_a_job_that_is_started_stands_nowhere_though_the_plan_is_old(
    queue: JobQueue, redis: Redis
) -> None:
    await queue.enqueue(a_job("a"))
    await leave(redis, a=SOON)
    assert await queue.claim(WORKER, able(LOOK), nonce="n")
    assert await queue.standing(JobId("a")) == Standing(
        state=JobState.RUNNING, position=0, low_s=0, high_s=0
    )


async def test_a_forgotten_job_is_still_known_by_its_end(queue: JobQueue) -> None:
    job = a_job()
    await queue.enqueue(job)
    await queue.cancel(job.id)
    await queue.forget(job.id)
    assert await states(queue, job) == [JobState.CANCELLED]


async def test_a_plan_goes_out_of_date_by_itself(queue: JobQueue, redis: Redis) -> None:
    await queue.enqueue(a_job("a"))
    await leave(redis, a=SOON)
    assert await states(queue, JobId("a")) == [JobState.QUEUED]
    key = prefix("main") + Key.PLAN
    assert 0 < await redis.pttl(key) <= 30_000
    await redis.pexpire(key, 1)

    async def is_gone() -> bool:
        return not await redis.exists(key)

    assert await wait_until(is_gone, within_s=20)
    assert await queue.standing(JobId("a")) is None


async def test_a_plan_leaves_nothing_of_the_last_one(redis: Redis) -> None:
    await leave(redis, **{f"job-{n}": Planned(n, 1, 2, "free", 1, 0) for n in range(2500)})
    assert await redis.hlen(prefix("main") + Key.PLAN) == 2501
    await leave(redis, a=SOON)
    assert set(await redis.hkeys(prefix("main") + Key.PLAN)) == {WHOLE, "a"}
