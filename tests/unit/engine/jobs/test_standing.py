from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from redis.asyncio import Redis

from engine.jobs.catalogue import Offer
from engine.jobs.job import Failed, Job, JobState, Standing, WorkerId
from engine.jobs.keys import Key, prefix
from engine.jobs.presence import Presence
from engine.jobs.queue import JobQueue
from engine.jobs.standing import Snapshot, Work, estimate
from tests.job_samples import LOOK, WORKER, a_job, success

STEADY = (1.0,) * 5
JOB = Work(LOOK, 10.0, 0.0)
FIRST_IN_LINE = Snapshot(
    state=JobState.QUEUED,
    position=1,
    workers=1,
    own=[JOB],
    ahead=[],
    running=[],
    paces=[(LOOK, STEADY)],
)


def seconds(snapshot: Snapshot) -> float:
    standing = estimate(snapshot)
    assert standing.low_s == pytest.approx(standing.high_s)
    return standing.low_s


def test_an_idle_worker_takes_only_the_jobs_own_time() -> None:
    assert seconds(FIRST_IN_LINE) == pytest.approx(10)


def test_one_worker_does_what_is_ahead_one_after_the_other() -> None:
    behind_two = replace(FIRST_IN_LINE, position=3, ahead=[JOB, JOB])
    assert seconds(behind_two) == pytest.approx(30)


def test_two_workers_share_what_is_ahead() -> None:
    behind_two = replace(FIRST_IN_LINE, position=3, ahead=[JOB, JOB], workers=2)
    assert seconds(behind_two) == pytest.approx(20)


def test_a_running_job_delays_by_what_is_left_of_it() -> None:
    assert seconds(replace(FIRST_IN_LINE, running=[Work(LOOK, 10.0, 6.0)])) == pytest.approx(14)


def test_a_running_job_beside_an_idle_worker_delays_nothing() -> None:
    beside = replace(FIRST_IN_LINE, running=[Work(LOOK, 10.0, 6.0)], workers=2)
    assert seconds(beside) == pytest.approx(10)


def test_a_job_that_overruns_still_takes_a_little_longer() -> None:
    assert seconds(replace(FIRST_IN_LINE, running=[Work(LOOK, 10.0, 99.0)])) == pytest.approx(11)


def test_nobody_alive_is_estimated_as_one_worker() -> None:
    assert seconds(replace(FIRST_IN_LINE, workers=0)) == pytest.approx(10)


def test_the_range_is_between_usual_and_slow_paces() -> None:
    paces = (0.9, 1.0, 1.1, 1.1, 1.1, 1.1, 1.2, 1.3, 2.0, 2.0, 2.0)
    standing = estimate(replace(FIRST_IN_LINE, paces=[(LOOK, paces)]))
    assert standing.low_s == pytest.approx(11)
    assert standing.high_s == pytest.approx(20)


def test_with_few_measurements_the_range_is_wide() -> None:
    standing = estimate(replace(FIRST_IN_LINE, paces=[(LOOK, (5.0,))]))
    assert (standing.low_s, standing.high_s) == (10, 16)


def test_what_is_too_far_ahead_to_be_looked_at_is_like_the_rest() -> None:
    far_behind = replace(FIRST_IN_LINE, position=41, ahead=[JOB] * 20)
    assert seconds(far_behind) == pytest.approx(410)


@pytest.fixture
def queue(redis: Redis) -> JobQueue:
    return JobQueue(redis)


async def standing(queue: JobQueue, job: Job) -> Standing:
    found = await queue.standing(job.id)
    assert found is not None
    return found


async def test_positions_count_from_the_next_job(queue: JobQueue) -> None:
    jobs = [a_job() for _ in range(3)]
    for job in jobs:
        await queue.enqueue(job, max_waiting=3)
    assert [(await standing(queue, job)).position for job in jobs] == [1, 2, 3]
    await queue.cancel(jobs[0].id)
    assert [(await standing(queue, job)).position for job in jobs] == [0, 1, 2]


async def test_a_running_job_has_no_position_and_its_own_time_left(queue: JobQueue) -> None:
    job, behind = a_job(), a_job()
    await queue.enqueue(job, max_waiting=2)
    await queue.enqueue(behind, max_waiting=2)
    await queue.claim(WORKER, [LOOK], nonce="n")
    running = await standing(queue, job)
    assert (running.state, running.position) == (JobState.RUNNING, 0)
    assert 8 < running.low_s <= 10
    assert 18 < (await standing(queue, behind)).low_s <= 20


async def test_an_ended_job_waits_for_nothing(queue: JobQueue) -> None:
    job = a_job()
    await queue.enqueue(job, max_waiting=1)
    await queue.cancel(job.id)
    assert await standing(queue, job) == Standing(
        state=JobState.CANCELLED, position=0, low_s=0, high_s=0
    )
    await queue.forget(job.id)
    assert (await standing(queue, job)).state is JobState.CANCELLED


async def test_more_live_workers_shorten_the_wait(queue: JobQueue, redis: Redis) -> None:
    jobs = [a_job() for _ in range(4)]
    for job in jobs:
        await queue.enqueue(job, max_waiting=4)
    assert (await standing(queue, jobs[3])).low_s == 40
    for name in ("one", "two"):
        await Presence(redis).announce(WorkerId(name), Offer(effects=()), timedelta(seconds=30))
    assert (await standing(queue, jobs[3])).low_s == 20


async def test_clips_that_took_longer_than_predicted_lengthen_the_wait(
    queue: JobQueue, redis: Redis
) -> None:
    for n in range(5):
        job = a_job()
        await queue.enqueue(job, max_waiting=1)
        claim = await queue.claim(WORKER, [LOOK], nonce=str(n))
        assert claim is not None
        record = prefix("main") + Key.JOB + job.id
        await redis.hincrby(record, "claimed_at", -30_000)
        await queue.finish(claim, success(job))
    job = a_job()
    await queue.enqueue(job, max_waiting=1)
    assert (await standing(queue, job)).low_s == pytest.approx(30, abs=2)


async def test_jobs_that_failed_say_nothing_about_pace(queue: JobQueue, redis: Redis) -> None:
    await queue.enqueue(a_job(), max_waiting=1)
    claim = await queue.claim(WORKER, [LOOK], nonce="n")
    assert claim is not None
    await queue.finish(claim, Failed(error="error"))
    assert await redis.keys(prefix("main") + Key.PACE + "*") == []
