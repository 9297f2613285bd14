"""From an outlook to a plan: the forecast at measured paces, as ranges that can be relied on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engine.jobs.job import JobState
from engine.jobs.order import Ability, ClaimOrder
from engine.jobs.planning.calibration import Calibration, kind_of
from engine.jobs.planning.costs import Costs, Seconds
from engine.jobs.planning.fair import FairOrder, Pick
from engine.jobs.planning.forecast import Hand, Start, after_switching, forecast, reload_seconds
from engine.jobs.planning.outlook import Outlook, Row
from engine.jobs.standing import Plan, Planned

STEADY = 0.15
"""By how much of a wait its range may differ from what it was and still be told as it was."""

LITTLE_FURTHER = 0.5
"""By how much a place may fall back and still be told as it was."""


@dataclass(frozen=True, slots=True)
class Made:
    """A plan, with each job's part of it."""

    whole: Plan
    jobs: Mapping[str, Planned]


class Planning:
    """Makes one plan after another, and keeps what it learns on the way."""

    def __init__(self, order: ClaimOrder, calibration: Calibration) -> None:
        self.calibration = calibration
        self._order = order
        self._reload_s: dict[str, float] = {}

    def make(self, outlook: Outlook, costs: Costs, last: Mapping[str, Planned]) -> Made:
        """Plan anew; a job that was in the last plan keeps what was first planned for it."""
        named = reload_seconds(outlook.abilities.values())
        self._reload_s |= {need: seconds for need, seconds in named.items() if seconds}
        paces = _Paces(outlook, costs)
        starts = forecast(
            FairOrder.resumed(outlook.snapshot, self._order),
            _hands(outlook, paces, self._reload_s),
            outlook.now_s,
            working_s=lambda pick, device: paces.of_pick(pick, device).usual,
            reload_s=self._reload_s,
        )
        jobs = {
            name: self._planned(outlook, name, start, paces.of_start(name, start), last)
            for name, start in starts.items()
        }
        return Made(_whole(outlook, jobs), jobs)

    def _planned(
        self,
        outlook: Outlook,
        name: str,
        start: Start,
        working: Seconds,
        last: Mapping[str, Planned],
    ) -> Planned:
        row = outlook.rows[name]
        kind = kind_of(row.lane, parked=row.start is None)
        low_s, high_s = self.calibration.range(kind, start.wait_s)
        planned = Planned(
            place=start.place,
            low_ms=outlook.now_ms + round(1000 * (low_s + start.switch_s + working.usual)),
            high_ms=outlook.now_ms + round(1000 * (high_s + start.switch_s + working.slow)),
            kind=kind,
            planned_s=round(start.wait_s, 1),
            since_ms=outlook.now_ms,
        )
        before = last.get(name)
        return planned if before is None else _again(planned, before, outlook.now_ms)


class _Paces:
    """Working times of the jobs in an outlook."""

    def __init__(self, outlook: Outlook, costs: Costs) -> None:
        self._outlook = outlook
        self._costs = costs

    def of_pick(self, pick: Pick, device: str) -> Seconds:
        row = self._outlook.rows[pick.entry.id]
        return self._costs.expect(row.cost_key(pick.need, device), pick.cost_s)

    def of_start(self, name: str, start: Start) -> Seconds:
        row = self._outlook.rows[name]
        return self._costs.expect(row.cost_key(start.need, start.device), row.cost_s(start.need))

    def left_s(self, doing: Iterable[Row], ability: Ability) -> float:
        """Seconds until a worker is done with all that it holds, if it goes as usual."""
        whole, held_s = Seconds(0.0, 0.0), list[float]()
        for row in doing:
            cost = self._costs.expect(row.cost_key(row.need, ability.device), row.cost_s(row.need))
            whole = Seconds(whole.usual + cost.usual, whole.slow + cost.slow)
            switched_ms = 1000 * ability.switch_s.get(row.need, 0.0)
            held_s.append((self._outlook.now_ms - (row.claimed_at or 0) - switched_ms) / 1000)
        return whole.left(max(held_s, default=0.0)).usual


def _hands(outlook: Outlook, paces: _Paces, reload_s: Mapping[str, float]) -> list[Hand]:
    doing: dict[str, dict[str, Row]] = {worker: {} for worker in outlook.abilities}
    for job, row in outlook.rows.items():
        if row.state is JobState.RUNNING and row.worker in doing:
            doing[row.worker][job] = row
    hands: list[Hand] = []
    for worker, ability in outlook.abilities.items():
        at_hand = doing[worker]
        free_at_s = outlook.now_s + paces.left_s(at_hand.values(), ability)
        for row in at_hand.values():
            ability = after_switching(ability, row.need, reload_s)
        entries = tuple(outlook.entries[job] for job in at_hand)
        hands.append(Hand(name=worker, ability=ability, doing=entries, free_at_s=free_at_s))
    return hands


def _again(planned: Planned, before: Planned, now_ms: int) -> Planned:
    """Plan a job that was planned before: what hardly differs stays, so that texts seldom change.

    Who is next, or next but one, is always told as it is.
    """
    slack_ms = STEADY * (planned.high_ms - now_ms)
    steady = (
        max(abs(planned.low_ms - before.low_ms), abs(planned.high_ms - before.high_ms)) <= slack_ms
    )
    little_further = 2 < before.place <= planned.place <= before.place * (1 + LITTLE_FURTHER)
    return Planned(
        place=before.place if little_further else planned.place,
        low_ms=before.low_ms if steady else planned.low_ms,
        high_ms=before.high_ms if steady else planned.high_ms,
        kind=before.kind,
        planned_s=before.planned_s,
        since_ms=before.since_ms,
    )


def _whole(outlook: Outlook, jobs: Mapping[str, Planned]) -> Plan:
    last = max(jobs.values(), key=lambda planned: planned.high_ms, default=None)
    return Plan(
        made_ms=outlook.now_ms,
        needs=outlook.needs,
        up_to=outlook.up_to,
        places=len(jobs),
        low_s=(last.low_ms - outlook.now_ms) / 1000 if last else 0.0,
        high_s=(last.high_ms - outlook.now_ms) / 1000 if last else 0.0,
    )
