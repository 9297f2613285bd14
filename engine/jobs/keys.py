"""Every key the queue keeps in Redis, named once; queue.lua sees them as `KEY.NAME`."""

from __future__ import annotations

from enum import StrEnum


class Key(StrEnum):
    """What follows the pool's prefix; names that end in a colon are completed with an id."""

    SCHEMA = "schema"
    """String: version of this very layout."""
    JOB = "job:"
    """Hash by job: its JSON and where it is. Kept as a tombstone a day after it is forgotten."""
    WAITING = "waiting"
    """Sorted set: every queued job by its order."""
    WAITING_FOR = "waiting_for:"
    """Sorted set by need-key: the queued jobs with a variant that needs it, by their order."""
    LAST_ORDER = "last_order"
    """Counter: the order of the newest job."""
    UNFINISHED = "unfinished"
    """Hash: how many queued or running jobs each person has."""
    LEASES = "leases"
    """Sorted set: every running job by the server's time, in ms, when its lease ends."""
    LAST_TOKEN = "last_token"
    """Counter: the newest fencing token."""
    CLAIM = "claim:"
    """Hash by worker: its last claim and the nonce it was made with."""
    BELL = "bell:"
    """List by need-key: one item for each job that came since idle workers last looked."""
    PACE = "pace:"
    """List by need-key: the last ratios of a clip's actual to its predicted working time."""
    OUTBOX = "outbox:"
    """Stream by bot: outcomes not yet delivered."""
    PROGRESS = "progress"
    """Channel: progress of running jobs."""
    WORKERS = "workers"
    """Sorted set: workers by the server's time, in ms, until which they count as alive."""
    OFFERS = "offers"
    """Hash by worker: the JSON of what it offers."""


def prefix(pool: str) -> str:
    """Start every key of a pool alike; the braces keep a pool on one shard of a cluster."""
    return f"zoetrope:{{{pool}}}:"


def as_lua() -> str:
    """Write the names as a Lua table."""
    pairs = ", ".join(f"{key.name} = '{key.value}'" for key in Key)
    return f"local KEY = {{{pairs}}}"
