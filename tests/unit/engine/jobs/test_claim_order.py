"""Which job a worker gets next, sentence by sentence, on a real server."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from redis.asyncio import Redis

from engine.jobs.job import JobState, WorkerId
from engine.jobs.keys import Key, prefix
from engine.jobs.order import Ability, ClaimOrder
from tests.desk import LARGE, ONLY_SMALL, PLAIN, SMALL, TWO_AT_A_TIME, Desk, ready_for
from tests.job_samples import OTHER_WORKER, WORKER, a_job, able, success


@pytest.fixture
def desk(redis: Redis) -> Desk:
    return Desk(redis)


# Classes and people.


async def test_classes_get_their_shares_while_all_wait(desk: Desk) -> None:
    for number in range(100):
        for job_class in ("paid", "challenge", "free"):
            await desk.ask(f"{job_class} {number:03}", job_class=job_class)
    served = Counter(name.split()[0] for name in await desk.serve_all(100))
    assert abs(served["paid"] - 70) <= 1
    assert abs(served["challenge"] - 20) <= 1
    assert abs(served["free"] - 10) <= 1


async def test_a_free_job_is_not_starved_by_paid_ones_that_keep_coming(desk: Desk) -> None:
    await desk.ask("free", job_class="free")
    for number in range(9):
        await desk.ask(f"paid {number}", job_class="paid")
        if await desk.serve() == "free":
            return
    pytest.fail("the free job was not served")


async def test_a_class_that_rested_has_saved_nothing_up(desk: Desk) -> None:
    for number in range(70):
        await desk.ask(f"paid {number:02}", job_class="paid")
    await desk.serve_all(40)
    for number in range(20):
        await desk.ask(f"free {number:02}", job_class="free")
    served = Counter(name.split()[0] for name in await desk.serve_all(16))
    assert served["free"] <= 3


async def test_a_class_not_heard_of_has_the_smallest_share(desk: Desk) -> None:
    for number in range(30):
        await desk.ask(f"paid {number:02}", job_class="paid")
        await desk.ask(f"other {number:02}", job_class="other")
    served = Counter(name.split()[0] for name in await desk.serve_all(24))
    assert abs(served["other"] - 3) <= 1


async def test_one_who_asks_for_little_does_not_wait_behind_one_who_asks_for_much(
    desk: Desk,
) -> None:
    for number in range(10):
        await desk.ask(f"much {number}", person="much")
    await desk.ask("little", person="little")
    assert "little" in await desk.serve_all(2)


async def test_a_person_of_twice_the_weight_gets_twice_as_much(desk: Desk) -> None:
    for number in range(30):
        await desk.ask(f"plain {number:02}", person="plain")
        await desk.ask(f"heavy {number:02}", person="heavy", weight=2.0)
    served = Counter(name.split()[0] for name in await desk.serve_all(30))
    assert abs(served["heavy"] - 20) <= 1


async def test_of_two_newcomers_the_one_with_the_shorter_job_goes_first(redis: Redis) -> None:
    desk = Desk(redis, replace(PLAIN, shortness=0.5))
    await desk.ask("long", cost_s=100.0)
    await desk.ask("short", cost_s=10.0)
    assert await desk.serve_all(2) == ["short", "long"]


async def test_a_job_that_took_longer_than_predicted_is_made_good_by_its_person(
    desk: Desk,
) -> None:
    for number in range(2):
        await desk.ask(f"slow {number}", person="slow")
        await desk.ask(f"fair {number}", person="fair")
    for _ in range(2):
        claim = await desk.take()
        took_s = 100.0 if claim.job.person == "slow" else 10.0
        await desk.queue.finish(claim, replace(success(claim.job), took_s=took_s))
    await desk.ask("slow 2", person="slow")
    await desk.ask("fair 2", person="fair")
    assert (await desk.serve_all(4))[-1] == "slow 2"


# Loaded models.


@pytest.mark.parametrize(("ahead", "first"), [(15, "loaded"), (25, "cold")])
async def test_a_job_for_the_loaded_model_overtakes_within_the_window_only(
    redis: Redis, ahead: int, first: str
) -> None:
    """With an affinity of 1 and a switch of 20 s, the window is 20 s of tag."""
    desk = Desk(redis, replace(PLAIN, affinity=1.0))
    await desk.ask("before", cost_s=float(ahead), person="loaded")
    await desk.ask("cold", LARGE)
    await desk.ask("loaded", person="loaded")
    assert await desk.serve(ONLY_SMALL) == "before"
    claim = await desk.take(ready_for(SMALL, others=[LARGE]))
    assert claim.job.id == first
    assert claim.why == ("affinity" if first == "loaded" else "head")


async def test_a_worker_leaves_a_model_to_another_that_holds_it(redis: Redis) -> None:
    """25 s of tag ahead is too much for a switch of 20 s, but not for one that counts double."""
    desk = Desk(redis, replace(PLAIN, affinity=1.0))
    await desk.ask("held", LARGE)
    await desk.take(ready_for(LARGE), OTHER_WORKER)
    await desk.ask("before", cost_s=25.0, person="loaded")
    assert await desk.serve() == "before"
    await desk.ask("cold", LARGE)
    await desk.ask("loaded", person="loaded")
    assert (await desk.take(ready_for(SMALL, others=[LARGE]))).job.id == "loaded"


async def test_a_short_job_of_another_class_saves_a_switch(redis: Redis) -> None:
    desk = Desk(redis, replace(PLAIN, affinity=1.0, crossing=100.0))
    ability = ready_for(SMALL, others=[LARGE])
    await desk.ask("before", job_class="free")
    await desk.serve(ability)
    await desk.ask("paid", LARGE, job_class="paid")
    await desk.ask("free", cost_s=15.0, job_class="free")
    claim = await desk.take(ability)
    assert (claim.job.id, claim.why) == ("free", "crossing")


async def test_a_long_job_of_another_class_does_not_cross(redis: Redis) -> None:
    desk = Desk(redis, replace(PLAIN, affinity=1.0, crossing=100.0))
    ability = ready_for(SMALL, others=[LARGE])
    await desk.ask("before", job_class="free")
    await desk.serve(ability)
    await desk.ask("paid", LARGE, job_class="paid")
    await desk.ask("long", cost_s=30.0, job_class="free")
    assert (await desk.take(ability)).job.id == "paid"


async def test_classes_do_not_cross_beyond_the_window(redis: Redis) -> None:
    desk = Desk(redis, replace(PLAIN, affinity=1.0, crossing=1.0))
    for number in range(5):
        await desk.ask(f"paid {number}", LARGE, job_class="paid")
        await desk.ask(f"free {number}", job_class="free")
    ability = ready_for(SMALL, others=[LARGE])
    served = [(await desk.serve(ability)).split()[0] for _ in range(3)]
    assert served == ["free", "paid", "paid"]


async def test_those_overtaken_are_owed_it_for_good(redis: Redis) -> None:
    """The gap between three who always wait stays within the windows, however long they do.

    Were virtual time to follow the job picked instead of the head, what those overtaken are owed
    would be forgotten, and the gap would grow with every round. The bound for one worker: the jobs
    on either side of a moment, the window both ways, and what shortness adds to a tag.
    """
    affinity, switch_s, cost_s = 4.0, 20.0, 10.0
    desk = Desk(redis, ClaimOrder(affinity=affinity))
    needs = {person: f"model:{person}" for person in ("one", "two", "three")}
    for person, need in needs.items():
        for number in range(4):
            name = f"{person} first {number}"
            await desk.ask(name, need, person=person, cost_s=cost_s, caps=TWO_AT_A_TIME)
    given, gaps, ability = dict.fromkeys(needs, 0.0), list[float](), able(*needs.values())
    for number in range(200):
        claim = await desk.take(ability)
        await desk.finish(claim)
        person, need = claim.job.person, claim.variant.needs
        ability = ready_for(need, others=set(needs.values()) - {need}, switch_s=switch_s)
        name = f"{person} again {number}"
        await desk.ask(name, need, person=person, cost_s=cost_s, caps=TWO_AT_A_TIME)
        given[person] += cost_s
        gaps.append(max(given.values()) - min(given.values()))
    assert max(gaps) > 2 * cost_s, "nobody was overtaken"
    assert max(gaps) <= 2 * (cost_s + cost_s) + 2 * affinity * switch_s + 0.5 * cost_s


# Workers of different abilities.


async def test_a_worker_never_sees_what_it_cannot_do(desk: Desk) -> None:
    await desk.ask("large", LARGE, job_class="paid")
    await desk.ask("small", SMALL)
    assert await desk.serve(ONLY_SMALL, WORKER) == "small"
    assert await desk.sees_nothing(ONLY_SMALL, WORKER)
    assert await desk.serve(able(LARGE), OTHER_WORKER) == "large"


async def test_a_job_goes_to_either_kind_of_worker_by_its_preference(desk: Desk) -> None:
    for name in ("first", "second"):
        await desk.ask(name, LARGE, SMALL)
    assert (await desk.take(ONLY_SMALL)).variant.needs == SMALL
    both = able(SMALL, LARGE)
    assert (await desk.take(both, OTHER_WORKER)).variant.needs == LARGE
    assert await desk.sees_nothing(both)


async def test_a_mixed_fleet_empties_one_queue(desk: Desk) -> None:
    for number in range(12):
        await desk.ask(f"only small {number}", SMALL)
        await desk.ask(f"only large {number}", LARGE)
        await desk.ask(f"either {number}", LARGE, SMALL)
    fleet = {WORKER: ONLY_SMALL, OTHER_WORKER: able(LARGE), WorkerId("both"): able(SMALL, LARGE)}
    served = Counter[WorkerId]()
    while served.total() < 36:
        for worker, ability in fleet.items():
            claim = await desk.queue.claim(worker, ability, nonce=str(served.total()))
            if claim is None:
                continue
            needs = [variant.needs for variant in claim.job.variants]
            assert claim.variant.needs == next(need for need in needs if need in ability.switch_s)
            await desk.finish(claim)
            served[worker] += 1
    assert all(served[worker] > 6 for worker in fleet)


async def test_workers_keep_accounts_only_of_what_they_can_do(desk: Desk) -> None:
    """What one kind of worker gave a class is nothing that another kind's class has had."""
    for number in range(20):
        await desk.ask(f"paid {number:02}", LARGE, job_class="paid")
    for _ in range(20):
        await desk.serve(able(LARGE), OTHER_WORKER)
    for number in range(10):
        await desk.ask(f"paid small {number}", job_class="paid")
        await desk.ask(f"free small {number}", job_class="free")
    served = Counter(name.split()[0] for name in await desk.serve_all(8))
    assert served["paid"] == 7


async def test_the_idle_worker_that_holds_the_model_is_rung(desk: Desk, redis: Redis) -> None:
    holder, other = WORKER, OTHER_WORKER
    assert await desk.sees_nothing(ready_for(LARGE, others=[SMALL]), other)
    assert await desk.sees_nothing(ready_for(SMALL, others=[LARGE]), holder)
    await desk.ask("small")
    assert await redis.llen(prefix("main") + Key.BELL + holder) == 1
    assert await redis.llen(prefix("main") + Key.BELL + other) == 0
    assert await desk.serve(ready_for(SMALL, others=[LARGE]), holder) == "small"


async def test_of_workers_for_either_variant_the_one_ready_sooner_is_rung(
    desk: Desk, redis: Redis
) -> None:
    assert await desk.sees_nothing(Ability(switch_s={LARGE: 20.0}), OTHER_WORKER)
    assert await desk.sees_nothing(ONLY_SMALL, WORKER)
    await desk.ask("either", LARGE, SMALL)
    assert await redis.llen(prefix("main") + Key.BELL + WORKER) == 1
    assert await redis.llen(prefix("main") + Key.BELL + OTHER_WORKER) == 0


async def test_each_of_two_jobs_rings_another_idle_worker(desk: Desk, redis: Redis) -> None:
    for worker in (WORKER, OTHER_WORKER):
        assert await desk.sees_nothing(ONLY_SMALL, worker)
    await desk.ask("one")
    await desk.ask("two")
    for worker in (WORKER, OTHER_WORKER):
        assert await redis.llen(prefix("main") + Key.BELL + worker) == 1


# Options.


async def test_short_free_jobs_have_a_lane_of_their_own_where_asked_for(redis: Redis) -> None:
    desk = Desk(redis, replace(PLAIN, short_lane_s=15.0, short_share=0.1))
    for number in range(20):
        await desk.ask(f"long {number:02}", person="many", cost_s=100.0)
    await desk.serve()
    for number in range(3):
        await desk.ask(f"short {number}", person="many", cost_s=10.0)
    assert (await desk.serve()).startswith("short")


async def test_jobs_that_could_be_made_together_are_lent_together_within_the_window(
    desk: Desk,
) -> None:
    for name in ("1 lead", "2 second", "3 third"):
        await desk.ask(name, batch_key="same")
    await desk.ask("4 alone")
    await desk.ask("5 other", batch_key="another")
    await desk.ask("6 ahead", person="late", cost_s=100.0)
    await desk.ask("7 late", person="late", batch_key="same")
    claims = await desk.queue.claim_batch(WORKER, ONLY_SMALL, nonce="batch", at_most=8)
    assert [claim.job.id for claim in claims] == ["1 lead", "2 second", "3 third"]
    assert len({claim.token for claim in claims}) == 3


async def test_a_batch_is_no_larger_than_asked_for_and_one_is_the_default(desk: Desk) -> None:
    for number in range(6):
        await desk.ask(f"same {number}", batch_key="same")
    assert len(await desk.queue.claim_batch(WORKER, ONLY_SMALL, nonce="two", at_most=2)) == 2
    await desk.take()
    assert await desk.queue.state(a_job("same 3").id) is JobState.QUEUED


async def test_each_job_of_a_batch_ends_by_itself(desk: Desk) -> None:
    for name in ("one", "two"):
        await desk.ask(name, batch_key="same")
    one, two = await desk.queue.claim_batch(WORKER, ONLY_SMALL, nonce="batch", at_most=2)
    await desk.finish(one)
    assert await desk.queue.hand_back(two)
    assert await desk.serve() == two.job.id


# Jobs that have waited long.


async def test_overdue_jobs_get_their_share_and_no_more(redis: Redis) -> None:
    desk = Desk(redis, replace(PLAIN, overdue_s=0.0, overdue_share=0.2))
    for number in range(60):
        await desk.ask(f"{number:02}")
    reasons = Counter[str]()
    for _ in range(50):
        claim = await desk.take()
        await desk.finish(claim)
        reasons[claim.why] += 1
    assert reasons == {"overdue": 10, "head": 40}


async def test_the_longest_overdue_job_goes_first_whatever_its_tag(redis: Redis) -> None:
    desk = Desk(redis, replace(PLAIN, overdue_s=0.0))
    await desk.ask("1 oldest", person="greedy", cost_s=1000.0, weight=0.01, job_class="free")
    await desk.ask("2 paid", job_class="paid")
    claim = await desk.take()
    assert (claim.job.id, claim.why) == ("1 oldest", "overdue")
