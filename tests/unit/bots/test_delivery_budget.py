"""The budget: results have the right of way, progress gets what is left, refusals are heeded."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.chat import PlaceId
from bots.delivery.budget import Budget, Rate
from engine.jobs.job import JobId
from tests.unit.bots.stopwatch import Stopwatch

HERE, THERE = PlaceId("telegram:-1"), PlaceId("telegram:-2")
ONE, TWO, THREE = JobId("one"), JobId("two"), JobId("three")
GROUP = Rate(every_s=4.0, burst=5, kept=3)


@pytest.fixture
def clock() -> Stopwatch:
    return Stopwatch()


def held_to(rate: Rate, clock: Stopwatch) -> Budget:
    return Budget(lambda _: rate, clock)


async def test_a_place_without_a_limit_takes_everything(clock: Stopwatch) -> None:
    budget = Budget(now_s=clock)
    for _ in range(100):
        assert await budget.turn(HERE, ONE) == 0
        assert await budget.spare(HERE, TWO)


async def test_results_are_let_go_at_the_rate_of_their_place(clock: Stopwatch) -> None:
    budget = held_to(Rate(every_s=3.0, burst=2), clock)
    jobs = [JobId(f"job-{number}") for number in range(4)]
    assert [await budget.turn(HERE, job) for job in jobs] == [0, 0, 3, 6]


async def test_a_result_that_waits_has_its_turn_kept(clock: Stopwatch) -> None:
    budget = held_to(Rate(every_s=3.0), clock)
    await budget.turn(HERE, ONE)
    assert await budget.turn(HERE, TWO) == 3
    clock.s += 1
    assert await budget.turn(HERE, TWO) == 2
    clock.s += 2
    assert await budget.turn(HERE, THREE) == 3
    assert await budget.turn(HERE, TWO) == 0


async def test_progress_leaves_room_for_results(clock: Stopwatch) -> None:
    budget = held_to(GROUP, clock)
    assert [await budget.spare(HERE, ONE) for _ in range(4)] == [True, True, False, False]
    assert [await budget.turn(HERE, TWO) for _ in range(3)] == [0, 0, 0]


async def test_progress_is_dropped_while_results_wait(clock: Stopwatch) -> None:
    budget = held_to(Rate(every_s=3.0), clock)
    for job in (ONE, TWO):
        await budget.turn(HERE, job)
    clock.s += 3
    assert not await budget.spare(HERE, THREE)
    assert await budget.turn(HERE, TWO) == 0


async def test_those_in_one_place_take_turns_with_their_progress(clock: Stopwatch) -> None:
    budget = held_to(GROUP, clock)
    shown: Counter[JobId] = Counter()
    for _ in range(120):
        for job in (ONE, TWO, THREE):
            shown[job] += await budget.spare(HERE, job)
        clock.s += 1
    assert shown.total() == pytest.approx(30, abs=2)
    assert max(shown.values()) - min(shown.values()) <= 1


async def test_one_that_wants_no_more_progress_does_not_hold_up_the_others(
    clock: Stopwatch,
) -> None:
    budget = held_to(Rate(every_s=4.0), clock)
    assert [await budget.spare(HERE, job) for job in (ONE, TWO, THREE)] == [True, False, False]
    clock.s += 4
    assert await budget.spare(HERE, THREE)


async def test_a_refusal_closes_its_place_and_no_other(clock: Stopwatch) -> None:
    budget = Budget(now_s=clock)
    await budget.refused(HERE, 30)
    assert await budget.turn(HERE, ONE) == 30
    assert not await budget.spare(HERE, TWO)
    assert await budget.turn(THERE, THREE) == 0


async def test_after_a_refusal_what_has_waited_goes_one_by_one(clock: Stopwatch) -> None:
    budget = Budget(now_s=clock)
    await budget.refused(HERE, 30)
    assert [await budget.turn(HERE, job) for job in (ONE, TWO, THREE)] == [30, 31, 32]


async def test_turns_that_were_given_before_a_refusal_are_given_anew(clock: Stopwatch) -> None:
    budget = held_to(Rate(every_s=3.0), clock)
    for job in (ONE, TWO):
        await budget.turn(HERE, job)
    await budget.refused(HERE, 60)
    clock.s += 3
    assert await budget.turn(HERE, TWO) == 57


async def test_a_place_that_has_rested_has_its_burst_again(clock: Stopwatch) -> None:
    budget = held_to(Rate(every_s=3.0, burst=2), clock)
    await budget.refused(HERE, 30)
    clock.s += 60
    assert [await budget.turn(HERE, job) for job in (ONE, TWO, THREE)] == [0, 0, 3]


asks = st.tuples(
    st.sampled_from(["turn", "spare"]),
    st.sampled_from([ONE, TWO, THREE]),
    st.floats(min_value=0, max_value=10),
)


@given(st.lists(asks, max_size=100))
async def test_no_minute_has_more_calls_than_the_rate_allows(
    asked: list[tuple[str, JobId, float]],
) -> None:
    clock = Stopwatch()
    budget = held_to(GROUP, clock)
    made: list[float] = []
    for kind, job, later_s in asked:
        clock.s += later_s
        if kind == "turn":
            went = await budget.turn(HERE, job) == 0
        else:
            went = await budget.spare(HERE, job)
        if went:
            made.append(clock.s)
    for start in made:
        assert sum(start <= call < start + 60 for call in made) <= GROUP.burst + 60 / GROUP.every_s
