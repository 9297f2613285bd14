"""The job queue: enqueue, claim under a lease, finish once; the rules are in queue.lua.

Every method may raise QueueUnavailable, and works again by itself when Redis is back. Every method
may be repeated: what has already happened is not done twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import cast

from pydantic import TypeAdapter
from redis.asyncio import Redis

from engine.jobs.connection import block_seconds, reaching_redis
from engine.jobs.errors import Refused
from engine.jobs.job import (
    JOB_JSON,
    OUTCOME_JSON,
    Job,
    JobId,
    JobState,
    Outcome,
    Progress,
    Standing,
    Variant,
    WorkerId,
)
from engine.jobs.keys import Key, prefix
from engine.jobs.library import FunctionLibrary
from engine.jobs.progress import PROGRESS_JSON
from engine.jobs.refusal import Refusal, RefusalCode
from engine.jobs.standing import MOST_AHEAD, estimate, read_snapshot

LEASE = timedelta(seconds=15)
MAX_ATTEMPTS = 3
TOMBSTONE = timedelta(hours=24)
"""How long an ended job's id is known after it is forgotten: longer than any platform repeats."""

_VARIANTS_JSON = TypeAdapter(tuple[Variant, ...])
_NEEDS_JSON = TypeAdapter(Sequence[str])


@dataclass(frozen=True, slots=True)
class Enqueued:
    """Where the job is.

    `new` when this very call put it there; a call that was repeated because its answer was lost
    cannot tell.
    """

    state: JobState
    new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A job lent to one worker: `variant` is how to make it, `token` proves the loan."""

    job: Job
    variant: Variant
    token: int
    attempt: int


class Beat(Enum):
    """What a worker hears when it renews a claim."""

    HELD = "held"
    CANCEL = "cancel"
    LOST = "lost"


class JobQueue:
    """One pool's queue."""

    def __init__(
        self,
        redis: Redis,
        *,
        pool: str = "main",
        lease: timedelta = LEASE,
        max_attempts: int = MAX_ATTEMPTS,
    ) -> None:
        self._redis = redis
        self._prefix = prefix(pool)
        self._library = FunctionLibrary(redis, pool=pool)
        self._lease_ms = _milliseconds(lease)
        self._max_attempts = max_attempts

    async def load(self) -> None:
        """Make sure that the server can serve us; calls do so by themselves.

        Raises:
            QueueIncompatible: it holds the queue of another version.
        """
        await self._library.load()

    async def enqueue(self, job: Job, *, max_waiting: int) -> Enqueued:
        """Put a job in the queue, once however often it is repeated.

        Raises:
            Refused: the person has `max_waiting` jobs queued or running.
        """
        if not job.variants:
            raise ValueError(f"job {job.id} has no variant, so no worker could ever make it")
        answer, new = await self._library.call(
            "enqueue",
            job.id,
            job.person,
            job.bot,
            _VARIANTS_JSON.dump_json(job.variants).decode(),
            JOB_JSON.dump_json(job).decode(),
            max_waiting,
        )
        if answer == "too_many":
            raise Refused(Refusal(RefusalCode.TOO_MANY_WAITING, {"limit": max_waiting}))
        return Enqueued(JobState(answer), bool(new))

    async def claim(self, worker: WorkerId, needs: Sequence[str], *, nonce: str) -> Claim | None:
        """Take the next job that a worker with these need-keys can do.

        The same nonce again gives the same claim, while it is held.
        """
        answer = await self._library.call(
            "claim", worker, nonce, self._lease_ms, _NEEDS_JSON.dump_json(needs).decode()
        )
        if answer is None:
            return None
        token, attempt, variant, payload = answer
        job = JOB_JSON.validate_json(payload)
        return Claim(
            job=job, variant=job.variants[int(variant)], token=int(token), attempt=int(attempt)
        )

    async def wait_for_work(self, needs: Sequence[str], at_most: timedelta) -> None:
        """Return when there may be a job to claim, or after a while, 2 s at most."""
        bells = [self._prefix + Key.BELL + need for need in needs]
        with reaching_redis():
            await self._redis.blpop(bells, timeout=block_seconds(at_most))

    async def beat(self, claim: Claim, progress: Progress | None = None) -> Beat:
        """Renew a claim, and say how far the job is."""
        shown = PROGRESS_JSON.dump_json(progress).decode() if progress else ""
        answer = await self._library.call("beat", claim.job.id, claim.token, self._lease_ms, shown)
        return Beat(answer)

    async def finish(self, claim: Claim, outcome: Outcome) -> bool:
        """End a job; False when the claim was lost and the outcome is discarded."""
        outcome_json = OUTCOME_JSON.dump_json(outcome).decode()
        return await self._end("finish", claim, outcome.kind, outcome_json)

    async def hand_back(self, claim: Claim) -> bool:
        """Give a job back undone, as if never claimed; False when the claim was lost."""
        return await self._end("hand_back", claim)

    async def retry(self, claim: Claim, error: str) -> bool:
        """Report a failure of ours: the job is queued again, or fails after its last attempt."""
        return await self._end("retry", claim, self._max_attempts, error)

    async def cancel(self, job: JobId) -> JobState | None:
        """Cancel a queued job now, or ask its worker to; the state it is in then, if known."""
        answer = await self._library.call("cancel", job)
        return JobState(answer) if answer else None

    async def reap(self, limit: int = 100) -> int:
        """Queue again, or fail, the jobs whose lease has run out; says how many."""
        return await self._library.call("reap", limit, self._max_attempts)

    async def standing(self, job: JobId) -> Standing | None:
        """Say where a job is in the queue and when its clip may be there."""
        answer = await self._library.call("standing", job, MOST_AHEAD)
        return estimate(read_snapshot(answer)) if answer else None

    async def state(self, job: JobId) -> JobState | None:
        """Say where a job is, if it is known."""
        found = await self._field(job, "state")
        return JobState(found) if found else None

    async def last_progress(self, job: JobId) -> Progress | None:
        """Say how far a running job is, if its worker has said."""
        found = await self._field(job, "progress")
        return PROGRESS_JSON.validate_json(found) if found else None

    async def forget(self, job: JobId) -> None:
        """Let an ended job's record go; for a day its id still answers with its final state."""
        await self._library.call("forget", job, _milliseconds(TOMBSTONE))

    async def _end(self, function: str, claim: Claim, *args: str | int) -> bool:
        return bool(await self._library.call(function, claim.job.id, claim.token, *args))

    async def _field(self, job: JobId, field: str) -> str | None:
        with reaching_redis():
            found = await self._redis.hget(self._prefix + Key.JOB + job, field)
        return cast("str | None", found)


def _milliseconds(duration: timedelta) -> int:
    return round(duration.total_seconds() * 1000)
