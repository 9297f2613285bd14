"""How well waits are foretold: the planner's own forecast and calibration, fed by the simulation.

What counts is what would be shown when an ask is queued, however it is planned anew later. Asks
that begin at once are left out, because they are not shown any wait.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.schedule.gpus import Gpu
from benchmarks.schedule.policies import Fair
from benchmarks.schedule.simulation import House, Made
from benchmarks.schedule.workload import Ask, Kind, workload
from engine.jobs.planning.calibration import Calibration, kind_of
from engine.jobs.planning.costs import Seconds
from engine.jobs.planning.forecast import Hand, forecast


@dataclass(frozen=True, slots=True, kw_only=True)
class Foretold:
    """What was planned and shown for an ask when it came, and what came of it; seconds to wait."""

    kind: Kind
    planned_s: float
    shown_s: float
    waited_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    learnt_as: str
    claim_s: float
    planned_s: float
    shown_s: float


def foretell(seed: int) -> list[Foretold]:
    """Simulate a day, and compare what people are told with what happens."""
    return list(_Teller(seed).tell())


class _Teller:
    def __init__(self, seed: int) -> None:
        self._asks = workload(seed)
        self._policy = Fair()
        self._house = House(self._policy)
        self._calibration = Calibration()
        self._told: dict[int, _Told] = {}
        self._heard = 0

    def tell(self) -> Iterator[Foretold]:
        for ask in self._asks:
            self._house.arrive(ask)
            yield from self._listen()
            if self._policy.entry(ask).id in self._policy.order.queued:
                self._told[ask.number] = self._plan(ask)
        self._house.work_until(float("inf"))
        yield from self._listen()

    def _plan(self, ask: Ask) -> _Told:
        entry, order, now_s = self._policy.entry(ask), self._policy.order, self._house.now_s
        hands = [self._hand(gpu) for gpu in self._house.gpus]
        start = forecast(order.fork(), hands, now_s)[entry.id]
        kind = kind_of(entry.lane, parked=order.is_parked(entry))
        _, high_s = self._calibration.range(kind, start.wait_s)
        return _Told(
            learnt_as=kind,
            claim_s=start.wait_s,
            planned_s=start.wait_s + start.switch_s,
            shown_s=high_s + start.switch_s,
        )

    def _hand(self, gpu: Gpu) -> Hand:
        made = self._house.at_work.get(gpu.name)
        if made is None:
            return Hand(name=gpu.name, ability=gpu.ability)
        entry, now_s = self._policy.entry(made.ask), self._house.now_s
        working = Seconds(made.ask.predicted_s, made.ask.predicted_s)
        left_s = working.left(now_s - made.start_s).usual
        return Hand(name=gpu.name, ability=gpu.ability, doing=(entry,), free_at_s=now_s + left_s)

    def _listen(self) -> Iterator[Foretold]:
        """Learn from whatever was begun since."""
        begun = self._house.made[self._heard :]
        self._heard += len(begun)
        for made in begun:
            if told := self._told.pop(made.ask.number, None):
                yield self._compare(made, told)

    def _compare(self, made: Made, told: _Told) -> Foretold:
        self._calibration.observe(told.learnt_as, told.claim_s, made.wait_s - made.switch_s)
        return Foretold(
            kind=made.ask.kind,
            planned_s=told.planned_s,
            shown_s=told.shown_s,
            waited_s=made.wait_s,
        )
