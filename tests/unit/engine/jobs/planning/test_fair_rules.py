from __future__ import annotations

from collections import Counter
from itertools import count

from engine.jobs.order import Ability, Caps, ClaimOrder
from engine.jobs.planning.fair import Account, Clock, FairOrder, Pick, Snapshot
from engine.jobs.planning.waiting import Entry, Tag

AMPLE = Caps(person_running=1000, place_running=1000)
PLAIN = ClaimOrder(affinity=0.0, crossing=0.0, shortness=0.0)
READY = Ability(switch_s={"a": 0.0, "b": 0.0})
HOLDS_A = Ability(switch_s={"a": 0.0, "b": 10.0})

_numbers = count(1)


def entry(
    person: str = "x",
    *needs: str,
    lane: str = "free",
    cost_s: float = 10.0,
    caps: Caps = AMPLE,
    place: str | None = None,
) -> Entry:
    number = next(_numbers)
    return Entry(
        id=f"{number:06d}",
        number=number,
        lane=lane,
        person=person,
        place=place or person,
        variants=tuple((need, cost_s) for need in needs or ("a",)),
        caps=caps,
    )


def order_of(*entries: Entry, rules: ClaimOrder = PLAIN) -> FairOrder:
    order = FairOrder(rules)
    for each in entries:
        order.add(each, 0.0)
    return order


def pick(order: FairOrder, ability: Ability = READY, now_s: float = 0.0) -> Pick:
    picked = order.pick("w", ability, now_s)
    assert picked is not None
    return picked


def made(order: FairOrder, picks: int, ability: Ability = READY) -> list[Pick]:
    """Let one worker make jobs, one after another, each as long as predicted."""
    done: list[Pick] = []
    for _ in range(picks):
        done.append(pick(order, ability))
        order.done(done[-1].entry, done[-1].cost_s, 0.0)
    return done


def test_whoever_asks_for_little_does_not_wait_for_whoever_asks_for_much() -> None:
    order = order_of(*(entry("heavy") for _ in range(50)))
    made(order, 3)
    order.add(entry("light"), 0.0)
    assert [p.entry.person for p in made(order, 2)] == ["light", "heavy"]


def test_who_came_first_is_first_among_equals() -> None:
    people = [f"person-{number}" for number in (3, 1, 2)]
    order = order_of(*(entry(person) for person in people))
    assert [p.entry.person for p in made(order, 3)] == people


def test_people_get_equal_seconds_and_not_equal_numbers() -> None:
    long = [entry("long", cost_s=30.0) for _ in range(30)]
    short = [entry("short", cost_s=10.0) for _ in range(30)]
    people = Counter(p.entry.person for p in made(order_of(*long, *short), 24))
    assert people == {"long": 6, "short": 18}


def test_what_a_job_really_took_counts_for_the_next() -> None:
    order = order_of(entry("unlucky"), entry("other"))
    for worked_s in (60.0, 10.0):
        order.done(pick(order).entry, worked_s, 0.0)
    order.add(entry("unlucky"), 0.0)
    order.add(entry("other"), 0.0)
    assert pick(order).entry.person == "other"


def test_classes_get_their_shares_while_all_of_them_wait() -> None:
    lanes = ("paid", "challenge", "free")
    order = order_of(*(entry(lane, lane=lane) for lane in lanes for _ in range(100)))
    assert Counter(p.entry.lane for p in made(order, 100)) == {
        "paid": 70,
        "challenge": 20,
        "free": 10,
    }


def test_a_class_that_had_nothing_waiting_brings_no_credit_along() -> None:
    order = order_of(*(entry("y", lane="free") for _ in range(40)))
    made(order, 20)
    for _ in range(20):
        order.add(entry("x", lane="challenge"), 0.0)
    assert Counter(p.entry.lane for p in made(order, 12)) == {"challenge": 9, "free": 3}


def test_a_loaded_job_overtakes_as_far_as_its_saving_goes() -> None:
    rules = ClaimOrder(affinity=2.0, crossing=0.0, shortness=0.0)
    first, one = entry("many", "a"), entry("one", "b")
    order = order_of(first, one, *(entry("many", "a") for _ in range(4)), rules=rules)
    whys = [(p.entry.person, p.why) for p in made(order, 4, HOLDS_A)]
    assert whys == [("many", "head"), ("many", "affinity"), ("one", "head"), ("many", "head")]


def test_a_model_that_another_worker_holds_counts_twice_to_switch_to() -> None:
    rules = ClaimOrder(affinity=2.0, crossing=0.0, shortness=0.0)
    first, one = entry("first", "b"), entry("one", "b")
    order = order_of(first, one, *(entry("many", "a") for _ in range(9)), rules=rules)
    elsewhere = order.pick("other", Ability(switch_s={"b": 0.0}), 0.0)
    assert elsewhere is not None
    people = [p.entry.person for p in made(order, 5, HOLDS_A)]
    assert people == ["many", "many", "many", "many", "one"]


def test_a_short_loaded_job_of_another_class_spares_a_switch() -> None:
    rules = ClaimOrder(affinity=2.0, crossing=100.0)
    order = order_of(entry("x", lane="challenge"), entry("y", lane="free"), rules=rules)
    made(order, 2, HOLDS_A)
    order.add(entry("payer", "b", lane="paid"), 0.0)
    order.add(entry("long", "a", lane="challenge", cost_s=20.5), 0.0)
    order.add(entry("short", "a", lane="free", cost_s=20.0), 0.0)
    first, second = (pick(order, HOLDS_A) for _ in range(2))
    assert (first.entry.person, first.why) == ("short", "crossing")
    assert (second.entry.person, second.why) == ("payer", "head")


def test_jobs_over_the_cap_stand_behind_their_own_persons() -> None:
    caps = Caps(person_running=1)
    first, second, third = (entry("x", caps=caps) for _ in range(3))
    order = order_of(first, second, third)
    assert order.is_parked(second)
    assert pick(order).entry == first
    order.done(first, 10.0, 0.0)
    assert not order.is_parked(second)
    assert order.is_parked(third)


def test_a_full_chat_parks_its_people_and_lets_the_first_in_that_may() -> None:
    caps = Caps(person_running=1, place_running=2)
    x1, y1, x2, z1 = (entry(p, caps=caps, place="chat") for p in ("x", "y", "x", "z"))
    order = order_of(x1, y1, x2, z1)
    order.done(pick(order).entry, 10.0, 0.0)
    assert not order.is_parked(x2)
    assert order.is_parked(z1)
    order.cancel(y1, 0.0)
    assert not order.is_parked(z1)


def test_an_idle_worker_borrows_a_parked_job_best_one_it_has_loaded() -> None:
    caps = Caps(person_running=1)
    entries = [entry("x", need, caps=caps) for need in ("a", "b", "a")]
    order = order_of(*entries)
    picks = [pick(order, HOLDS_A) for _ in entries]
    assert [(p.entry, p.why) for p in picks] == [
        (entries[0], "head"),
        (entries[2], "borrow"),
        (entries[1], "borrow"),
    ]


def test_overdue_jobs_go_first_but_get_no_more_than_their_part() -> None:
    rules = ClaimOrder(overdue_s=100.0, overdue_share=0.2, shortness=0.0)
    order = order_of(*(entry("late", lane="free") for _ in range(20)), rules=rules)
    for _ in range(40):
        order.add(entry("payer", lane="paid"), 50.0)
    whys = Counter(pick(order, now_s=100.0).why for _ in range(20))
    assert whys["overdue"] == 4


def test_a_parked_job_is_not_overdue_however_long_it_waits() -> None:
    rules = ClaimOrder(overdue_s=100.0)
    first, second = (entry("x", caps=Caps(person_running=1)) for _ in range(2))
    order = order_of(first, second, rules=rules)
    assert pick(order).entry == first
    order.done(first, 10.0, 1000.0)
    assert pick(order, now_s=1099.0).why == "head"
    order.put_back(second)
    assert pick(order, now_s=1100.0).why == "overdue"


def test_a_worker_sees_what_it_can_do_and_runs_the_first_variant_that_it_serves() -> None:
    order = order_of(entry("x", "big", "a"), entry("y", "big"))
    assert (pick(order).need, order.pick("w", READY, 0.0)) == ("a", None)
    picked = order.pick("w", Ability(switch_s={"a": 0.0, "big": 0.0}), 0.0)
    assert picked is not None
    assert picked.need == "big"


def test_a_job_put_back_keeps_its_turn_and_its_class_is_not_charged() -> None:
    order = order_of(entry("x", lane="paid"), entry("y", lane="paid"), entry("z", lane="free"))
    first = pick(order)
    order.put_back(first.entry)
    assert pick(order).entry == first.entry


def test_looking_ahead_changes_nothing() -> None:
    entries = [entry(p, n, caps=Caps(person_running=1)) for p in "xyx" for n in "ab"]
    order, same = order_of(*entries), order_of(*entries)
    made(order.fork(), len(entries), HOLDS_A)
    expected = [(p.entry, p.why) for p in made(same, len(entries), HOLDS_A)]
    assert [(p.entry, p.why) for p in made(order, len(entries), HOLDS_A)] == expected


def test_an_order_goes_on_from_a_snapshot() -> None:
    running, ready, parked = (entry("x", caps=Caps(person_running=2)) for _ in range(3))
    other = entry("y", lane="challenge")
    pool = frozenset(READY.switch_s)
    snapshot = Snapshot(
        ready=[(ready, Tag(110.0, 115.0, 3.0)), (other, Tag(0.0, 5.0, 4.0))],
        parked=[parked],
        running=[
            (
                Pick(entry=running, need="a", cost_s=10.0, why="head", pool=pool),
                Tag(100.0, 105.0, 2.0),
            )
        ],
        clocks={"free": Clock(virtual=100.0, finish={"x": 120.0})},
        accounts={
            pool: Account(served={"free": 500.0, "challenge": 400.0}, least=490.0, waiting=["free"])
        },
    )
    order = FairOrder.resumed(snapshot, PLAIN)
    assert list(order.queued) == [ready.id, other.id, parked.id]
    assert order.is_parked(parked)
    assert pick(order).entry == other
    order.done(running, 10.0, 5.0)
    assert not order.is_parked(parked)
    assert [pick(order).entry for _ in range(2)] == [ready, parked]
