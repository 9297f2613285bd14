"""The planner on a real queue: what it foretells, who leads, and whom it gives up."""

from __future__ import annotations

import asyncio
import heapq
import subprocess
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from redis.asyncio import Redis

from deploy.polling import wait_until
from engine.jobs.catalogue import Offer
from engine.jobs.job import Job, JobId, JobState, Standing, Variant, WorkerId
from engine.jobs.keys import Key, prefix
from engine.jobs.library import FunctionLibrary
from engine.jobs.order import USUAL_ORDER, Ability, Caps
from engine.jobs.outbox import Outbox
from engine.jobs.planning.calibration import FEWEST, KEPT, Calibration, ratio
from engine.jobs.planning.costs import CostKey
from engine.jobs.planning.forecast import after_switching, reload_seconds
from engine.jobs.planning.outlook import glimpse, understand
from engine.jobs.planning.plan import Planning
from engine.jobs.planning.planner import Planner
from engine.jobs.planning.store import PlanStore
from engine.jobs.planning.strays import Patience, Strays
from engine.jobs.planning.term import Term
from engine.jobs.presence import Presence
from engine.jobs.queue import Claim, JobQueue
from engine.jobs.refusal import RefusalCode
from tests.job_samples import LOOK, WORKER, a_job, able, success
from tests.valkey import ValkeyProcess

SOON_S = 60.0
LEADER = "planner-1"
MANY = Caps(person_waiting=1000, place_waiting=1000)
KEYS = prefix("main")
PLANNER_PROCESS = """
import asyncio, sys
from engine.jobs.connection import connect
from engine.jobs.planning.planner import Planner
asyncio.run(Planner(connect(sys.argv[1])).run())
"""


@pytest.fixture
def queue(redis: Redis) -> JobQueue:
    return JobQueue(redis)


@pytest.fixture
async def library(redis: Redis) -> FunctionLibrary:
    """The functions, for a planner that leads already."""
    await redis.set(KEYS + Key.PLANNER, LEADER)
    return FunctionLibrary(redis, pool="main")


@pytest.fixture
def term(redis: Redis, library: FunctionLibrary) -> Term:
    """A planner's time in the lead, to be led plan by plan."""
    return a_term(redis, library)


def a_term(redis: Redis, library: FunctionLibrary, calibration: Calibration | None = None) -> Term:
    return Term(
        library=library,
        store=PlanStore(redis, library, LEADER),
        queue=JobQueue(redis),
        planning=Planning(USUAL_ORDER, calibration or Calibration()),
        strays=Strays(Patience()),
        missed=lambda _: None,
        last={},
    )


@asynccontextmanager
async def planning(planner: Planner) -> AsyncGenerator[None]:
    running = asyncio.create_task(planner.run())
    try:
        yield
    finally:
        running.cancel()
        await asyncio.wait([running])
        assert running.cancelled()


async def soon(condition: Callable[[], Awaitable[object]]) -> None:
    async def holds() -> bool:
        return bool(await condition())

    assert await wait_until(holds, within_s=SOON_S)


async def planned(queue: JobQueue, job: Job) -> Standing | None:
    standing = await queue.standing(job.id)
    return standing if standing and standing.state is JobState.QUEUED else None


def model(need: str, cost_s: float = 10.0, frames: int = 0) -> tuple[Variant, ...]:
    return (Variant(name="recipe", needs=need, cost_s=cost_s, frames=frames),)


async def idle(redis: Redis, worker: str = WORKER, ability: Ability | None = None) -> None:
    """Have a worker come to work and find none."""
    name = WorkerId(worker)
    await Presence(redis).announce(name, Offer(effects=()), timedelta(minutes=10))
    assert await JobQueue(redis).claim(name, ability or able(LOOK), nonce="none") is None


async def claimed(queue: JobQueue, nonce: str = "n") -> Claim:
    claim = await queue.claim(WORKER, able(LOOK), nonce=nonce)
    assert claim is not None
    return claim


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


async def test_one_record_that_cannot_be_read_spoils_no_plan(queue: JobQueue, redis: Redis) -> None:
    await idle(redis)
    await queue.enqueue(broken := a_job())
    await queue.enqueue(job := a_job(person="another"))
    await redis.hset(KEYS + Key.JOB + broken.id, "caps", "{")
    async with planning(Planner(redis)):
        await soon(lambda: planned(queue, job))


async def ended(queue: JobQueue, job: Job) -> bool:
    return await queue.state(job.id) is JobState.REFUSED


async def has_changed(redis: Redis, made: object) -> bool:
    return await redis.hget(KEYS + Key.PLAN, "*") != made


async def refused_with(redis: Redis) -> list[tuple[JobId, RefusalCode]]:
    entries = await Outbox(redis, "web").entries(wait=timedelta())
    outcomes = [(entry.job, entry.outcome) for entry in entries]
    assert all(outcome.kind == "refused" for _, outcome in outcomes)
    return [(job, it.refusal.code) for job, it in outcomes if it.kind == "refused"]
