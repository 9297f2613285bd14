"""Random operations of many clients: whatever happens, each job ends once and leaves nothing.

ZOETROPE_TEST_EXAMPLES=2000 tries that many new ones instead of the usual few.
"""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Awaitable, Coroutine
from datetime import timedelta
from itertools import count
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from engine.jobs.connection import connect
from engine.jobs.errors import Refused
from engine.jobs.job import (
    Cancelled,
    Failed,
    JobId,
    JobState,
    Outcome,
    Variant,
    WorkerId,
)
from engine.jobs.keys import Key, prefix
from engine.jobs.order import Ability, ClaimOrder
from engine.jobs.outbox import Outbox
from engine.jobs.queue import Beat, Claim, JobQueue
from engine.jobs.refusal import Refusal, RefusalCode
from tests.job_samples import a_job, success
from tests.queue_model import (
    CAPS,
    NEEDS,
    Expected,
    abilities,
    check_caps,
    check_indexes,
    needs,
    orders,
    picks,
)
from tests.queue_state import left_over, read_queue
from tests.valkey import ValkeyProcess

EXAMPLES = os.environ.get("ZOETROPE_TEST_EXAMPLES")
USUAL = settings(
    max_examples=int(EXAMPLES or 20),
    derandomize=EXAMPLES is None,
    stateful_step_count=40,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)

ATTEMPTS = 2
CLIENTS = 3
NOBODY = Refusal(RefusalCode.NO_WORKER)

T = TypeVar("T")


class QueueMachine(RuleBasedStateMachine):
    url = ""

    @initialize(order=orders)
    def start(self, order: ClaimOrder) -> None:
        self.loop = asyncio.Runner()
        self.redis = connect(self.url)
        self.clients = [self.redis, *(connect(self.url) for _ in range(CLIENTS - 1))]
        self.queues = [
            JobQueue(client, order=order, max_attempts=ATTEMPTS) for client in self.clients
        ]
        self.jobs: dict[JobId, Expected] = {}
        self.nonces = count()
        self.do(self.redis.flushall())

    def do(self, action: Awaitable[T]) -> T:
        async def done() -> T:
            return await action

        return self.loop.run(done())

    def a_queue(self) -> JobQueue:
        return self.queues[next(self.nonces) % CLIENTS]

    def a_known_job(self, pick: int) -> Expected:
        return list(self.jobs.values())[pick % len(self.jobs)]

    def a_claim(self, pick: int) -> tuple[Expected, Claim, bool]:
        """Pick any claim ever made; the last says whether it is its job's newest."""
        claims = [(known, claim) for known in self.jobs.values() for claim in known.claims]
        known, claim = claims[pick % len(claims)]
        return known, claim, claim.token == known.token

    def doable(self, ability: Ability) -> list[Expected]:
        return [
            known
            for known in self.jobs.values()
            if known.state is JobState.QUEUED and known.variant_for(ability)
        ]

    # Asking.

    @rule(
        person=st.sampled_from("xyz"),
        place=st.sampled_from("pq"),
        needs=needs,
        cost_s=st.sampled_from([1.0, 30.0]),
        job_class=st.sampled_from(["paid", "challenge", "free", "unheard of"]),
        weight=st.sampled_from([1.0, 8.0]),
        batch=st.sampled_from(["", "same"]),
    )
    def enqueue(
        self,
        person: str,
        place: str,
        needs: list[str],
        cost_s: float,
        job_class: str,
        weight: float,
        batch: str,
    ) -> None:
        variants = tuple(Variant(name=need, needs=need, cost_s=cost_s) for need in needs)
        job = a_job(
            person=person,
            place=place,
            variants=variants,
            job_class=job_class,
            weight=weight,
            batch_key=batch,
        )
        waiting = [known for known in self.jobs.values() if known.unfinished]
        theirs = sum(known.job.person == person for known in waiting)
        there = sum(known.job.place == place for known in waiting)
        try:
            self.do(self.a_queue().enqueue(job, caps=CAPS))
        except Refused as refused:
            assert theirs == CAPS.person_waiting or there == CAPS.place_waiting
            by_person = refused.refusal.code is RefusalCode.TOO_MANY_WAITING
            assert by_person == (theirs == CAPS.person_waiting)
        else:
            assert theirs < CAPS.person_waiting
            assert there < CAPS.place_waiting
            self.jobs[job.id] = Expected(job)

    @precondition(lambda self: self.jobs)
    @rule(pick=picks)
    def enqueue_again(self, pick: int) -> None:
        known = self.a_known_job(pick)
        answer = self.do(self.a_queue().enqueue(known.job, caps=CAPS))
        assert answer.state is known.state
        assert not answer.new

    @precondition(lambda self: self.jobs)
    @rule(pick=picks)
    def cancel(self, pick: int) -> None:
        known = self.a_known_job(pick)
        if known.state is JobState.QUEUED:
            known.state = JobState.CANCELLED
        elif known.state is JobState.RUNNING:
            known.cancelling = True
        assert self.do(self.a_queue().cancel(known.job.id)) is known.state

    @precondition(lambda self: self.jobs)
    @rule(pick=picks)
    def refuse(self, pick: int) -> None:
        known = self.a_known_job(pick)
        if known.state is JobState.QUEUED:
            known.state = JobState.REFUSED
        refused = self.do(self.a_queue().refuse(known.job.id, NOBODY))
        assert refused == (known.state is JobState.REFUSED)

    @precondition(lambda self: self.jobs)
    @rule(pick=picks)
    def forget(self, pick: int) -> None:
        known = self.a_known_job(pick)
        self.do(self.a_queue().forget(known.job.id))
        assert self.do(self.a_queue().state(known.job.id)) is known.state

    # Working.

    @rule(
        worker=st.sampled_from("uvw"),
        ability=abilities,
        at_most=st.sampled_from([1, 1, 3]),
        repeated=st.booleans(),
    )
    def claim(self, worker: str, ability: Ability, at_most: int, repeated: bool) -> None:
        nonce, parked = str(next(self.nonces)), self.do(read_queue(self.redis)).out_of_race

        def ask() -> Coroutine[Any, Any, list[Claim]]:
            return self.a_queue().claim_batch(
                WorkerId(worker), ability, nonce=nonce, at_most=at_most
            )

        doable = self.doable(ability)
        claims = self.do(ask())
        assert bool(claims) == bool(doable)
        assert len(claims) <= at_most
        if repeated and claims:
            assert self.do(ask()) == claims
        for claim in claims:
            self.note(claim, ability, parked)
        assert len({(claim.variant.needs, claim.job.batch_key) for claim in claims}) <= 1

    @rule(ability=abilities)
    def claim_at_once(self, ability: Ability) -> None:
        """Let a worker of each client ask in the same moment."""

        async def ask() -> list[Claim | None]:
            asking = [
                queue.claim(WorkerId(f"at-once-{n}"), ability, nonce=str(next(self.nonces)))
                for n, queue in enumerate(self.queues)
            ]
            return list(await asyncio.gather(*asking))

        doable, parked = self.doable(ability), self.do(read_queue(self.redis)).out_of_race
        claims = [claim for claim in self.do(ask()) if claim is not None]
        assert len(claims) == min(CLIENTS, len(doable))
        for claim in claims:
            self.note(claim, ability, parked)

    def note(self, claim: Claim, ability: Ability, parked: frozenset[str]) -> None:
        known = self.jobs[claim.job.id]
        assert known.state is JobState.QUEUED
        assert claim.job == known.job
        assert claim.variant == known.variant_for(ability)
        assert claim.token > known.token
        known.state, known.token = JobState.RUNNING, claim.token
        known.attempts += 1
        assert claim.attempt == known.attempts
        known.out_of_turn |= claim.job.id in parked
        known.claims.append(claim)

    @precondition(lambda self: any(known.claims for known in self.jobs.values()))
    @rule(pick=picks)
    def beat(self, pick: int) -> None:
        known, claim, newest = self.a_claim(pick)
        held = Beat.CANCEL if known.cancelling else Beat.HELD
        running = newest and known.state is JobState.RUNNING
        assert self.do(self.a_queue().beat(claim)) is (held if running else Beat.LOST)

    @precondition(lambda self: any(known.claims for known in self.jobs.values()))
    @rule(pick=picks, ending=st.sampled_from(["succeeded", "failed", "cancelled"]))
    def finish(self, pick: int, ending: str) -> None:
        known, claim, newest = self.a_claim(pick)
        endings: dict[str, Outcome] = {
            "succeeded": success(known.job),
            "failed": Failed(error="e"),
            "cancelled": Cancelled(),
        }
        accepted = self.do(self.a_queue().finish(claim, endings[ending]))
        assert accepted == (newest and known.state is not JobState.QUEUED)
        if newest and known.state is JobState.RUNNING:
            known.state = JobState(ending)

    @precondition(lambda self: any(known.claims for known in self.jobs.values()))
    @rule(pick=picks)
    def retry(self, pick: int) -> None:
        known, claim, newest = self.a_claim(pick)
        assert self.do(self.a_queue().retry(claim, "e")) == newest
        if newest and known.state is JobState.RUNNING:
            self.loses_worker(known)

    @precondition(lambda self: any(known.claims for known in self.jobs.values()))
    @rule(pick=picks)
    def hand_back(self, pick: int) -> None:
        known, claim, newest = self.a_claim(pick)
        assert self.do(self.a_queue().hand_back(claim)) == newest
        if newest and known.state is JobState.RUNNING:
            known.attempts -= 1
            self.loses_worker(known)

    @rule(survives=st.booleans())
    def workers_die(self, survives: bool) -> None:
        """Let every second running job's worker, or all of them, never beat again."""
        running = [known for known in self.jobs.values() if known.state is JobState.RUNNING]
        lost = running[::2] if survives else running
        if lost:
            gone = {known.job.id: 1 for known in lost}
            self.do(self.redis.zadd(prefix("main") + Key.LEASES, gone))
        assert self.do(self.a_queue().reap()) == len(lost)
        for known in lost:
            self.loses_worker(known)

    def loses_worker(self, known: Expected) -> None:
        if known.cancelling:
            known.state = JobState.CANCELLED
        elif known.attempts >= ATTEMPTS:
            known.state = JobState.FAILED
        else:
            known.state = JobState.QUEUED

    # What holds after each step.

    @invariant()
    def the_server_agrees(self) -> None:
        held = self.do(read_queue(self.redis))
        by_state = {
            state: {job for job, known in self.jobs.items() if known.state is state}
            for state in (JobState.QUEUED, JobState.RUNNING)
        }
        assert held.queued == by_state[JobState.QUEUED]
        assert held.running == by_state[JobState.RUNNING]
        ended = [job for job, known in self.jobs.items() if not known.unfinished]
        assert held.ends == Counter(ended)
        check_indexes(held, self.jobs)
        check_caps(held, self.jobs)

    def teardown(self) -> None:
        if not hasattr(self, "loop"):
            return
        try:
            self.drain()
            assert self.do(left_over(self.redis)) == set()
            self.check_outcomes()
        finally:
            for client in self.clients:
                self.do(client.aclose())
            self.loop.close()

    def drain(self) -> None:
        everything = Ability(switch_s=dict.fromkeys(NEEDS, 0.0))
        self.workers_die(survives=False)
        while any(known.unfinished for known in self.jobs.values()):
            self.claim("drain", everything, 1, repeated=False)
            self.workers_die(survives=False)
        self.claim("drain", everything, 1, repeated=False)

    def check_outcomes(self) -> None:
        box = Outbox(self.redis, "web")
        ends = Counter[JobId]()
        while entries := self.do(box.entries(wait=timedelta(milliseconds=1))):
            for entry in entries:
                assert entry.outcome.kind == self.jobs[entry.job].state
                ends[entry.job] += 1
        assert ends == Counter(list(self.jobs))


def test_every_job_ends_once_whatever_happens(valkey: ValkeyProcess) -> None:
    class Machine(QueueMachine):
        url = valkey.url

    run_state_machine_as_test(Machine, settings=USUAL)
