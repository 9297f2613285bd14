"""What is going on in a pool, for its operator: read from Redis and changing nothing there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple, cast

from pydantic import Json, TypeAdapter
from redis.asyncio import Redis

from engine.jobs.connection import reaching_redis
from engine.jobs.job import JobId, WorkerId
from engine.jobs.keys import Key, prefix

LOOKED_AT = 2000
"""How many queued jobs are read one by one; what many more add up to is estimated from these."""

OLDEST = 200
"""How many jobs of each need are looked at for the oldest of every lane."""

Argument = str | int


class WorkerState(StrEnum):
    """What a worker is at; stuck is working without progress."""

    IDLE = "idle"
    WORKING = "working"
    STUCK = "stuck"
    DRAINING = "draining"


def most_still_s(stuck_s: float, predicted_s: float) -> float:
    """Say how long a clip predicted to take so long may show no progress."""
    return max(stuck_s, 3 * predicted_s)


@dataclass(frozen=True, slots=True)
class Backlog:
    """Queued jobs and their predicted working time, parked ones included."""

    jobs: float = 0.0
    seconds: float = 0.0

    def with_more(self, jobs: float, seconds: float) -> Backlog:
        """Add jobs that take so long together."""
        return Backlog(self.jobs + jobs, self.seconds + seconds)


class Running(NamedTuple):
    """A claimed job: its worker, and for how long it has shown no progress."""

    job: JobId
    worker: WorkerId
    still_s: float
    predicted_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """One look at a pool.

    `backlog` is by lane and need, `oldest_ready_s` by lane, `outbox_lag_s` by bot; `counts` are
    those of the queue's Lua, by field.
    """

    backlog: Mapping[tuple[str, str], Backlog]
    oldest_ready_s: Mapping[str, float]
    live: Sequence[WorkerId]
    running: Sequence[Running]
    outbox_lag_s: Mapping[str, float]
    counts: Mapping[str, int]

    def stuck(self, stuck_s: float) -> list[Running]:
        """List the jobs whose workers beat and get nowhere.

        A worker that holds several makes one after the other: any progress is progress of all.
        """
        moving = {job.worker for job in self.running if not _is_stuck(job, stuck_s)}
        return [job for job in self.running if job.worker not in moving]

    def states(self, stuck_s: float) -> Mapping[WorkerId, WorkerState]:
        """Say what each live worker is at."""
        working = {job.worker: WorkerState.WORKING for job in self.running}
        stuck = {job.worker: WorkerState.STUCK for job in self.stuck(stuck_s)}
        return {worker: {**working, **stuck}.get(worker, WorkerState.IDLE) for worker in self.live}


class Surveyor:
    """Takes surveys of one pool."""

    def __init__(self, redis: Redis, *, pool: str = "main") -> None:
        self._redis = redis
        self._prefix = prefix(pool)

    async def survey(self, bots: Iterable[str]) -> Survey:
        """Look at the queue, the workers, and the outboxes of some bots.

        Raises:
            QueueUnavailable: Redis cannot be reached.
        """
        with reaching_redis():
            return await self._survey(sorted(bots))

    async def bots(self) -> frozenset[str]:
        """Find out which bots have outcomes to deliver; goes through every key there is.

        Raises:
            QueueUnavailable: Redis cannot be reached.
        """
        start = self._prefix + Key.OUTBOX
        with reaching_redis():
            found = self._redis.scan_iter(  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
                f"{start}*", count=1000
            )
            keys = cast("AsyncIterator[str]", found)
            return frozenset([key.removeprefix(start) async for key in keys])

    async def _survey(self, bots: Sequence[str]) -> Survey:
        now_ms = await self._now_ms()
        queued, sample, leases, live, counts = await self._together(
            ("ZCARD", Key.QUEUED),
            ("ZRANDMEMBER", Key.QUEUED, LOOKED_AT),
            ("ZRANGE", Key.LEASES, 0, -1),
            ("ZRANGE", Key.WORKERS, now_ms, "+inf", "BYSCORE"),
            ("HGETALL", Key.COUNTS),
        )
        firsts = await self._together(
            *(("XRANGE", Key.OUTBOX + bot, "-", "+", "COUNT", 1) for bot in bots)
        )
        sampled, running = await self._records(sample), await self._records(leases)
        old = await self._entered_first(sampled.values())
        return Survey(
            backlog=_backlog(sampled.values(), queued),
            oldest_ready_s=_oldest([*old, *sampled.values()], now_ms),
            live=[WorkerId(worker) for worker in live],
            running=[_running(job, record, now_ms) for job, record in running.items()],
            outbox_lag_s={
                bot: _lag_s(first, now_ms) for bot, first in zip(bots, firsts, strict=True)
            },
            counts={what: int(times) for what, times in counts.items()},
        )

    async def _entered_first(self, sampled: Iterable[_Record]) -> Collection[_Record]:
        """Read those that are longest in the race for a worker, of each need there is."""
        needs = sorted({need for record in sampled for need, *_ in record.variants})
        firsts = await self._together(
            *(("ZRANGE", Key.ENTERED + need, 0, OLDEST - 1) for need in needs)
        )
        return (await self._records(sorted({job for first in firsts for job in first}))).values()

    async def _records(self, jobs: Sequence[str]) -> Mapping[str, _Record]:
        """Read jobs, without those that have ended meanwhile."""
        rows = await self._together(*(("HMGET", Key.JOB + job, *_Record._fields) for job in jobs))
        found = zip(jobs, rows, strict=True)
        return {job: _RECORD.validate_python(row) for job, row in found if row[0] is not None}

    async def _together(self, *commands: Sequence[Argument]) -> list[Any]:
        """Run commands, the second word of each a key, in one go; others may come between."""
        pipeline = self._redis.pipeline(transaction=False)
        for name, key, *rest in commands:
            pipeline.execute_command(  # pyright: ignore[reportUnknownMemberType]
                name, f"{self._prefix}{key}", *rest
            )
        return await pipeline.execute()

    async def _now_ms(self) -> int:
        time = self._redis.time()  # pyright: ignore[reportUnknownMemberType]
        seconds, microseconds = await time
        return seconds * 1000 + microseconds // 1000


class _Record(NamedTuple):
    """What is read of a job; `entered` is None while it is parked. Times are in ms."""

    lane: str
    variants: Json[list[tuple[str, float, int]]]
    variant: int | None
    entered: int | None
    worker: str | None
    moved_at: int | None


_RECORD = TypeAdapter(_Record)


def _backlog(sampled: Collection[_Record], queued: int) -> Mapping[tuple[str, str], Backlog]:
    each = queued / len(sampled) if sampled else 0.0
    backlog: defaultdict[tuple[str, str], Backlog] = defaultdict(Backlog)
    for record in sampled:
        need, cost_s, _ = record.variants[0]
        kind = record.lane, need
        backlog[kind] = backlog[kind].with_more(each, each * cost_s)
    return backlog


def _oldest(records: Iterable[_Record], now_ms: int) -> Mapping[str, float]:
    oldest: dict[str, float] = {}
    for record in records:
        if record.entered is not None:
            waits_s = (now_ms - record.entered) / 1000
            oldest[record.lane] = max(waits_s, oldest.get(record.lane, 0.0))
    return oldest


def _running(job: str, record: _Record, now_ms: int) -> Running:
    return Running(
        job=JobId(job),
        worker=WorkerId(record.worker or ""),
        still_s=(now_ms - (record.moved_at or now_ms)) / 1000,
        predicted_s=record.variants[record.variant or 0][1],
    )


def _lag_s(first: Sequence[tuple[str, Mapping[str, str]]], now_ms: int) -> float:
    """Tell the age of a stream's first entry, whose name begins with when it came."""
    return max(now_ms - int(first[0][0].partition("-")[0]), 0) / 1000 if first else 0.0


def _is_stuck(job: Running, stuck_s: float) -> bool:
    return job.still_s >= most_still_s(stuck_s, job.predicted_s)
