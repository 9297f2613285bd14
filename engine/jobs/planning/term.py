"""A planner's time in the lead: one plan after another, each learning from the last."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from engine.jobs.job import JobId, JobState
from engine.jobs.library import FunctionLibrary
from engine.jobs.planning.costs import Costs
from engine.jobs.planning.outlook import (
    Glimpse,
    Outlook,
    glimpse,
    read_rows,
    understand,
    understand_rows,
)
from engine.jobs.planning.plan import Made, Planning
from engine.jobs.planning.store import PlanStore
from engine.jobs.planning.strays import Strays
from engine.jobs.queue import JobQueue
from engine.jobs.standing import Planned

COSTS_FRESH_S = 20.0

STRETCH = 200
"""How many queued jobs are looked at, after each plan, for whether they wait in vain."""


@dataclass(slots=True, kw_only=True)
class Term:
    """What a leader works with, and what it remembers from plan to plan."""

    library: FunctionLibrary
    store: PlanStore
    queue: JobQueue
    planning: Planning
    strays: Strays
    missed: Callable[[float], None]
    last: Mapping[str, Planned]
    _costs: Costs = field(default_factory=lambda: Costs({}))
    _costs_read_at: float = float("-inf")
    _looked_up_to: int = 0

    async def plan(self) -> bool:
        """Plan once, and learn; False when another planner leads."""
        seen, costs = await glimpse(self.library), await self._fresh_costs()
        outlook, made = await asyncio.to_thread(self._make, seen, costs)
        if not await self.store.learn(await self._observe(made)):
            return False
        if not await self.store.write(made.whole, made.jobs):
            return False
        self.last = made.jobs
        await self._give_up(outlook)
        return True

    def _make(self, seen: Glimpse, costs: Costs) -> tuple[Outlook, Made]:
        outlook = understand(seen)
        return outlook, self.planning.make(outlook, costs, self.last)

    async def _fresh_costs(self) -> Costs:
        if time.monotonic() - self._costs_read_at > COSTS_FRESH_S:
            self._costs = await self.store.costs()
            self._costs_read_at = time.monotonic()
        return self._costs

    async def _observe(self, made: Made) -> list[tuple[str, float]]:
        """Compare what was planned for the jobs that have started since with when they did."""
        gone = self.last.keys() - made.jobs.keys()
        rows = understand_rows(await read_rows(self.library, list(gone)))
        ratios: list[tuple[str, float]] = []
        for job, row in rows.items():
            # Only a first start was planned: a later one follows a failure.
            if row.state is not JobState.QUEUED and row.claimed_at and row.attempt == 1:
                first = self.last[job]
                waited_s = (row.claimed_at - first.since_ms) / 1000
                ratio = self.planning.calibration.observe(first.kind, first.planned_s, waited_s)
                ratios.append((first.kind, ratio))
                self.missed(abs(waited_s - first.planned_s))
        return ratios

    async def _give_up(self, outlook: Outlook) -> None:
        """End those of the next stretch of the queue that have waited in vain for too long."""
        last = self._looked_up_to + STRETCH - 1
        names = await self.library.call("plan_stretch", self._looked_up_to, last)
        rows = understand_rows(await read_rows(self.library, names))
        refused = self.strays.given_up(rows, outlook.needs, outlook.now_ms)
        for job, refusal in refused.items():
            await self.queue.refuse(JobId(job), refusal)
        ended = len(names) < STRETCH
        self._looked_up_to = 0 if ended else last + 1 - len(refused)
