"""What a planner keeps in Redis: its plan, and what it learnt, for its successor to go on from."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from datetime import timedelta
from typing import cast

from redis.asyncio import Redis

from engine.jobs.connection import reaching_redis
from engine.jobs.keys import Key, prefix
from engine.jobs.library import FunctionLibrary
from engine.jobs.planning.calibration import KEPT, Calibration, kind_of
from engine.jobs.planning.costs import CostKey, Costs
from engine.jobs.standing import (
    GOOD_FOR,
    PLAN_JSON,
    PLANNED_JSON,
    WHOLE,
    Plan,
    Planned,
    read_planned,
)

MOST_PACES = 200
"""Of how many kinds of clips the working times are read: those measured last."""


class PlanStore:
    """One pool's plan; `leader` is in whose name it is written."""

    def __init__(
        self, redis: Redis, library: FunctionLibrary, leader: str, *, pool: str = "main"
    ) -> None:
        self._redis = redis
        self._library = library
        self._leader = leader
        self._prefix = prefix(pool)

    async def costs(self) -> Costs:
        """Read how long clips took lately."""
        paces = await self._library.call("plan_paces", MOST_PACES)
        keys = ((CostKey.read(name), seconds) for name, seconds in paces)
        return Costs({key: [*map(float, seconds)] for key, seconds in keys if key is not None})

    async def calibration(self) -> Calibration:
        """Read what was learnt from plans so far."""
        with reaching_redis():
            lanes = await cast(
                "Awaitable[list[str]]", self._redis.hkeys(self._prefix + Key.VIRTUAL)
            )
        kinds = [kind_of(lane, parked=parked) for lane in lanes for parked in (False, True)]
        return Calibration({kind: await self._ratios(kind) for kind in kinds})

    async def last(self) -> dict[str, Planned]:
        """Read each job's part of the last plan."""
        with reaching_redis():
            fields = await cast(
                "Awaitable[dict[str, str]]", self._redis.hgetall(self._prefix + Key.PLAN)
            )
        parts = {job: read_planned(text) for job, text in fields.items() if job != WHOLE}
        return {job: planned for job, planned in parts.items() if planned is not None}

    async def write(self, plan: Plan, jobs: Mapping[str, Planned]) -> bool:
        """Put a plan in place of the last; False when another planner leads."""
        good_for_ms = GOOD_FOR // timedelta(milliseconds=1)
        fields = [WHOLE, PLAN_JSON.dump_json(plan).decode()]
        for job, planned in jobs.items():
            fields += (job, PLANNED_JSON.dump_json(planned).decode())
        return bool(await self._library.call("plan_write", self._leader, good_for_ms, *fields))

    async def learn(self, ratios: Sequence[tuple[str, float]]) -> bool:
        """Remember ratios of real to planned waits by kind; False when another planner leads."""
        flat = [part for kind, ratio in ratios for part in (kind, ratio)]
        return bool(await self._library.call("plan_learn", self._leader, KEPT, *flat))

    async def _ratios(self, kind: str) -> list[float]:
        """Read a kind's ratios, the oldest first."""
        key = self._prefix + Key.CALIBRATION + kind
        with reaching_redis():
            newest_first = await cast("Awaitable[list[str]]", self._redis.lrange(key, 0, KEPT - 1))
        return [float(ratio) for ratio in reversed(newest_first)]
