"""The job queue: enqueue, claim under a lease, finish once; the rules are in the Lua files.

Every method may raise QueueUnavailable, and works again by itself when Redis is back. Every method
may be repeated: what has already happened is not done twice.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import cast

from pydantic import ValidationError
from redis.asyncio import Redis

from engine.jobs.connection import block_seconds, reaching_redis
from engine.jobs.errors import Refused
from engine.jobs.job import (
    JOB_JSON,
    OUTCOME_JSON,
    Declined,
    Failed,
    Job,
    JobId,
    JobState,
    Outcome,
    Progress,
    Standing,
    Succeeded,
    Variant,
    WorkerId,
)
from engine.jobs.keys import Key, prefix
from engine.jobs.library import FunctionLibrary
from engine.jobs.order import USUAL_CAPS, USUAL_ORDER, Ability, Caps, ClaimOrder
from engine.jobs.progress import PROGRESS_JSON
from engine.jobs.refusal import Refusal, RefusalCode
from engine.jobs.round_trip import Reply
from engine.jobs.standing import read_standings
from engine.jobs.wire import MOST_BYTES, description, rules, serves

LEASE = timedelta(seconds=15)
MAX_ATTEMPTS = 3
TOMBSTONE = timedelta(hours=24)
"""How long an ended job's id is known after it is forgotten: longer than any platform repeats."""

log = logging.getLogger(__name__)


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
    """A job lent to one worker: `variant` is how to make it, `token` proves the loan.

    `why` says what made it the next one: head, affinity, crossing, overdue or borrow.
    """

    job: Job
    variant: Variant
    token: int
    attempt: int
    why: str = "head"
    waited_s: float = 0.0


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
        order: ClaimOrder = USUAL_ORDER,
        lease: timedelta = LEASE,
        max_attempts: int = MAX_ATTEMPTS,
    ) -> None:
        self._redis = redis
        self._prefix = prefix(pool)
        self._library = FunctionLibrary(redis, pool=pool)
        self._order = order
        self._rules = rules(order)
        self._lease_ms = _milliseconds(lease)
        self._max_attempts = max_attempts

    async def load(self) -> None:
        """Make sure that the server can serve us; calls do so by themselves.

        Raises:
            QueueIncompatible: it holds the queue of another version.
        """
        await self._library.load()

    async def enqueue(self, job: Job, *, caps: Caps = USUAL_CAPS) -> Enqueued:
        """Put a job in the queue, once however often it is repeated.

        Raises:
            Refused: the person or the place has too many queued or running, or the job is too big
                to be kept.
        """
        if not job.variants:
            raise ValueError(f"job {job.id} has no variant, so no worker could ever make it")
        payload = JOB_JSON.dump_json(job)
        if len(payload) > MOST_BYTES:
            raise Refused(Refusal(RefusalCode.ASK_TOO_LARGE, {"limit": MOST_BYTES}))
        answer, new = await self._library.call(
            "enqueue", *description(job, caps, self._order), payload.decode()
        )
        if answer == "too_many":
            limit = {"limit": caps.person_waiting}
            raise Refused(Refusal(RefusalCode.TOO_MANY_WAITING, limit))
        if answer == "place_full":
            raise Refused(Refusal(RefusalCode.PLACE_FULL, {"limit": caps.place_waiting}))
        return Enqueued(JobState(answer), bool(new))

    async def claim(self, worker: WorkerId, ability: Ability, *, nonce: str) -> Claim | None:
        """Take the job that this worker should do next.

        The same nonce again gives the same claim, while it is held.
        """
        claims = await self.claim_batch(worker, ability, nonce=nonce, at_most=1)
        return claims[0] if claims else None

    async def claim_batch(
        self, worker: WorkerId, ability: Ability, *, nonce: str, at_most: int
    ) -> list[Claim]:
        """Take the next job, and others that could be made together with it and are nearly due."""
        lent = await self._library.call("claim", self._ask(ability, at_most), worker, nonce)
        return await self._read_claims(lent)

    async def claim_when_rung(
        self,
        worker: WorkerId,
        ability: Ability,
        *,
        nonce: str,
        at_most: int = 1,
        wait: timedelta,
    ) -> list[Claim]:
        """Wait until this worker's bell is rung, or a while, 2 s at most; then claim."""
        bell, wait_s = self._prefix + Key.BELL + worker, block_seconds(wait)
        asked = self._ask(ability, at_most)
        lent = await self._library.call_when_rung(bell, wait_s, "claim", asked, worker, nonce)
        return await self._read_claims(lent)

    async def ring(self, worker: WorkerId) -> None:
        """Let a worker that waits look for work now."""
        with reaching_redis():
            await self._redis.lpush(self._prefix + Key.BELL + worker, 1)

    async def beat(self, claim: Claim, progress: Progress | None = None) -> Beat:
        """Renew a claim, and say how far the job is."""
        shown = PROGRESS_JSON.dump_json(progress).decode() if progress else ""
        answer = await self._library.call("beat", claim.job.id, claim.token, self._lease_ms, shown)
        return Beat(answer)

    async def finish(self, claim: Claim, outcome: Outcome) -> bool:
        """End a job; False when the claim was lost and the outcome is discarded."""
        return await self._finish(claim.job.id, claim.token, outcome)

    async def hand_back(self, claim: Claim) -> bool:
        """Give a job back undone, as if never claimed; False when the claim was lost."""
        return bool(await self._library.call("hand_back", claim.job.id, claim.token))

    async def retry(self, claim: Claim, error: str) -> bool:
        """Report a failure of ours: the job is queued again, or fails after its last attempt."""
        return bool(
            await self._library.call("retry", claim.job.id, claim.token, self._max_attempts, error)
        )

    async def cancel(self, job: JobId) -> JobState | None:
        """Cancel a queued job now, or ask its worker to; the state it is in then, if known."""
        answer = await self._library.call("cancel", job)
        return JobState(answer) if answer else None

    async def refuse(self, job: JobId, refusal: Refusal) -> bool:
        """End a queued job that cannot be done; False when it is not queued any more."""
        outcome = OUTCOME_JSON.dump_json(Declined(refusal=refusal)).decode()
        return bool(await self._library.call("refuse", job, outcome))

    async def reap(self, limit: int = 100) -> int:
        """Queue again, or fail, the jobs whose lease has run out; says how many."""
        return await self._library.call("reap", limit, self._max_attempts)

    async def standing(self, job: JobId) -> Standing | None:
        """Say where a job is in the queue and when its clip may be there.

        None when it is not known, or has come since the last plan.
        """
        return (await self.standings([job]))[0]

    async def standings(self, jobs: Sequence[JobId]) -> list[Standing | None]:
        """Say where each of these jobs is, as `standing` does."""
        return read_standings(await self._library.call("standings", *jobs))

    async def state(self, job: JobId) -> JobState | None:
        """Say where a job is, if it is known."""
        return (await self.states([job]))[0]

    async def states(self, jobs: Sequence[JobId]) -> list[JobState | None]:
        """Say where each of several jobs is, if it is known."""
        with reaching_redis():
            asking = self._redis.pipeline(transaction=False)
            for job in jobs:
                asking.hget(self._prefix + Key.JOB + job, "state")
            found = cast("list[str | None]", await asking.execute())
        return [JobState(state) if state else None for state in found]

    async def last_progress(self, job: JobId) -> Progress | None:
        """Say how far a running job is, if its worker has said."""
        found = await self._field(job, "progress")
        return PROGRESS_JSON.validate_json(found) if found else None

    async def forget(self, job: JobId) -> None:
        """Let an ended job's record go; for a day its id still answers with its final state."""
        await self._library.call("forget", job, _milliseconds(TOMBSTONE))

    def _ask(self, ability: Ability, at_most: int) -> str:
        return json.dumps(
            {
                "device": ability.device,
                "lease_ms": self._lease_ms,
                "at_most": at_most,
                "order": self._rules,
                **serves(ability),
            }
        )

    async def _read_claims(self, lent: Reply) -> list[Claim]:
        claims = [await self._read_claim(reply) for reply in lent]
        return [claim for claim in claims if claim is not None]

    async def _read_claim(self, reply: Reply) -> Claim | None:
        """Read a job that was lent to us; one that nobody can read ends here."""
        job_id, token, attempt, variant, why, waited_ms, payload = reply
        try:
            job = JOB_JSON.validate_json(payload)
        except ValidationError as error:
            log.error("job %s cannot be read: %s", job_id, error)
            await self._finish(job_id, int(token), Failed(error="its description cannot be read"))
            return None
        return Claim(
            job=job,
            variant=job.claimable[int(variant)],
            token=int(token),
            attempt=int(attempt),
            why=why,
            waited_s=int(waited_ms) / 1000,
        )

    async def _finish(self, job: JobId, token: int, outcome: Outcome) -> bool:
        worked_s = outcome.took_s if isinstance(outcome, Succeeded) else ""
        outcome_json = OUTCOME_JSON.dump_json(outcome).decode()
        return bool(
            await self._library.call("finish", job, token, outcome.kind, outcome_json, worked_s)
        )

    async def _field(self, job: JobId, field: str) -> str | None:
        with reaching_redis():
            found = await self._redis.hget(self._prefix + Key.JOB + job, field)
        return cast("str | None", found)


def _milliseconds(duration: timedelta) -> int:
    return round(duration.total_seconds() * 1000)
