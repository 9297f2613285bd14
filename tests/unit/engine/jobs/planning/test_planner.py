"""The planner on a real queue: what it foretells."""

from __future__ import annotations

import heapq
from dataclasses import replace

import pytest
from redis.asyncio import Redis

from engine.jobs.job import JobId, WorkerId
from engine.jobs.keys import Key
from engine.jobs.library import FunctionLibrary
from engine.jobs.order import Ability
from engine.jobs.planning.calibration import ratio
from engine.jobs.planning.costs import CostKey
from engine.jobs.planning.forecast import after_switching, reload_seconds
from engine.jobs.planning.outlook import glimpse, understand
from engine.jobs.planning.planner import Planner
from engine.jobs.planning.term import Term
from engine.jobs.queue import Claim, JobQueue
from tests.job_samples import LOOK, a_job, able, success
from tests.unit.engine.jobs.planning.planners import (
    KEYS,
    MANY,
    a_term,
    claimed,
    idle,
    model,
    planned,
    planning,
    soon,
)


async def test_everybody_queued_is_told_a_place_and_a_wait(queue: JobQueue, redis: Redis) -> None:
    await idle(redis)
    jobs = [a_job(person=f"person-{n}") for n in range(3)]
    for job in jobs:
        await queue.enqueue(job)
    await claimed(queue)
    async with planning(Planner(redis)):
        await soon(lambda: planned(queue, jobs[2]))
        second, third = await queue.standings([jobs[1].id, jobs[2].id])
    assert second is not None
    assert third is not None
    assert (second.position, third.position) == (1, 2)
    assert 0 < second.low_s < second.high_s < third.high_s


async def test_whoever_comes_later_is_planned_soon(queue: JobQueue, redis: Redis) -> None:
    await idle(redis)
    async with planning(Planner(redis)):
        await queue.enqueue(first := a_job())
        await soon(lambda: planned(queue, first))
        await queue.enqueue(second := a_job(person="another"))
        await soon(lambda: planned(queue, second))


async def test_a_plan_is_what_then_happens_in_a_mixed_fleet(
    queue: JobQueue, redis: Redis, library: FunctionLibrary
) -> None:
    fleet = {
        WorkerId("cpu"): able("look"),
        WorkerId("gpu"): Ability(switch_s={"look": 0.0, "a": 20.0, "b": 20.0}),
        WorkerId("big"): Ability(switch_s={"a": 20.0, "b": 20.0, "c": 30.0}),
    }
    for worker, ability in fleet.items():
        await idle(redis, worker, ability)
    for number in range(48):
        job = a_job(
            variants=model(("look", "a", "b", "c", "look")[number % 5], 4.0 + number % 11),
            person=f"person-{number % 9}",
            place=f"place-{number % 7}",
            job_class=("free", "paid", "free", "challenge")[number % 4],
        )
        await queue.enqueue(job, caps=MANY)
    term = a_term(redis, library)
    assert await term.plan()

    expected = {job: it.planned_s for job, it in term.last.items()}
    assert len(expected) == 48
    assert await real_starts(queue, fleet) == pytest.approx(expected, abs=0.06)


async def real_starts(queue: JobQueue, fleet: dict[WorkerId, Ability]) -> dict[str, float]:
    """Have a fleet do all that is queued on a clock of our own; when each job was begun."""
    reload_s = reload_seconds(fleet.values())
    starts: dict[str, float] = {}
    free = [(0.0, worker) for worker in sorted(fleet)]
    doing: dict[WorkerId, tuple[Claim, float]] = {}
    while free:
        moment_s, worker = heapq.heappop(free)
        if worker in doing:
            claim, cost_s = doing.pop(worker)
            assert await queue.finish(claim, replace(success(claim.job), took_s=cost_s))
        claim = await queue.claim(worker, fleet[worker], nonce=f"{moment_s}")
        if claim is None:
            continue
        need, cost_s = claim.variant.needs, claim.variant.cost_s
        starts[claim.job.id] = moment_s
        doing[worker] = (claim, cost_s)
        heapq.heappush(free, (moment_s + fleet[worker].switch_s[need] + cost_s, worker))
        fleet[worker] = after_switching(fleet[worker], need, reload_s)
    return starts


async def test_a_running_job_is_waited_for_as_long_as_its_like_took(
    queue: JobQueue, term: Term
) -> None:
    for number in range(5):
        await queue.enqueue(a_job(person=f"before-{number}"))
        claim = await claimed(queue, nonce=f"{number}")
        await queue.finish(claim, replace(success(claim.job), took_s=600.0))
    await queue.enqueue(a_job(person="now"))
    await queue.enqueue(behind := a_job(person="behind"))
    await claimed(queue)

    assert await term.plan()
    assert term.last[behind.id].planned_s == pytest.approx(600.0, abs=60.0)
    costs = await term.store.costs()
    assert costs.expect(CostKey(LOOK, "cpu", 512, 0), 10.0).usual == 600.0


async def test_a_worker_that_films_beside_finishing_is_free_when_it_has_done_both(
    queue: JobQueue, redis: Redis, term: Term
) -> None:
    jobs = [a_job(person=f"person-{n}", variants=model(LOOK, 10.0)) for n in range(3)]
    for job in jobs:
        await queue.enqueue(job)
    finished, filmed = [await claimed(queue, nonce=nonce) for nonce in "ab"]
    record = KEYS + Key.JOB + finished.job.id
    await redis.hincrby(record, "claimed_at", -9_000)

    assert await term.plan()
    (behind,) = {job.id for job in jobs} - {finished.job.id, filmed.job.id}
    assert term.last[behind].planned_s == pytest.approx(11.0, abs=1.0)


async def test_what_was_foretold_is_compared_with_what_came(
    queue: JobQueue, redis: Redis, term: Term
) -> None:
    missed: list[float] = []
    term.missed = missed.append
    jobs = [a_job(person=f"person-{n}", job_class="paid") for n in range(3)]
    for job in jobs:
        await queue.enqueue(job)
    await idle(redis, "nobody", able("model:x"))
    await claimed(queue)
    assert await term.plan()
    foretold = term.last[jobs[1].id]
    assert foretold.planned_s > 5
    await claimed(queue, nonce="too soon")
    assert await term.plan()

    assert len(missed) == 1
    expected = ratio(foretold.planned_s, foretold.planned_s - missed[0])
    ratios = await redis.lrange(KEYS + Key.CALIBRATION + "paid", 0, -1)
    assert [float(each) for each in ratios] == [pytest.approx(expected)]
    assert expected < 1


async def test_a_job_that_was_cancelled_teaches_nothing(
    queue: JobQueue, redis: Redis, term: Term
) -> None:
    await idle(redis)
    await queue.enqueue(job := a_job())
    assert await term.plan()
    await queue.cancel(job.id)
    assert await term.plan()
    assert term.last == {}
    assert await redis.keys(KEYS + Key.CALIBRATION + "*") == []


async def test_what_hardly_changes_is_told_as_before(
    queue: JobQueue, redis: Redis, term: Term
) -> None:
    await idle(redis)
    jobs = [a_job(person=f"person-{n}", place=f"place-{n}") for n in range(30)]
    for job in jobs:
        await queue.enqueue(job)
    assert await term.plan()
    before = term.last
    assert await term.plan()
    assert term.last[jobs[29].id] == before[jobs[29].id]


async def test_falling_back_a_little_is_told_only_to_who_was_first(
    queue: JobQueue, redis: Redis, term: Term
) -> None:
    await idle(redis)
    jobs = [a_job(person=f"person-{n}", place=f"place-{n}") for n in range(6)]
    for job in jobs:
        await queue.enqueue(job)
    assert await term.plan()
    in_line = sorted(term.last, key=lambda job: term.last[job].place)
    await queue.enqueue(a_job(person="paid", place="paid", job_class="paid"))
    assert await term.plan()
    assert [term.last[job].place for job in in_line] in (
        [1, 3, 3, 4, 5, 6],  # the paid one comes second
        [2, 3, 3, 4, 5, 6],  # or first
    )


async def test_only_so_many_jobs_are_read_and_some_of_every_lane(
    queue: JobQueue, redis: Redis, library: FunctionLibrary, term: Term
) -> None:
    await idle(redis)
    for number in range(40):
        await queue.enqueue(a_job(person=f"person-{number}", place=f"place-{number}"))
    for _ in range(12):
        await queue.enqueue(a_job(person="one", place="one"), caps=MANY)
    await queue.enqueue(paid := a_job(person="paid", place="paid", job_class="paid"))
    outlook = understand(await glimpse(library, most_ready=10, most_parked=5))

    assert len(outlook.rows) == 5 + 1 + 5
    assert paid.id in outlook.rows
    made = term.planning.make(outlook, await term.store.costs(), {})
    await term.store.write(made.whole, made.jobs)
    last = await queue.standing(JobId(max(outlook.rows, key=lambda n: outlook.rows[n].number)))
    beyond = await queue.standings([job for job in await queued(queue) if job not in made.jobs])
    assert last is not None
    assert len(beyond) == 53 - 11
    assert all(it and it.position > 11 and it.high_s > last.low_s for it in beyond)


async def queued(queue: JobQueue) -> list[JobId]:
    library = queue._library  # pyright: ignore[reportPrivateUsage]
    return [JobId(name) for name in await library.call("plan_stretch", 0, -1)]


async def test_one_record_that_cannot_be_read_spoils_no_plan(queue: JobQueue, redis: Redis) -> None:
    await idle(redis)
    await queue.enqueue(broken := a_job())
    await queue.enqueue(job := a_job(person="another"))
    await redis.hset(KEYS + Key.JOB + broken.id, "caps", "{")
    async with planning(Planner(redis)):
        await soon(lambda: planned(queue, job))
