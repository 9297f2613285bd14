"""How far apart people get who all want more than there is, against what theory allows.

The worst case for affinity: six people who never stop asking, each wedded to a model of their own,
on four GPUs; whoever is served again saves a switch.
"""

from __future__ import annotations

import heapq
import random
from dataclasses import dataclass

from benchmarks.schedule.gpus import FROM_DISK_S, Gpu, need
from engine.jobs.order import USUAL_CAPS, USUAL_ORDER, ClaimOrder
from engine.jobs.planning.fair import AWAY_FROM_HOME, FairOrder, Pick
from engine.jobs.planning.waiting import Entry

PEOPLE, GPUS = 6, 4
SHORTEST_S, LONGEST_S = 5.0, 60.0
CLIPS = 4000
AFFINITIES = (0.0, 8.0, 16.0, USUAL_ORDER.affinity, 64.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """The most seconds of GPU by which anyone was ahead of anyone, and what they may be."""

    affinity: float
    gap_s: float
    bound_s: float
    switch_pct: float


def bound_s(order: ClaimOrder) -> float:
    """Bound the gap: what may be in flight, what may overtake, and the lead of a short one.

    SFQ(D) with a window, of equal weights: (D + 1) (l + l) + 2 affinity switch + shortness l.
    """
    in_flight = (GPUS + 1) * 2 * LONGEST_S
    overtaking = 2 * order.affinity * AWAY_FROM_HOME * FROM_DISK_S
    return in_flight + overtaking + order.shortness * LONGEST_S


def measure(affinity: float) -> Gap:
    """Serve insatiable people for a day."""
    order = ClaimOrder(affinity=affinity, overdue_s=float("inf"))
    crowd = _Crowd(FairOrder(order))
    gap_s = crowd.serve()
    return Gap(
        affinity=affinity,
        gap_s=gap_s,
        bound_s=bound_s(order),
        switch_pct=100 * crowd.switch_s / crowd.busy_s,
    )


class _Crowd:
    def __init__(self, order: FairOrder) -> None:
        self._order = order
        self._chance = random.Random(0)
        self._asked = 0
        self._served = [0.0] * PEOPLE
        self.switch_s = 0.0
        self.busy_s = 0.0

    def serve(self) -> float:
        """Work until enough clips are made; the largest gap on the way."""
        gpus = [Gpu(f"gpu-{i}", PEOPLE) for i in range(GPUS)]
        free: list[tuple[float, int, Pick | None]] = [(0.0, i, None) for i in range(GPUS)]
        largest = 0.0
        for person in range(PEOPLE):
            for _ in range(2 * USUAL_CAPS.person_running):
                self._ask(person, 0.0)
        for _ in range(CLIPS):
            now_s, i, made = heapq.heappop(free)
            if made:
                self._finish(made, now_s)
                largest = max(largest, max(self._served) - min(self._served))
            pick = self._order.pick(gpus[i].name, gpus[i].ability, now_s)
            assert pick is not None, "an insatiable crowd always waits"
            heapq.heappush(free, (self._end(gpus[i], pick, now_s), i, pick))
        return largest

    def _ask(self, person: int, now_s: float) -> None:
        self._asked += 1
        name, cost_s = str(person), self._chance.uniform(SHORTEST_S, LONGEST_S)
        entry = Entry(
            id=f"{self._asked:06d}",
            number=self._asked,
            lane="free",
            person=name,
            place=name,
            variants=((need(person), cost_s),),
        )
        self._order.add(entry, now_s)

    def _finish(self, made: Pick, now_s: float) -> None:
        person = int(made.entry.person)
        self._served[person] += made.cost_s
        self._order.done(made.entry, made.cost_s, now_s)
        self._ask(person, now_s)

    def _end(self, gpu: Gpu, pick: Pick, now_s: float) -> float:
        switch_s = gpu.load(int(pick.entry.person))
        self.switch_s += switch_s
        self.busy_s += switch_s + pick.cost_s
        return now_s + switch_s + pick.cost_s
