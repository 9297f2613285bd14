"""Outcomes on their way back to a bot, each kept until the bot acknowledges it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from redis.asyncio import Redis

from engine.jobs.connection import block_seconds, reaching_redis
from engine.jobs.job import OUTCOME_JSON, JobId, Outcome
from engine.jobs.keys import Key, prefix

_START = "0"
_BATCH = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxEntry:
    """One job's end; `entry` is what to acknowledge."""

    entry: str
    job: JobId
    outcome: Outcome


class Outbox:
    """The outcomes of one bot's jobs, oldest first, for the one process that delivers them.

    What is acknowledged leaves the stream, so the stream is what remains to deliver. A consumer
    group would hide entries whose reply was lost on the way; reading on from the last one received
    does not.
    """

    def __init__(self, redis: Redis, bot: str, *, pool: str = "main") -> None:
        self._redis = redis
        self._stream = prefix(pool) + Key.OUTBOX + bot
        self._after = _START

    async def entries(self, *, wait: timedelta) -> list[OutboxEntry]:
        """Give what earlier runs did not acknowledge, then what is new; waits 2 s at most."""
        with reaching_redis():
            streams = await self._redis.xread(
                {self._stream: self._after},
                count=_BATCH,
                block=round(block_seconds(wait) * 1000),
            )
        found = [_entry(entry, fields) for _, items in streams for entry, fields in items]
        if found:
            self._after = found[-1].entry
        return found

    def rewind(self) -> None:
        """Have everything unacknowledged given again, from the next call on."""
        self._after = _START

    async def acknowledge(self, entry: str) -> None:
        """Let an outcome go that is delivered, or recorded as undeliverable."""
        with reaching_redis():
            await self._redis.xdel(self._stream, entry)


def _entry(entry: str, fields: dict[str, str]) -> OutboxEntry:
    outcome = OUTCOME_JSON.validate_json(fields["outcome"])
    return OutboxEntry(entry=entry, job=JobId(fields["job"]), outcome=outcome)
