from __future__ import annotations

from datetime import timedelta

import pytest
from redis.asyncio import Redis

from engine.jobs.errors import Refused
from engine.jobs.job import (
    Cancelled,
    Declined,
    Failed,
    JobId,
    JobState,
    Outcome,
    Progress,
    Variant,
)
from engine.jobs.keys import Key, prefix
from engine.jobs.outbox import Outbox
from engine.jobs.queue import Beat, Claim, Enqueued, JobQueue
from engine.jobs.refusal import Refusal, RefusalCode
from tests.job_samples import LOOK, OTHER_WORKER, WORKER, a_job, able, at_most, success

AT_ONCE = timedelta(milliseconds=1)
OTHER_LOOK = "look:robot"


@pytest.fixture
def queue(redis: Redis) -> JobQueue:
    return JobQueue(redis)


async def claimed(queue: JobQueue, nonce: str = "nonce") -> Claim:
    claim = await queue.claim(WORKER, able(LOOK), nonce=nonce)
    assert claim is not None
    return claim


async def outcomes(redis: Redis) -> list[tuple[JobId, Outcome]]:
    entries = await Outbox(redis, "web").entries(wait=AT_ONCE)
    return [(entry.job, entry.outcome) for entry in entries]


async def let_leases_run_out(redis: Redis) -> None:
    leases = prefix("main") + Key.LEASES
    running = await redis.zrange(leases, 0, -1)
    await redis.zadd(leases, {str(job): 1 for job in running})


async def test_a_job_comes_out_as_it_went_in(queue: JobQueue) -> None:
    job = a_job(prompt="雨 🌧 \x00 \"'", params={"speed": 1.5, "loop": True, "hue": "red"})
    await queue.enqueue(job, caps=at_most(1))
    claim = await claimed(queue)
    assert claim.job == job
    assert claim.variant == job.variants[0]
    assert claim.attempt == 1


async def test_enqueueing_twice_makes_one_job(queue: JobQueue) -> None:
    job = a_job()
    assert await queue.enqueue(job, caps=at_most(1)) == Enqueued(JobState.QUEUED, new=True)
    assert await queue.enqueue(job, caps=at_most(1)) == Enqueued(JobState.QUEUED, new=False)
    await claimed(queue)
    assert await queue.enqueue(job, caps=at_most(1)) == Enqueued(JobState.RUNNING, new=False)
    assert await queue.claim(OTHER_WORKER, able(LOOK), nonce="other") is None


async def test_a_person_at_their_cap_is_refused_until_a_job_ends(queue: JobQueue) -> None:
    first = a_job()
    await queue.enqueue(first, caps=at_most(2))
    await queue.enqueue(a_job(), caps=at_most(2))
    with pytest.raises(Refused) as refused:
        await queue.enqueue(a_job(), caps=at_most(2))
    assert refused.value.refusal == Refusal(RefusalCode.TOO_MANY_WAITING, {"limit": 2})
    await queue.enqueue(a_job(person="person-2"), caps=at_most(2))
    claim = await claimed(queue)
    with pytest.raises(Refused):
        await queue.enqueue(a_job(), caps=at_most(2))
    await queue.finish(claim, success(first))
    await queue.enqueue(a_job(), caps=at_most(2))


async def test_a_job_without_a_variant_is_not_taken(queue: JobQueue) -> None:
    job = a_job(variants=())
    with pytest.raises(ValueError, match="variant"):
        await queue.enqueue(job, caps=at_most(1))
    assert await queue.state(job.id) is None


async def test_the_oldest_job_is_claimed_first(queue: JobQueue) -> None:
    jobs = [a_job() for _ in range(3)]
    for job in jobs:
        await queue.enqueue(job, caps=at_most(3))
    assert [(await claimed(queue, str(n))).job for n in range(3)] == jobs


async def test_a_worker_gets_only_what_it_can_do(queue: JobQueue) -> None:
    first = a_job(variants=(Variant(name="look", needs=OTHER_LOOK, cost_s=1.0),))
    second = a_job()
    await queue.enqueue(first, caps=at_most(2))
    await queue.enqueue(second, caps=at_most(2))
    assert (await claimed(queue)).job == second
    assert await queue.claim(WORKER, able(LOOK), nonce="2") is None
    claim = await queue.claim(OTHER_WORKER, able(LOOK, OTHER_LOOK), nonce="3")
    assert claim is not None
    assert claim.job == first


async def test_the_first_variant_a_worker_can_do_is_made(queue: JobQueue) -> None:
    preferred = Variant(name="fine", needs="model:large", cost_s=60.0)
    fallback = Variant(name="quick", needs="model:small", cost_s=10.0)
    await queue.enqueue(a_job(variants=(preferred, fallback)), caps=at_most(2))
    await queue.enqueue(a_job(variants=(preferred, fallback)), caps=at_most(2))
    small = await queue.claim(WORKER, able("model:small"), nonce="1")
    assert small is not None
    assert small.variant == fallback
    both = await queue.claim(OTHER_WORKER, able("model:small", "model:large"), nonce="2")
    assert both is not None
    assert both.variant == preferred
    assert await queue.claim(WORKER, able("model:small", "model:large"), nonce="3") is None


async def test_what_a_model_is_wanted_for_is_not_drawn_by_whoever_has_none(
    queue: JobQueue,
) -> None:
    wanted = Variant(name="recipe", needs="model:large", cost_s=60.0)
    stand_in = Variant(name="look", needs=LOOK, cost_s=10.0)
    await queue.enqueue(a_job(variants=(stand_in,)))
    await queue.enqueue(a_job(variants=(wanted, stand_in)))
    drawn = await claimed(queue)
    assert drawn.variant == stand_in
    assert await queue.claim(WORKER, able(LOOK), nonce="2") is None
    filmed = await queue.claim(OTHER_WORKER, able(LOOK, "model:large"), nonce="3")
    assert filmed is not None
    assert filmed.variant == wanted
    assert filmed.job.variants == (wanted, stand_in)


async def test_the_same_nonce_gives_the_same_claim(queue: JobQueue) -> None:
    await queue.enqueue(a_job(), caps=at_most(2))
    await queue.enqueue(a_job(), caps=at_most(2))
    first = await claimed(queue, "nonce-1")
    assert await claimed(queue, "nonce-1") == first
    assert (await claimed(queue, "nonce-2")).job != first.job


async def test_the_nonce_of_a_finished_claim_claims_anew(queue: JobQueue) -> None:
    first, second = a_job(), a_job()
    await queue.enqueue(first, caps=at_most(2))
    await queue.finish(await claimed(queue), success(first))
    await queue.enqueue(second, caps=at_most(2))
    assert (await claimed(queue)).job == second


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (success(a_job("job")), JobState.SUCCEEDED),
        (Declined(refusal=Refusal(RefusalCode.NO_FACE, {"faces": 0})), JobState.REFUSED),
        (Failed(error="out of memory"), JobState.FAILED),
        (Cancelled(), JobState.CANCELLED),
    ],
)
async def test_a_finished_job_has_its_outcome_in_the_outbox_once(
    queue: JobQueue, redis: Redis, outcome: Outcome, state: JobState
) -> None:
    job = a_job("job")
    await queue.enqueue(job, caps=at_most(1))
    claim = await claimed(queue)
    assert await queue.finish(claim, outcome)
    assert await queue.finish(claim, outcome)
    assert await queue.state(job.id) is state
    assert await outcomes(redis) == [(job.id, outcome)]


async def test_a_stale_worker_cannot_finish_or_give_back(queue: JobQueue, redis: Redis) -> None:
    job = a_job()
    await queue.enqueue(job, caps=at_most(1))
    stale = await claimed(queue)
    await let_leases_run_out(redis)
    assert await queue.reap() == 1
    fresh = await queue.claim(OTHER_WORKER, able(LOOK), nonce="fresh")
    assert fresh is not None
    assert fresh.token > stale.token
    assert fresh.attempt == 2
    assert await queue.beat(stale) is Beat.LOST
    assert not await queue.finish(stale, success(job))
    assert not await queue.hand_back(stale)
    assert not await queue.retry(stale, "late")
    assert await queue.beat(fresh) is Beat.HELD
    assert await queue.finish(fresh, success(job))
    assert await outcomes(redis) == [(job.id, success(job))]


async def test_a_beat_keeps_the_lease(queue: JobQueue, redis: Redis) -> None:
    await queue.enqueue(a_job(), caps=at_most(1))
    claim = await claimed(queue)
    await let_leases_run_out(redis)
    assert await queue.beat(claim) is Beat.HELD
    assert await queue.reap() == 0


async def test_a_beat_stores_progress_until_the_job_ends(queue: JobQueue) -> None:
    job = a_job()
    await queue.enqueue(job, caps=at_most(1))
    claim = await claimed(queue)
    assert await queue.last_progress(job.id) is None
    progress = Progress(job=job.id, stage="rendering", fraction=0.25, left_s=6.0)
    await queue.beat(claim, progress)
    await queue.beat(claim)
    assert await queue.last_progress(job.id) == progress
    await queue.finish(claim, success(job))
    assert await queue.last_progress(job.id) is None


async def test_a_job_that_lost_its_worker_has_no_progress(queue: JobQueue) -> None:
    job = a_job()
    await queue.enqueue(job, caps=at_most(1))
    claim = await claimed(queue)
    await queue.beat(claim, Progress(job=job.id, stage="rendering", fraction=0.5))
    await queue.hand_back(claim)
    assert await queue.last_progress(job.id) is None


async def test_a_job_that_kills_its_workers_fails_after_three_attempts(
    queue: JobQueue, redis: Redis
) -> None:
    job = a_job()
    await queue.enqueue(job, caps=at_most(1))
    for attempt in (1, 2, 3):
        assert (await claimed(queue, str(attempt))).attempt == attempt
        await let_leases_run_out(redis)
        assert await queue.reap() == 1
    assert await queue.state(job.id) is JobState.FAILED
    [(_, outcome)] = await outcomes(redis)
    assert outcome == Failed(error="its worker stopped answering, in attempt 3")
    assert await queue.reap() == 0


async def test_a_retried_job_fails_with_the_last_error(queue: JobQueue, redis: Redis) -> None:
    job = a_job()
    await queue.enqueue(job, caps=at_most(1))
    for attempt in (1, 2, 3):
        claim = await claimed(queue, str(attempt))
        assert await queue.retry(claim, f"error {attempt}")
        assert await queue.retry(claim, f"error {attempt}")
    assert await outcomes(redis) == [(job.id, Failed(error="error 3"))]


async def test_a_job_handed_back_keeps_its_place_and_its_attempts(queue: JobQueue) -> None:
    first, second = a_job(), a_job()
    await queue.enqueue(first, caps=at_most(2))
    await queue.enqueue(second, caps=at_most(2))
    claim = await claimed(queue, "1")
    assert await queue.hand_back(claim)
    assert await queue.hand_back(claim)
    again = await claimed(queue, "2")
    assert again.job == first
    assert again.attempt == 1


async def test_cancelling_a_queued_job_ends_it_at_once(queue: JobQueue, redis: Redis) -> None:
    job = a_job()
    await queue.enqueue(job, caps=at_most(1))
    assert await queue.cancel(job.id) is JobState.CANCELLED
    assert await queue.cancel(job.id) is JobState.CANCELLED
    assert await outcomes(redis) == [(job.id, Cancelled())]
    assert await queue.claim(WORKER, able(LOOK), nonce="n") is None


async def test_cancelling_a_running_job_tells_its_worker(queue: JobQueue, redis: Redis) -> None:
    job = a_job()
    await queue.enqueue(job, caps=at_most(1))
    claim = await claimed(queue)
    assert await queue.cancel(job.id) is JobState.RUNNING
    assert await queue.beat(claim) is Beat.CANCEL
    assert await outcomes(redis) == []
    assert await queue.finish(claim, Cancelled())
    assert await outcomes(redis) == [(job.id, Cancelled())]


async def test_a_clip_that_is_done_wins_over_a_late_cancel(queue: JobQueue, redis: Redis) -> None:
    job = a_job()
    await queue.enqueue(job, caps=at_most(1))
    claim = await claimed(queue)
    await queue.cancel(job.id)
    assert await queue.finish(claim, success(job))
    assert await queue.cancel(job.id) is JobState.SUCCEEDED
    assert await outcomes(redis) == [(job.id, success(job))]


@pytest.mark.parametrize("end", ["reap", "retry", "hand_back"])
async def test_a_cancelled_job_that_loses_its_worker_is_not_queued_again(
    queue: JobQueue, redis: Redis, end: str
) -> None:
    job = a_job()
    await queue.enqueue(job, caps=at_most(1))
    claim = await claimed(queue)
    await queue.cancel(job.id)
    if end == "reap":
        await let_leases_run_out(redis)
        await queue.reap()
    elif end == "retry":
        await queue.retry(claim, "error")
    else:
        await queue.hand_back(claim)
    assert await outcomes(redis) == [(job.id, Cancelled())]


async def test_an_unknown_job_has_no_state(queue: JobQueue) -> None:
    nobody = JobId("nobody")
    assert await queue.cancel(nobody) is None
    assert await queue.state(nobody) is None
    assert await queue.standing(nobody) is None
    await queue.forget(nobody)
    assert await queue.state(nobody) is None


async def test_a_forgotten_job_leaves_a_tombstone_for_a_day(queue: JobQueue, redis: Redis) -> None:
    job = a_job()
    await queue.enqueue(job, caps=at_most(1))
    claim = await claimed(queue)
    await queue.finish(claim, success(job))
    await queue.forget(job.id)
    await queue.forget(job.id)
    record = prefix("main") + Key.JOB + job.id
    assert not await redis.hexists(record, "payload")
    assert 23 * 3600 < await redis.ttl(record) <= 24 * 3600
    again = await queue.enqueue(job, caps=at_most(1))
    assert again == Enqueued(JobState.SUCCEEDED, new=False)
    assert await queue.finish(claim, success(job))
    assert await queue.cancel(job.id) is JobState.SUCCEEDED


async def test_an_unfinished_job_is_not_forgotten(queue: JobQueue) -> None:
    job = a_job()
    await queue.enqueue(job, caps=at_most(1))
    await queue.forget(job.id)
    claim = await claimed(queue)
    await queue.forget(job.id)
    assert claim.job == job
    assert await queue.finish(claim, success(job))


async def test_a_job_that_nobody_can_do_is_refused(queue: JobQueue, redis: Redis) -> None:
    job, refusal = a_job(), Refusal(RefusalCode.NO_WORKER)
    await queue.enqueue(job)
    assert await queue.refuse(job.id, refusal)
    assert await queue.refuse(job.id, refusal)
    assert await outcomes(redis) == [(job.id, Declined(refusal=refusal))]
    assert await queue.claim(WORKER, able(LOOK), nonce="n") is None


async def test_a_job_under_way_is_not_refused(queue: JobQueue, redis: Redis) -> None:
    job = a_job()
    await queue.enqueue(job)
    await claimed(queue)
    assert not await queue.refuse(job.id, Refusal(RefusalCode.NO_WORKER))
    assert await outcomes(redis) == []


async def test_pools_do_not_see_each_other(redis: Redis) -> None:
    here, there = JobQueue(redis, pool="here"), JobQueue(redis, pool="there")
    job = a_job()
    await here.enqueue(job, caps=at_most(1))
    assert await there.claim(WORKER, able(LOOK), nonce="n") is None
    assert await there.state(job.id) is None
    assert (await claimed(here)).job == job
