"""The budget: results have the right of way, progress gets what is left, refusals are heeded.

Each sentence holds for the budget of one process and for the one that processes share.
"""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.chat import PlaceId
from bots.delivery.budget import CallBudget, Rate
from tests.unit.bots.budgets import Budgets, LocalBudgets, SharedBudgets

HERE, THERE = PlaceId("telegram:-1"), PlaceId("telegram:-2")
ONE, TWO, THREE = "one", "two", "three"
GROUP = Rate(every_s=4.0, burst=5, kept=3)


@pytest.fixture(params=["of one process", "shared"])
def budgets(request: pytest.FixtureRequest) -> Budgets:
    if request.param == "shared":
        return SharedBudgets(request.getfixturevalue("redis"))
    return LocalBudgets()


async def wait_s(budget: CallBudget, place: PlaceId, key: str) -> int:
    """Ask for a turn; to the second, because the server's time does not stand still."""
    return round(await budget.turn(place, key))


async def test_a_place_without_a_limit_takes_everything(budgets: Budgets) -> None:
    budget = budgets.held_to()
    for _ in range(100):
        assert await wait_s(budget, HERE, ONE) == 0
        assert await budget.spare(HERE, TWO)


async def test_results_are_let_go_at_the_rate_of_their_place(budgets: Budgets) -> None:
    budget = budgets.held_to(Rate(every_s=3.0, burst=2))
    jobs = [f"job-{number}" for number in range(4)]
    assert [await wait_s(budget, HERE, job) for job in jobs] == [0, 0, 3, 6]


async def test_a_result_that_waits_has_its_turn_kept(budgets: Budgets) -> None:
    budget = budgets.held_to(Rate(every_s=3.0))
    await wait_s(budget, HERE, ONE)
    assert await wait_s(budget, HERE, TWO) == 3
    await budgets.after(1)
    assert await wait_s(budget, HERE, TWO) == 2
    await budgets.after(2)
    assert await wait_s(budget, HERE, THREE) == 3
    assert await wait_s(budget, HERE, TWO) == 0


async def test_progress_leaves_room_for_results(budgets: Budgets) -> None:
    budget = budgets.held_to(GROUP)
    assert [await budget.spare(HERE, ONE) for _ in range(4)] == [True, True, False, False]
    assert [await wait_s(budget, HERE, TWO) for _ in range(3)] == [0, 0, 0]


async def test_progress_is_dropped_while_results_wait(budgets: Budgets) -> None:
    budget = budgets.held_to(Rate(every_s=3.0))
    for job in (ONE, TWO):
        await wait_s(budget, HERE, job)
    await budgets.after(3)
    assert not await budget.spare(HERE, THREE)
    assert await wait_s(budget, HERE, TWO) == 0


async def test_those_in_one_place_take_turns_with_their_progress(budgets: Budgets) -> None:
    budget = budgets.held_to(GROUP)
    shown: Counter[str] = Counter()
    for _ in range(120):
        for job in (ONE, TWO, THREE):
            shown[job] += await budget.spare(HERE, job)
        await budgets.after(1)
    assert shown.total() == pytest.approx(30, abs=2)
    assert max(shown.values()) - min(shown.values()) <= 1


async def test_one_that_wants_no_more_progress_does_not_hold_up_the_others(
    budgets: Budgets,
) -> None:
    budget = budgets.held_to(Rate(every_s=4.0, burst=2))
    shown = [await budget.spare(HERE, job) for job in (ONE, ONE, TWO, THREE)]
    assert shown == [True, True, False, False]
    await budgets.after(4)
    assert await budget.spare(HERE, THREE)


async def test_a_refusal_closes_its_place_and_no_other(budgets: Budgets) -> None:
    budget = budgets.held_to()
    await budget.refused(HERE, 30)
    assert await wait_s(budget, HERE, ONE) == 30
    assert not await budget.spare(HERE, TWO)
    assert await wait_s(budget, THERE, THREE) == 0


async def test_after_a_refusal_what_has_waited_goes_one_by_one(budgets: Budgets) -> None:
    budget = budgets.held_to()
    await budget.refused(HERE, 30)
    assert [await wait_s(budget, HERE, job) for job in (ONE, TWO, THREE)] == [30, 31, 32]


async def test_turns_that_were_given_before_a_refusal_are_given_anew(budgets: Budgets) -> None:
    budget = budgets.held_to(Rate(every_s=3.0))
    for job in (ONE, TWO):
        await wait_s(budget, HERE, job)
    await budget.refused(HERE, 60)
    await budgets.after(3)
    assert await wait_s(budget, HERE, TWO) == 57


async def test_a_place_that_has_rested_has_its_burst_again(budgets: Budgets) -> None:
    budget = budgets.held_to(Rate(every_s=3.0, burst=2))
    await budget.refused(HERE, 30)
    await budgets.after(60)
    assert [await wait_s(budget, HERE, job) for job in (ONE, TWO, THREE)] == [0, 0, 3]


async def test_a_refusal_is_not_cut_short_by_a_later_one(budgets: Budgets) -> None:
    budget = budgets.held_to()
    await budget.refused(HERE, 30)
    await budget.refused(HERE, 5)
    assert await wait_s(budget, HERE, ONE) == 30


async def test_all_places_together_are_held_to_the_rate_of_the_bot(budgets: Budgets) -> None:
    budget = budgets.held_to(overall=Rate(every_s=2.0, burst=2))
    places = [PlaceId(f"telegram:{number}") for number in range(4)]
    assert [await wait_s(budget, place, ONE) for place in places] == [0, 0, 2, 4]


async def test_a_result_that_waits_for_the_bot_has_its_turn_kept(budgets: Budgets) -> None:
    budget = budgets.held_to(Rate(every_s=1.0), overall=Rate(every_s=3.0))
    await budget.turn(HERE, ONE)
    assert await wait_s(budget, THERE, TWO) == 3
    await budgets.after(3)
    assert await wait_s(budget, HERE, THREE) == 3
    assert await budget.turn(THERE, TWO) == 0


async def test_a_result_that_waits_for_its_place_takes_no_call_from_other_places(
    budgets: Budgets,
) -> None:
    budget = budgets.held_to(Rate(every_s=60.0), overall=Rate(every_s=3.0))
    await budget.turn(HERE, ONE)
    assert await wait_s(budget, HERE, TWO) == 60
    await budgets.after(3)
    assert await budget.turn(THERE, THREE) == 0


async def test_progress_leaves_room_for_results_in_other_places(budgets: Budgets) -> None:
    budget = budgets.held_to(overall=GROUP)
    shown = [await budget.spare(HERE, ONE), await budget.spare(THERE, TWO)]
    assert [*shown, await budget.spare(THERE, THREE)] == [True, True, False]
    assert [await wait_s(budget, THERE, TWO) for _ in range(3)] == [0, 0, 0]


async def test_places_take_turns_with_their_progress(budgets: Budgets) -> None:
    budget = budgets.held_to(overall=GROUP)
    places = [PlaceId(f"telegram:{number}") for number in range(6)]
    shown: Counter[PlaceId] = Counter()
    for _ in range(240):
        for place in places:
            shown[place] += await budget.spare(place, ONE)
        await budgets.after(1)
    assert shown.total() == pytest.approx(60, abs=2)
    assert max(shown.values()) - min(shown.values()) <= 1


async def test_progress_that_its_place_has_no_call_for_holds_up_no_other_place(
    budgets: Budgets,
) -> None:
    budget = budgets.held_to(overall=Rate(every_s=2.0, burst=2))
    assert [await budget.spare(HERE, job) for job in (ONE, ONE, ONE)] == [True, True, False]
    await budget.refused(HERE, 60)
    await budgets.after(2)
    assert not await budget.spare(HERE, ONE)
    assert await budget.spare(THERE, TWO)


async def test_a_refusal_meant_for_the_bot_closes_every_place(budgets: Budgets) -> None:
    budget = budgets.held_to()
    await budget.refused_everywhere(30)
    assert await wait_s(budget, HERE, ONE) == 30
    assert await wait_s(budget, THERE, TWO) == 30
    assert not await budget.spare(THERE, THREE)
    await budgets.after(60)
    assert [await budget.turn(place, ONE) for place in (HERE, THERE)] == [0, 0]


async def test_what_is_no_job_has_its_turn_among_the_jobs(budgets: Budgets) -> None:
    budget = budgets.held_to(Rate(every_s=3.0))
    keys = [ONE, "update 4211 | /effects", 'page 2 of "effects" ✨']
    assert [await wait_s(budget, HERE, key) for key in keys] == [0, 3, 6]


asks = st.tuples(
    st.sampled_from(["turn", "spare"]),
    st.sampled_from([ONE, TWO, THREE]),
    st.floats(min_value=0, max_value=10),
)


@given(st.lists(asks, max_size=100))
async def test_no_minute_has_more_calls_than_the_rate_allows(
    asked: list[tuple[str, str, float]],
) -> None:
    budgets = LocalBudgets()
    budget = budgets.held_to(GROUP)
    made: list[float] = []
    for kind, job, later_s in asked:
        await budgets.after(later_s)
        if kind == "turn":
            went = await budget.turn(HERE, job) == 0
        else:
            went = await budget.spare(HERE, job)
        if went:
            made.append(budgets.clock.s)
    for start in made:
        assert sum(start <= call < start + 60 for call in made) <= GROUP.burst + 60 / GROUP.every_s
