"""Both kinds of budget, and how time passes for each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

from redis.asyncio import Redis

from bots.delivery.budget import UNLIMITED, Budget, CallBudget, Rate
from bots.delivery.shared_budget import SharedBudget
from engine.jobs.keys import Key, prefix
from tests.unit.bots.stopwatch import Stopwatch

FLOOD = prefix("main") + Key.FLOOD


class Budgets(Protocol):
    """Makes budgets of one kind, and lets time pass for them."""

    def held_to(self, rate: Rate = UNLIMITED, *, overall: Rate = UNLIMITED) -> CallBudget:
        """Make one with the same rate for every place."""
        ...

    async def after(self, seconds: float) -> None:
        """Let so much time pass at once."""
        ...


@dataclass(frozen=True, slots=True)
class LocalBudgets:
    """Budgets of one process."""

    clock: Stopwatch = field(default_factory=Stopwatch)

    def held_to(self, rate: Rate = UNLIMITED, *, overall: Rate = UNLIMITED) -> Budget:
        return Budget(lambda _: rate, self.clock, overall=overall)

    async def after(self, seconds: float) -> None:
        self.clock.s += seconds


@dataclass(frozen=True, slots=True)
class SharedBudgets:
    """Budgets of one bot's processes: time passes by itself, and what is kept can be made older."""

    redis: Redis

    def held_to(self, rate: Rate = UNLIMITED, *, overall: Rate = UNLIMITED) -> SharedBudget:
        return SharedBudget(self.redis, "telegram", lambda _: rate, overall=overall)

    async def after(self, seconds: float) -> None:
        for key in await self.redis.keys(FLOOD + "*"):
            kept = await self.redis.get(key)
            if kept is not None:
                older = json.dumps(_older(json.loads(kept), seconds * 1000))
                await self.redis.set(key, older, keepttl=True, xx=True)


def _older(kept: Mapping[str, Any], ms: float) -> Mapping[str, Any]:
    """Say the same as if it had happened earlier."""
    line = cast("list[tuple[str, float]]", list(kept["line"]))
    return {
        **kept,
        "full_at": kept["full_at"] - ms,
        "closed_until": kept["closed_until"] - ms,
        "turns": {key: at - ms for key, at in kept["turns"].items()},
        "line": [(key, at - ms) for key, at in line],
    }
