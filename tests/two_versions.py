"""What processes of two versions do at once; as a program, the newer one's part.

python -m tests.two_versions URL ask NUMBER      enqueue jobs that only the newer can read
python -m tests.two_versions URL serve NUMBER    serve so many jobs
python -m tests.two_versions URL mix NUMBER      enqueue jobs, and serve until both sides' end
"""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta

from redis.asyncio import Redis

from engine.jobs.connection import connect
from engine.jobs.job import WorkerId
from engine.jobs.keys import Key, prefix
from engine.jobs.order import Caps
from engine.jobs.queue import Claim, JobQueue
from tests.job_samples import LOOK, a_job, able, success

MANY = Caps(person_waiting=1000, place_waiting=1000)
OUTBOX = prefix("main") + Key.OUTBOX + "web"
PAUSE = timedelta(seconds=0.05)
SHORT = timedelta(seconds=0.2)


async def ask(redis: Redis, number: int) -> None:
    queue = JobQueue(redis)
    for n in range(number):
        await queue.enqueue(a_job(f"newer {n}", v=2))


async def serve(redis: Redis, number: int) -> None:
    queue = JobQueue(redis)
    for n in range(number):
        claim = await queue.claim(WorkerId("newer"), able(LOOK), nonce=str(n))
        assert claim is not None
        await queue.finish(claim, success(claim.job))


async def mix(redis: Redis, number: int, side: str = "newer") -> None:
    """Do everything that can be done with a queue, until both sides' jobs have ended.

    Half of what is given back is left for whoever notices that its lease has run out.
    """
    queue = JobQueue(redis, lease=SHORT)
    for n in range(number):
        job = a_job(f"{side} {n}", person=f"person {n % 5}", batch_key="same")
        await queue.enqueue(job, caps=MANY)
        if n % 9 == 0:
            await queue.cancel(job.id)
    turn = 0
    while await redis.xlen(OUTBOX) < 2 * number:
        turn += 1
        nonce = f"{side} {turn}"
        claims = await queue.claim_when_rung(
            WorkerId(side), able(LOOK), nonce=nonce, at_most=2, wait=PAUSE
        )
        for claim in claims:
            await _deal_with(queue, claim, turn)
        if not claims:
            await queue.reap()


async def _deal_with(queue: JobQueue, claim: Claim, turn: int) -> None:
    if turn % 5 == 0:
        await queue.hand_back(claim)
    elif turn % 7 == 0:
        await queue.retry(claim, "error")
    elif turn % 11:
        await queue.beat(claim)
        await queue.finish(claim, success(claim.job))


async def main(url: str, role: str, number: int) -> None:
    async with connect(url) as redis:
        await {"ask": ask, "serve": serve, "mix": mix}[role](redis, number)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
