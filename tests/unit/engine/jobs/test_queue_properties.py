"""Random operations against a model: whatever happens, each job ends once and leaves nothing."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from engine.jobs.connection import connect
from engine.jobs.errors import Refused
from engine.jobs.job import TERMINAL, Cancelled, Failed, Job, JobState, Outcome, Variant, WorkerId
from engine.jobs.keys import Key, prefix
from engine.jobs.outbox import Outbox
from engine.jobs.queue import Beat, Claim, JobQueue
from tests.job_samples import a_job, success
from tests.valkey import ValkeyProcess

NEEDS = ("look:a", "look:b", "look:c")
CAP = 4
ATTEMPTS = 2

T = TypeVar("T")
picks = st.integers(min_value=0, max_value=10_000)
abilities = st.lists(st.sampled_from(NEEDS), min_size=1, unique=True)


@dataclass
class Expected:
    """What the model knows about a job."""

    job: Job
    state: JobState = JobState.QUEUED
    attempts: int = 0
    token: int = 0
    cancelling: bool = False
    claims: list[Claim] = field(default_factory=list[Claim])


class QueueMachine(RuleBasedStateMachine):
    url = ""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.Runner()
        self.redis = connect(self.url)
        self.queue = JobQueue(self.redis, max_attempts=ATTEMPTS)
        self.jobs: list[Expected] = []
        self.nonces = 0
        self.do(self.redis.flushall())

    def do(self, action: Awaitable[T]) -> T:
        async def done() -> T:
            return await action

        return self.loop.run(done())

    def waiting(self, able: list[str]) -> list[Expected]:
        return [
            known
            for known in self.jobs
            if known.state is JobState.QUEUED
            and any(variant.needs in able for variant in known.job.variants)
        ]

    def loses_worker(self, known: Expected) -> None:
        if known.cancelling:
            known.state = JobState.CANCELLED
        elif known.attempts >= ATTEMPTS:
            known.state = JobState.FAILED
        else:
            known.state = JobState.QUEUED

    @rule(person=st.sampled_from("xyz"), needs=abilities)
    def enqueue(self, person: str, needs: list[str]) -> None:
        variants = tuple(Variant(name=need, needs=need, cost_s=1.0) for need in needs)
        job = a_job(person=person, variants=variants)
        theirs = [k for k in self.jobs if k.job.person == person and k.state not in TERMINAL]
        try:
            self.do(self.queue.enqueue(job, max_waiting=CAP))
        except Refused:
            assert len(theirs) >= CAP
        else:
            assert len(theirs) < CAP
            self.jobs.append(Expected(job))

    @precondition(lambda self: self.jobs)
    @rule(pick=picks)
    def enqueue_again(self, pick: int) -> None:
        known = self.jobs[pick % len(self.jobs)]
        answer = self.do(self.queue.enqueue(known.job, max_waiting=CAP))
        assert answer.state is known.state
        assert not answer.new

    @rule(able=abilities, repeated=st.booleans())
    def claim(self, able: list[str], repeated: bool) -> None:
        self.nonces += 1
        nonce = str(self.nonces)
        claim = self.do(self.queue.claim(WorkerId("w"), able, nonce=nonce))
        waiting = self.waiting(able)
        if claim is None:
            assert not waiting
            return
        if repeated:
            assert self.do(self.queue.claim(WorkerId("w"), able, nonce=nonce)) == claim
        known = waiting[0]
        assert claim.job == known.job
        assert claim.variant == next(v for v in known.job.variants if v.needs in able)
        known.state, known.token = JobState.RUNNING, claim.token
        known.attempts += 1
        assert claim.attempt == known.attempts
        known.claims.append(claim)

    def any_claim(self, pick: int) -> tuple[Expected, Claim, bool]:
        claims = [(known, claim) for known in self.jobs for claim in known.claims]
        known, claim = claims[pick % len(claims)]
        return known, claim, claim.token == known.token

    @precondition(lambda self: any(known.claims for known in self.jobs))
    @rule(pick=picks, ending=st.sampled_from(["succeeded", "failed", "cancelled"]))
    def finish(self, pick: int, ending: str) -> None:
        known, claim, newest = self.any_claim(pick)
        endings: dict[str, Outcome] = {
            "succeeded": success(known.job),
            "failed": Failed(error="e"),
            "cancelled": Cancelled(),
        }
        accepted = self.do(self.queue.finish(claim, endings[ending]))
        assert accepted == (newest and known.state is not JobState.QUEUED)
        if newest and known.state is JobState.RUNNING:
            known.state = JobState(ending)

    @precondition(lambda self: any(known.claims for known in self.jobs))
    @rule(pick=picks)
    def beat(self, pick: int) -> None:
        known, claim, newest = self.any_claim(pick)
        held = Beat.CANCEL if known.cancelling else Beat.HELD
        running = newest and known.state is JobState.RUNNING
        assert self.do(self.queue.beat(claim)) is (held if running else Beat.LOST)

    @precondition(lambda self: any(known.claims for known in self.jobs))
    @rule(pick=picks)
    def retry(self, pick: int) -> None:
        known, claim, newest = self.any_claim(pick)
        assert self.do(self.queue.retry(claim, "e")) == newest
        if newest and known.state is JobState.RUNNING:
            self.loses_worker(known)

    @precondition(lambda self: any(known.claims for known in self.jobs))
    @rule(pick=picks)
    def hand_back(self, pick: int) -> None:
        known, claim, newest = self.any_claim(pick)
        assert self.do(self.queue.hand_back(claim)) == newest
        if newest and known.state is JobState.RUNNING:
            known.attempts -= 1
            self.loses_worker(known)

    @precondition(lambda self: self.jobs)
    @rule(pick=picks)
    def cancel(self, pick: int) -> None:
        known = self.jobs[pick % len(self.jobs)]
        if known.state is JobState.QUEUED:
            known.state = JobState.CANCELLED
        elif known.state is JobState.RUNNING:
            known.cancelling = True
        assert self.do(self.queue.cancel(known.job.id)) is known.state

    @rule()
    def workers_die(self) -> None:
        running = [known for known in self.jobs if known.state is JobState.RUNNING]
        if running:
            gone = {known.job.id: 1 for known in running}
            self.do(self.redis.zadd(prefix("main") + Key.LEASES, gone))
        assert self.do(self.queue.reap()) == len(running)
        for known in running:
            self.loses_worker(known)

    @precondition(lambda self: self.jobs)
    @rule(pick=picks)
    def stand_and_forget(self, pick: int) -> None:
        known = self.jobs[pick % len(self.jobs)]
        standing = self.do(self.queue.standing(known.job.id))
        assert standing is not None
        assert standing.state is known.state
        if known.state is JobState.QUEUED:
            assert standing.position == self.waiting(list(NEEDS)).index(known) + 1
        self.do(self.queue.forget(known.job.id))

    def teardown(self) -> None:
        try:
            self.drain()
            self.check_that_nothing_is_left()
        finally:
            self.do(self.redis.aclose())
            self.loop.close()

    def drain(self) -> None:
        self.workers_die()
        while any(known.state is JobState.QUEUED for known in self.jobs):
            self.claim(list(NEEDS), repeated=False)
            self.workers_die()

    def check_that_nothing_is_left(self) -> None:
        box, ends = Outbox(self.redis, "web"), Counter[str]()
        while entries := self.do(box.entries(wait=timedelta(milliseconds=1))):
            ends.update(entry.job for entry in entries)
            for entry in entries:
                [known] = [k for k in self.jobs if k.job.id == entry.job]
                assert entry.outcome.kind == known.state
        assert ends == Counter(known.job.id for known in self.jobs)
        left = {str(key).removeprefix(prefix("main")) for key in self.do(self.redis.keys("*"))}
        passing = (Key.JOB, Key.BELL, Key.PACE, Key.CLAIM, Key.OUTBOX)
        assert {key for key in left if not key.startswith(passing)} <= {
            Key.SCHEMA,
            Key.LAST_ORDER,
            Key.LAST_TOKEN,
        }


def test_every_job_ends_once_whatever_happens(valkey: ValkeyProcess) -> None:
    class Machine(QueueMachine):
        url = valkey.url

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=25,
            stateful_step_count=40,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )
