"""What the queue's server holds, read from its keys, and whether it fits together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from redis.asyncio import Redis

from engine.jobs.keys import Key, prefix

GONE_WHEN_DRAINED = (
    Key.SLOTS,
    Key.UNFINISHED,
    Key.QUEUED,
    Key.LEASES,
    Key.READY,
    Key.PARKED,
    Key.PARKED_OF,
    Key.ENTERED,
    Key.BATCH,
)
"""What says something of unfinished jobs only; names that end in a colon start many keys."""


@dataclass(frozen=True, slots=True)
class QueueState:
    """Jobs by where they are, counts by owner, and ends by job.

    `ready`, `entered` and `parked` are jobs as the index of each need has them.
    """

    queued: frozenset[str]
    running: frozenset[str]
    ready: Mapping[str, frozenset[str]]
    parked: Mapping[str, frozenset[str]]
    entered: Mapping[str, frozenset[str]]
    slots: Mapping[str, int]
    unfinished: Mapping[str, int]
    ends: Mapping[str, int]

    @property
    def in_race(self) -> frozenset[str]:
        """Jobs that a worker may take in turn."""
        return frozenset[str]().union(*self.ready.values())

    @property
    def out_of_race(self) -> frozenset[str]:
        """Jobs over their person's or place's cap."""
        return frozenset[str]().union(*self.parked.values())


async def read_queue(redis: Redis, *, bot: str = "web") -> QueueState:
    """Read all of the main pool's keys that say something of unfinished jobs, and the outbox."""
    pool = prefix("main")
    return QueueState(
        queued=await _members(redis, pool + Key.QUEUED),
        running=await _members(redis, pool + Key.LEASES),
        ready=await _indexes(redis, Key.READY),
        parked=await _indexes(redis, Key.PARKED),
        entered=await _indexes(redis, Key.ENTERED),
        slots=await _counts(redis, pool + Key.SLOTS),
        unfinished=await _counts(redis, pool + Key.UNFINISHED),
        ends=await _ends(redis, pool + Key.OUTBOX + bot),
    )


async def left_over(redis: Redis) -> set[str]:
    """Name the keys that a drained queue should not have."""
    keys = {str(key).removeprefix(prefix("main")) for key in await redis.keys(prefix("main") + "*")}
    return {key for key in keys if any(_is_of(key, name) for name in GONE_WHEN_DRAINED)}


def _is_of(key: str, name: Key) -> bool:
    return key.startswith(name) if name.endswith(":") else key == name


async def _members(redis: Redis, key: str) -> frozenset[str]:
    return frozenset(str(member) for member in await redis.zrange(key, 0, -1))


async def _indexes(redis: Redis, name: Key) -> Mapping[str, frozenset[str]]:
    """Read what every index of a kind holds, by the need at the end of its name."""
    found: dict[str, frozenset[str]] = {}
    start = prefix("main") + name
    for key in await redis.keys(start + "*"):
        need = str(key).removeprefix(start).split("|")[-1]
        found[need] = found.get(need, frozenset()) | await _members(redis, str(key))
    return found


async def _ends(redis: Redis, outbox: str) -> Mapping[str, int]:
    entries = cast("list[tuple[str, dict[str, str]]]", await redis.xrange(outbox))
    return Counter(fields["job"] for _, fields in entries)


async def _counts(redis: Redis, key: str) -> Mapping[str, int]:
    return {str(owner): int(count) for owner, count in (await redis.hgetall(key)).items()}
