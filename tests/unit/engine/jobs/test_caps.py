"""How many jobs of one person and one place are in the race, and what happens when one ends."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from redis.asyncio import Redis

from engine.jobs.job import JobState
from engine.jobs.keys import Key, prefix
from engine.jobs.refusal import Refusal, RefusalCode
from tests.desk import ROOMY, TWO_AT_A_TIME, Desk
from tests.job_samples import a_job


@pytest.fixture
def desk(redis: Redis) -> Desk:
    return Desk(redis)


async def test_a_person_has_no_more_in_the_race_than_the_cap_while_others_wait(
    desk: Desk,
) -> None:
    for number in range(4):
        await desk.ask(f"eager {number}", person="eager", caps=TWO_AT_A_TIME)
    for number in range(3):
        await desk.ask(f"other {number}")
    taken = [(await desk.take()).job.person for _ in range(5)]
    assert taken.count("eager") == 2


async def test_a_place_has_no_more_in_the_race_than_the_cap_while_others_wait(
    desk: Desk,
) -> None:
    caps = replace(ROOMY, place_running=2)
    for number in range(4):
        await desk.ask(f"group {number}", place="group", caps=caps)
    for number in range(3):
        await desk.ask(f"other {number}", caps=caps)
    taken = [(await desk.take()).job.place for _ in range(5)]
    assert taken.count("group") == 2


async def test_an_idle_worker_takes_a_job_over_the_cap(desk: Desk) -> None:
    for number in range(3):
        await desk.ask(f"eager {number}", person="eager", caps=TWO_AT_A_TIME)
    claims = [await desk.take() for _ in range(3)]
    assert [claim.why for claim in claims] == ["head", "head", "borrow"]
    assert claims[2].job.id == "eager 2"


@pytest.mark.parametrize("end", ["finish", "cancel", "refuse"])
async def test_a_job_that_ends_lets_the_next_of_its_person_into_the_race(
    desk: Desk, end: str
) -> None:
    caps = replace(ROOMY, person_running=1)
    await desk.ask("first", person="eager", caps=caps)
    await desk.ask("second", person="eager", caps=caps)
    await desk.ask("other")
    job = a_job("first").id
    if end == "finish":
        assert await desk.serve() == job
    elif end == "cancel":
        assert await desk.queue.cancel(job) is JobState.CANCELLED
    else:
        assert await desk.queue.refuse(job, Refusal(RefusalCode.NO_WORKER))
    claims = [await desk.take() for _ in range(2)]
    assert {claim.job.id for claim in claims} == {"second", "other"}
    assert [claim.why for claim in claims] == ["head", "head"]


async def test_a_job_that_ends_lets_the_next_of_its_place_into_the_race(desk: Desk) -> None:
    caps = replace(ROOMY, place_running=1)
    await desk.ask("1 first", place="group", caps=caps)
    await desk.ask("2 of another person", place="group", caps=caps)
    await desk.ask("3 elsewhere")
    assert await desk.serve() == "1 first"
    claims = [await desk.take() for _ in range(2)]
    assert {claim.job.id for claim in claims} == {"2 of another person", "3 elsewhere"}
    assert [claim.why for claim in claims] == ["head", "head"]


async def test_a_parked_job_whose_place_is_full_lets_its_persons_next_one_by(desk: Desk) -> None:
    caps = replace(ROOMY, person_running=1, place_running=1)
    await desk.ask("in group", place="group", caps=caps)
    await desk.ask("running", person="eager", caps=caps)
    await desk.ask("blocked", person="eager", place="group", caps=caps)
    await desk.ask("free to go", person="eager", caps=caps)
    served = [await desk.take(), await desk.take()]
    await desk.finish(next(claim for claim in served if claim.job.id == "running"))
    claim = await desk.take()
    assert (claim.job.id, claim.why) == ("free to go", "head")


# Jobs that come back.


@pytest.mark.parametrize("end", ["retry", "hand_back", "reap"])
async def test_a_job_that_comes_back_keeps_its_turn_and_its_slot(desk: Desk, end: str) -> None:
    caps = replace(ROOMY, person_running=1)
    await desk.ask("first", person="eager", caps=caps)
    await desk.ask("behind", person="eager", caps=caps)
    await desk.ask("other")
    claim = await desk.take()
    assert claim.job.id == "first"
    if end == "retry":
        assert await desk.queue.retry(claim, "error")
    elif end == "hand_back":
        assert await desk.queue.hand_back(claim)
    else:
        await desk.redis.zadd(prefix("main") + Key.LEASES, {"first": 1})
        assert await desk.queue.reap() == 1
    claims = [await desk.take() for _ in range(3)]
    assert [claim.job.id for claim in claims] == ["first", "other", "behind"]
    assert claims[2].why == "borrow"


async def test_a_class_is_not_charged_for_work_that_came_to_nothing(desk: Desk) -> None:
    for number in range(9):
        await desk.ask(f"paid {number}", job_class="paid")
        await desk.ask(f"free {number}", job_class="free")
    taken = Counter[str]()
    for _ in range(9 + 9):
        claim = await desk.take()
        taken[claim.job.job_class] += 1
        if claim.job.job_class == "paid":
            await desk.queue.hand_back(claim)
        else:
            await desk.finish(claim)
    assert taken == {"free": 1, "paid": 17}, "what paid never got counted against it"
