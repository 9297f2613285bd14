"""The forecast: who starts when, of jobs that are known."""

from __future__ import annotations

import pytest

from engine.jobs.order import Ability, Caps
from engine.jobs.planning.fair import FairOrder
from engine.jobs.planning.forecast import Hand, Start, after_switching, forecast, reload_seconds
from engine.jobs.planning.waiting import Entry

NOW_S = 1000.0
BOTH = Ability(switch_s={"a": 0.0, "b": 20.0})


def entry(number: int, *needs: str, cost_s: float = 10.0, **changes: object) -> Entry:
    usual: dict[str, object] = {
        "id": f"job-{number}",
        "number": number,
        "lane": "free",
        "person": f"person-{number}",
        "place": f"place-{number}",
        "variants": tuple((need, cost_s) for need in needs or ("a",)),
    }
    return Entry(**(usual | changes))  # pyright: ignore[reportArgumentType]


def hand(name: str = "one", ability: Ability = BOTH, free_in_s: float = 0.0) -> Hand:
    return Hand(name=name, ability=ability, free_at_s=NOW_S + free_in_s)


def queued(*entries: Entry) -> FairOrder:
    order = FairOrder()
    for each in entries:
        order.add(each, NOW_S)
    return order


def waits(starts: dict[str, Start]) -> dict[str, tuple[int, float]]:
    return {name: (start.place, start.wait_s) for name, start in starts.items()}


def test_one_worker_does_one_job_after_the_other() -> None:
    starts = forecast(queued(*map(entry, (1, 2, 3))), [hand(free_in_s=4.0)], NOW_S)
    assert waits(starts) == {"job-1": (1, 4.0), "job-2": (2, 14.0), "job-3": (3, 24.0)}


def test_two_workers_share_the_queue() -> None:
    starts = forecast(queued(*map(entry, (1, 2, 3))), [hand("one"), hand("two")], NOW_S)
    assert waits(starts) == {"job-1": (1, 0.0), "job-2": (2, 0.0), "job-3": (3, 10.0)}


def test_switching_takes_its_time_once() -> None:
    starts = forecast(queued(entry(1, "b"), entry(2, "b")), [hand()], NOW_S)
    assert starts["job-1"].switch_s == 20.0
    assert starts["job-2"].switch_s == 0.0
    assert waits(starts) == {"job-1": (1, 0.0), "job-2": (2, 30.0)}


def test_a_job_that_nobody_can_do_does_not_start() -> None:
    assert forecast(queued(entry(1, "c")), [hand()], NOW_S) == {}
    assert forecast(queued(entry(1)), [], NOW_S) == {}


def test_a_place_counts_only_those_in_the_same_line() -> None:
    look, model = Ability(switch_s={"look": 0.0}), Ability(switch_s={"model": 0.0}, device="cuda")
    order = queued(
        entry(1, "model"), entry(2, "model"), entry(3, "look"), entry(4, "model", "look")
    )
    starts = forecast(order, [hand("cpu", look), hand("gpu", model)], NOW_S)
    assert starts["job-3"].place == 1
    assert starts["job-3"].device == "cpu"
    assert starts["job-2"].place == 2
    assert starts["job-4"].place == 3  # it could go either way, so both lines are before it


def test_a_person_over_their_cap_is_behind_others_who_came_later() -> None:
    caps = Caps(person_running=1)
    mine = [entry(n, person="me", caps=caps) for n in (1, 2, 3)]
    starts = forecast(queued(*mine, entry(4), entry(5)), [hand()], NOW_S)
    assert sorted(starts, key=lambda name: starts[name].place) == [
        "job-1", "job-4", "job-5", "job-2", "job-3"
    ]  # fmt: skip


def test_real_working_times_are_used_where_they_are_known() -> None:
    starts = forecast(
        queued(entry(1), entry(2)), [hand()], NOW_S, working_s=lambda pick, _: 3 * pick.cost_s
    )
    assert starts["job-2"].wait_s == 30.0


def test_what_a_worker_puts_aside_has_to_be_loaded_again() -> None:
    switched = after_switching(BOTH, "b", {"a": 15.0, "b": 20.0})
    assert switched.switch_s == {"a": 15.0, "b": 0.0}
    assert after_switching(BOTH, "a", {"a": 15.0}) == BOTH


def test_what_costs_nobody_anything_is_never_put_aside() -> None:
    ability = Ability(switch_s={"look": 0.0, "b": 20.0})
    assert reload_seconds([ability]) == {"look": 0.0, "b": 20.0}
    assert after_switching(ability, "b", reload_seconds([ability])).switch_s["look"] == 0.0


def test_reloading_costs_the_least_that_anyone_names() -> None:
    cold = Ability(switch_s={"a": 20.0, "b": 0.0})
    warm = Ability(switch_s={"a": 4.0, "b": 20.0})
    assert reload_seconds([cold, warm, BOTH]) == {"a": 4.0, "b": 20.0}


@pytest.mark.parametrize("workers", [1, 3])
def test_every_job_starts_once_and_places_count_up(workers: int) -> None:
    order = queued(*(entry(n, "ab"[n % 2], cost_s=5 + n % 7) for n in range(40)))
    starts = forecast(order, [hand(f"w{n}") for n in range(workers)], NOW_S)
    assert sorted(start.place for start in starts.values()) == list(range(1, 41))
    by_place = sorted(starts.values(), key=lambda start: start.place)
    assert [s.wait_s for s in by_place] == sorted(s.wait_s for s in by_place)
