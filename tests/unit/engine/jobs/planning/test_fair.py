from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable
from dataclasses import replace
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from engine.jobs.connection import connect
from engine.jobs.job import Job, JobState, Variant, WorkerId
from engine.jobs.keys import Key, prefix
from engine.jobs.order import Ability, Caps, ClaimOrder
from engine.jobs.planning.fair import FairOrder, Pick
from engine.jobs.planning.waiting import Entry
from engine.jobs.queue import Claim, JobQueue
from tests.job_samples import a_job, success
from tests.valkey import ValkeyProcess

T = TypeVar("T")
NEEDS = ("a", "b", "c")
ATTEMPTS = 2
NEVER = 1e9

# Sums of these are exact, so equals are equal on both sides, and there are many.
COSTS = (1.0, 4.0, 10.0, 16.5, 60.0)
SHARES = {"paid": 0.5, "challenge": 0.25, "free": 0.125}

picks = st.integers(min_value=0, max_value=10_000)
needs_to_costs = st.dictionaries(
    st.sampled_from(NEEDS), st.sampled_from(COSTS), min_size=1, max_size=3
)
abilities = st.dictionaries(
    st.sampled_from(NEEDS), st.sampled_from([0.0, 0.0, 2.0, 8.0]), min_size=1
)
caps = st.builds(
    Caps,
    person_waiting=st.just(1000),
    person_running=st.sampled_from([1, 2, 5]),
    place_waiting=st.just(1000),
    place_running=st.sampled_from([1, 3, 9]),
)


class BothOrders(RuleBasedStateMachine):
    """The queue on the server and the order in Python, told the same."""

    url = ""
    order = ClaimOrder()

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.Runner()
        self.redis = connect(self.url)
        self.queue = JobQueue(self.redis, order=self.order, max_attempts=ATTEMPTS)
        self.port = FairOrder(self.order)
        self.jobs: dict[str, Job] = {}
        self.running: list[tuple[Claim, Pick]] = []
        self.cancelling: set[str] = set()
        self.nonces = 0
        self.do(self.redis.flushall())

    def do(self, action: Awaitable[T]) -> T:
        async def done() -> T:
            return await action

        return self.loop.run(done())

    def tick(self) -> float:
        """Tell the server's time, once all that was done so far is a millisecond old."""
        before = now = self.now_ms()
        while now == before:
            now = self.now_ms()
        return now / 1000

    def now_ms(self) -> int:
        seconds, micros = self.do(self.redis.time())
        return seconds * 1000 + micros // 1000

    @rule(
        person=st.sampled_from("xyz"),
        place=st.sampled_from("pq"),
        job_class=st.sampled_from(["paid", "challenge", "free", "free", "unheard of"]),
        weight=st.sampled_from([0.5, 1.0, 2.0]),
        variants=needs_to_costs,
        caps=caps,
    )
    def enqueue(
        self,
        person: str,
        place: str,
        job_class: str,
        weight: float,
        variants: dict[str, float],
        caps: Caps,
    ) -> None:
        job = a_job(
            person=person,
            place=place,
            job_class=job_class,
            weight=weight,
            variants=tuple(
                Variant(name=need, needs=need, cost_s=cost) for need, cost in variants.items()
            ),
        )
        now_s = self.tick()
        self.do(self.queue.enqueue(job, caps=caps))
        self.jobs[job.id] = job
        self.port.add(
            Entry(
                id=job.id,
                number=len(self.jobs),
                lane=self.order.lane(job_class, job.variants[0].cost_s),
                person=person,
                place=place,
                weight=weight,
                variants=tuple(variants.items()),
                caps=caps,
            ),
            now_s,
        )

    @rule(worker=st.sampled_from("vw"), switch_s=abilities)
    def claim(self, worker: str, switch_s: dict[str, float]) -> None:
        self.nonces += 1
        ability, now_s = Ability(switch_s=switch_s), self.tick()
        claim = self.do(self.queue.claim(WorkerId(worker), ability, nonce=str(self.nonces)))
        pick = self.port.pick(worker, ability, now_s)
        if claim is None or pick is None:
            assert claim is pick
            return
        assert (claim.job.id, claim.why) == (pick.entry.id, pick.why)
        assert (claim.variant.needs, claim.variant.cost_s) == (pick.need, pick.cost_s)
        self.running.append((claim, pick))

    @precondition(lambda self: self.running)
    @rule(pick=picks, worked_s=st.sampled_from(COSTS))
    def finish(self, pick: int, worked_s: float) -> None:
        claim, given = self.running.pop(pick % len(self.running))
        outcome, now_s = replace(success(claim.job), took_s=worked_s), self.tick()
        assert self.do(self.queue.finish(claim, outcome))
        self.port.done(given.entry, worked_s, now_s)

    @precondition(lambda self: self.running)
    @rule(pick=picks)
    def hand_back(self, pick: int) -> None:
        claim, given = self.running.pop(pick % len(self.running))
        now_s = self.tick()
        assert self.do(self.queue.hand_back(claim))
        self.loses_worker(claim, given, now_s, attempts=0)

    @precondition(lambda self: self.running)
    @rule(pick=picks)
    def retry(self, pick: int) -> None:
        claim, given = self.running.pop(pick % len(self.running))
        now_s = self.tick()
        assert self.do(self.queue.retry(claim, "e"))
        self.loses_worker(claim, given, now_s, attempts=claim.attempt)

    @precondition(lambda self: self.running)
    @rule(pick=picks)
    def lease_runs_out(self, pick: int) -> None:
        claim, given = self.running.pop(pick % len(self.running))
        now_s = self.tick()
        self.do(self.redis.zadd(prefix("main") + Key.LEASES, {claim.job.id: 1}))
        assert self.do(self.queue.reap()) == 1
        self.loses_worker(claim, given, now_s, attempts=claim.attempt)

    def loses_worker(self, claim: Claim, given: Pick, now_s: float, *, attempts: int) -> None:
        self.port.put_back(given.entry)
        if claim.job.id in self.cancelling or attempts >= ATTEMPTS:
            self.port.cancel(given.entry, now_s)

    @precondition(lambda self: self.running)
    @rule(pick=picks)
    def cancel_running(self, pick: int) -> None:
        claim, _ = self.running[pick % len(self.running)]
        assert self.do(self.queue.cancel(claim.job.id)) is JobState.RUNNING
        self.cancelling.add(claim.job.id)

    @precondition(lambda self: self.port.queued)
    @rule(pick=picks)
    def cancel(self, pick: int) -> None:
        queued = sorted(self.port.queued)
        entry, now_s = self.port.queued[queued[pick % len(queued)]], self.tick()
        self.do(self.queue.cancel(self.jobs[entry.id].id))
        self.port.cancel(entry, now_s)

    @rule()
    def look_ahead(self) -> None:
        ahead = self.port.fork()
        while pick := ahead.pick("v", Ability(switch_s=dict.fromkeys(NEEDS, 1.0)), math.inf):
            ahead.done(pick.entry, pick.cost_s, math.inf)
        assert not ahead.queued

    def teardown(self) -> None:
        try:
            while self.running or self.port.queued:
                self.claim("v", {"a": 0.0, "b": 2.0, "c": 8.0})
                self.finish(0, COSTS[0])
        finally:
            self.do(self.redis.aclose())
            self.loop.close()


@pytest.mark.parametrize("overdue_s", [NEVER, 0.0], ids=["nothing overdue", "all overdue"])
def test_the_server_and_the_port_choose_the_same_for_the_same_reason(
    valkey: ValkeyProcess, overdue_s: float
) -> None:
    class Machine(BothOrders):
        url = valkey.url
        order = ClaimOrder(
            shares=SHARES, affinity=4.0, crossing=2.0, overdue_s=overdue_s, short_lane_s=2.0
        )

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=40,
            stateful_step_count=40,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )
