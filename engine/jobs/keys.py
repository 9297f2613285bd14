"""Every key the queue keeps in Redis, named once; the Lua files see them as `KEY.NAME`."""

from __future__ import annotations

from enum import StrEnum


class Key(StrEnum):
    """What follows the pool's prefix; names that end in a colon are completed.

    Where two things complete a name they are joined as `lane|need`. A lane is a class, or the
    short lane; a tag is a lane's virtual time in seconds.
    """

    SCHEMA = "schema"
    """String: version of this very layout."""
    LIBRARIES = "libraries"
    """Sorted set: versions of our functions on this server by when they were last loaded."""

    JOB = "job:"
    """Hash by job: its JSON and where it is. Kept as a tombstone a day after it is forgotten."""
    QUEUED = "queued"
    """Sorted set: every queued job by its number; the lowest came first."""
    LAST_NUMBER = "last_number"
    """Counter: the number of the newest job."""
    UNFINISHED = "unfinished"
    """Hash: how many queued or running jobs each `person|...` and each `place|...` has."""

    READY = "ready:"
    """Sorted set by lane|need: jobs in the race for a worker, by their score."""
    BATCH = "batch:"
    """Sorted set by lane|batch key: jobs that could be made together, by their score."""
    ENTERED = "entered:"
    """Sorted set by need: jobs in the race by the server's time, in ms, when they came into it."""
    PARKED = "parked:"
    """Sorted set by need: queued jobs over their person's or place's cap, by their number."""
    PARKED_OF = "parked_of:"
    """Sorted set by `person|...` and `place|...`: their parked jobs, by their number."""
    SLOTS = "slots"
    """Hash: how many ready or running jobs each `person|...` and each `place|...` has."""
    VIRTUAL = "virtual"
    """Hash by lane that ever had a job in the race: its virtual time, the start tag of the job
    that was its head last."""
    TAGS = "tags:"
    """Sorted set by lane: people by their finish tag, while it is ahead of the virtual time."""
    SERVED = "served:"
    """Hash by what workers can do: seconds given to each lane over its share, `*` the least of
    them at the last choice, `active` the lanes left waiting then, `all` and `overdue` seconds, and
    `due`, the server's time in ms before which nothing is overdue. Forgotten a week after it began
    or last got a lane."""

    LEASES = "leases"
    """Sorted set: every running job by the server's time, in ms, when its lease ends."""
    LAST_TOKEN = "last_token"
    """Counter: the newest fencing token."""
    CLAIM = "claim:"
    """Hash by worker: its last claim, the nonce it was made with, and what the worker serves."""
    HOLDERS = "holders:"
    """Sorted set by need: workers that hold what it needs, by the server's time until which."""
    IDLE = "idle"
    """Sorted set: workers that found nothing to do, by the server's time until which."""
    IDLE_FOR = "idle_for:"
    """Sorted set by need: idle workers by the seconds they take to be ready for it."""
    BELL = "bell:"
    """List by worker: one item when there is something to claim."""

    OUTBOX = "outbox:"
    """Stream by bot: outcomes not yet delivered."""
    DELIVERER = "deliverer:"
    """String by bot: which of its processes delivers; expires when it stops."""
    FLOOD = "flood:"
    """String by `bot|place`, and by `bot|*` for the whole bot: the calls it may make there, as
    flood.lua says, in JSON. Expires when all of them are to be had again."""
    BEGUN = "begun:"
    """Hash by bot: answers that people were promised and that are not given, and how they are
    given, in JSON."""
    PROGRESS = "progress"
    """Channel: progress of running jobs."""
    COUNTS = "counts"
    """Hash: what happened how often, for the exporter; fields such as `claims|head`."""

    PACE = "pace:"
    """List by `need|device|size|frames`: the last working times, in seconds."""
    PACES = "paces"
    """Sorted set: which of these lists there are, by the server's time, in ms, of the newest."""
    PLAN = "plan"
    """Hash by queued job: its place and its wait, as planned last; `*` is about the whole plan."""
    PLANNER = "planner"
    """String: which planner leads; expires when it stops."""
    PLAN_BELL = "plan_bell"
    """List: one item when there is something new to plan."""
    CALIBRATION = "calibration:"
    """List by kind of job: the last ratios of real to planned waits."""

    WORKERS = "workers"
    """Sorted set: workers by the server's time, in ms, until which they count as alive."""
    OFFERS = "offers"
    """Hash by worker: the JSON of what it offers."""
    ADDRESS = "address:"
    """String by bot: where people find it; expires when it stops."""


def prefix(pool: str) -> str:
    """Start every key of a pool alike; the braces keep a pool on one shard of a cluster."""
    return f"zoetrope:{{{pool}}}:"


def as_lua() -> str:
    """Write the names as a Lua table."""
    pairs = ", ".join(f"{key.name} = '{key.value}'" for key in Key)
    return f"local KEY = {{{pairs}}}"
