"""A desk that takes asks and serves them, for tests of who is served when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import count

from redis.asyncio import Redis

from engine.jobs.job import Variant, WorkerId
from engine.jobs.order import Ability, Caps, ClaimOrder
from engine.jobs.queue import Claim, JobQueue
from tests.job_samples import WORKER, a_job, able, success

SMALL, LARGE = "model:small", "model:large"
ONLY_SMALL = able(SMALL)
ROOMY = Caps(person_waiting=1000, person_running=1000, place_waiting=1000, place_running=1000)
TWO_AT_A_TIME = replace(ROOMY, person_running=2)
PLAIN = ClaimOrder(affinity=0.0, crossing=0.0, shortness=0.0)
"""Shares and tags alone: no look-ahead, and a job's length does not matter."""


class Desk:
    """Takes asks and serves them, on a queue with some order."""

    def __init__(self, redis: Redis, order: ClaimOrder = PLAIN) -> None:
        self.redis = redis
        self.queue = JobQueue(redis, order=order)
        self._numbers = count()

    async def ask(
        self,
        name: str,
        need: str = SMALL,
        *others: str,
        cost_s: float = 10.0,
        caps: Caps = ROOMY,
        **job: object,
    ) -> None:
        """Enqueue a job; who and where are its own name unless given."""
        needs = (need, *others)
        variants = tuple(Variant(name=need, needs=need, cost_s=cost_s) for need in needs)
        who = {"person": f"person of {name}", "place": f"place of {name}"}
        await self.queue.enqueue(a_job(name, variants=variants, **{**who, **job}), caps=caps)

    async def take(self, ability: Ability = ONLY_SMALL, worker: WorkerId = WORKER) -> Claim:
        """Claim a job, and keep it."""
        claim = await self.queue.claim(worker, ability, nonce=str(next(self._numbers)))
        assert claim is not None, "nothing can be claimed"
        return claim

    async def sees_nothing(self, ability: Ability, worker: WorkerId = WORKER) -> bool:
        """Look for a job in vain."""
        nonce = str(next(self._numbers))
        return await self.queue.claim(worker, ability, nonce=nonce) is None

    async def finish(self, claim: Claim) -> None:
        """End a job in just the time that was predicted."""
        outcome = replace(success(claim.job), took_s=claim.variant.cost_s)
        assert await self.queue.finish(claim, outcome)

    async def serve(self, ability: Ability = ONLY_SMALL, worker: WorkerId = WORKER) -> str:
        """Claim a job and end it; says which it was."""
        claim = await self.take(ability, worker)
        await self.finish(claim)
        return claim.job.id

    async def serve_all(self, number: int) -> list[str]:
        """Serve so many, one after the other."""
        return [await self.serve() for _ in range(number)]


def ready_for(need: str, *, others: Iterable[str] = (), switch_s: float = 20.0) -> Ability:
    """Say that a worker has one need loaded and would have to switch for the others."""
    return Ability(switch_s={**dict.fromkeys(others, switch_s), need: 0.0})
