"""Nobody waits without end, however many others come, and however much better their claims are.

The bound: let workers that serve the same needs run jobs predicted to take between `c` and `r c`
seconds, and let `s` be the overdue share. A job that is overdue, with `n` waiting jobs that entered
the race for a worker before it, is claimed within (n + 1) (1 + ceil(r (1 - s) / s)) claims by these
workers, whatever arrives. (A job over its person's or place's cap enters the race when one of
theirs ends: they wait for themselves.)

Why: call `overdue - s * all` seconds their debt. An overdue job is taken whenever one waits and
the debt is not above zero; that adds at most (1 - s) r c to it. Every other claim takes at least
s c off it, so at most ceil(r (1 - s) / s) of those pass before the next overdue one. Overdue jobs
are taken by when they entered, and newcomers enter later, so after n + 1 of them it was our turn.
"""

from __future__ import annotations

import asyncio
from itertools import count
from math import ceil

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from engine.jobs.connection import connect
from engine.jobs.job import JobId, JobState, Variant, WorkerId
from engine.jobs.order import Ability, ClaimOrder
from engine.jobs.queue import JobQueue
from tests.job_samples import a_job, success
from tests.valkey import ValkeyProcess

LOADED, COLD = "model:loaded", "model:cold"
SHORTEST_S, LONGEST_S = 10.0, 20.0
ORDER = ClaimOrder(overdue_s=0.0)
WORKER = WorkerId("worker")
ABILITY = Ability(switch_s={LOADED: 0.0, COLD: 300.0})
MOST_AHEAD = 2

Favourite = tuple[str, float]
favourites = st.tuples(
    st.sampled_from(["paid", "challenge", "free"]), st.sampled_from([SHORTEST_S, LONGEST_S])
)
crowds = st.lists(favourites, min_size=1, max_size=3)


def bound(ahead: int) -> int:
    share = ORDER.overdue_share
    between = ceil(LONGEST_S / SHORTEST_S * (1 - share) / share)
    return (ahead + 1) * (1 + between)


class Rush:
    """A worker that never rests, while people with better claims keep coming."""

    def __init__(self, queue: JobQueue) -> None:
        self._queue = queue
        self._numbers = count()

    async def unlucky(self, ahead: int) -> JobId:
        """Ask, behind others who do the same, for a long job that needs a switch."""
        variant = Variant(name="long", needs=COLD, cost_s=LONGEST_S)
        jobs = [
            a_job(self._name(), person=f"unlucky-{n}", variants=(variant,), weight=0.1)
            for n in range(ahead + 1)
        ]
        for job in jobs:
            await self._queue.enqueue(job)
        return jobs[-1].id

    async def arrive(self, crowd: list[Favourite]) -> None:
        for job_class, cost_s in crowd:
            name = self._name()
            variant = Variant(name="quick", needs=LOADED, cost_s=cost_s)
            job = a_job(
                name,
                person=name,
                place=name,
                variants=(variant,),
                job_class=job_class,
                weight=100.0,
            )
            await self._queue.enqueue(job)

    async def serve_one(self) -> None:
        claim = await self._queue.claim(WORKER, ABILITY, nonce=self._name())
        assert claim is not None
        await self._queue.finish(claim, success(claim.job))

    def _name(self) -> str:
        # Of jobs due in the same millisecond the first by name goes first: the one that came first.
        return f"{next(self._numbers):06}"


@settings(
    max_examples=8,
    phases=[Phase.generate],
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    ahead=st.integers(min_value=0, max_value=MOST_AHEAD),
    before=st.integers(min_value=0, max_value=5),
    crowds=st.lists(crowds, min_size=bound(MOST_AHEAD), max_size=bound(MOST_AHEAD)),
)
def test_an_overdue_job_is_claimed_within_the_bound_whatever_else_arrives(
    valkey: ValkeyProcess, ahead: int, before: int, crowds: list[list[Favourite]]
) -> None:
    async def run() -> JobState | None:
        async with connect(valkey.url) as redis:
            await redis.flushall()
            queue = JobQueue(redis, order=ORDER)
            rush = Rush(queue)
            for crowd in crowds[:before]:
                await rush.arrive(crowd[:1])
                await rush.serve_one()
            job = await rush.unlucky(ahead)
            for crowd in crowds[: bound(ahead)]:
                await rush.arrive(crowd)
                await rush.serve_one()
            return await queue.state(job)

    assert asyncio.run(run()) is JobState.SUCCEEDED
