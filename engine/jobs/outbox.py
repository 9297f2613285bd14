"""Outcomes on their way back to a bot, each kept until the bot acknowledges it."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import cast

from pydantic import ValidationError
from redis.asyncio import Redis

from engine.jobs.connection import block_seconds, reaching_redis
from engine.jobs.job import OUTCOME_JSON, JobId, Outcome
from engine.jobs.keys import Key, prefix

log = logging.getLogger(__name__)

_START = "0"
_BATCH = 32
_PAGE = 1000
_Items = list[tuple[str, dict[str, str]]]


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
        """Give what earlier runs did not acknowledge, then what is new; waits 2 s at most.

        An entry that cannot be read is dropped; sweeping ends its job.
        """
        with reaching_redis():
            streams = await self._redis.xread(
                {self._stream: self._after},
                count=_BATCH,
                block=round(block_seconds(wait) * 1000),
            )
        found: list[OutboxEntry] = []
        for _, items in cast("list[tuple[str, _Items]]", streams):
            for entry, fields in items:
                self._after = entry
                found += await self._read(entry, fields)
        return found

    def rewind(self) -> None:
        """Have everything unacknowledged given again, from the next call on."""
        self._after = _START

    async def jobs(self) -> frozenset[JobId]:
        """List the jobs whose outcomes are still here."""
        return frozenset([JobId(fields.get("job", "")) async for fields in self._waiting()])

    async def acknowledge(self, entry: str) -> None:
        """Let an outcome go that is delivered, or recorded as undeliverable."""
        with reaching_redis():
            await self._redis.xdel(self._stream, entry)

    async def _read(self, entry: str, fields: Mapping[str, str]) -> list[OutboxEntry]:
        """Read an entry; none when there is no sense in it."""
        try:
            outcome = OUTCOME_JSON.validate_json(fields["outcome"])
            return [OutboxEntry(entry=entry, job=JobId(fields["job"]), outcome=outcome)]
        except (KeyError, ValidationError) as error:
            job = fields.get("job", "an unknown job")
            log.error("the outcome of %s cannot be read and is dropped: %s", job, error)
            await self.acknowledge(entry)
            return []

    async def _waiting(self) -> AsyncGenerator[Mapping[str, str]]:
        after = "-"
        while True:
            with reaching_redis():
                answer = await self._redis.xrange(self._stream, min=after, count=_PAGE)
            page = cast("_Items", answer)
            for entry, fields in page:
                after = f"({entry}"
                yield fields
            if len(page) < _PAGE:
                return
