"""Who starts when, if nobody else comes: the claim order played forward."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from engine.jobs.order import Ability
from engine.jobs.planning.fair import FairOrder, Pick, Pool
from engine.jobs.planning.waiting import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """A live worker: what it can do, what it is doing, and when it is free for the next."""

    name: str
    ability: Ability
    doing: tuple[Entry, ...] = ()
    free_at_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """When and how a queued job will begin.

    `place` counts those who begin before it with a worker that could have taken it; 1 is next.
    The worker takes it after `wait_s`, and is then ready for it after `switch_s`.
    """

    place: int
    wait_s: float
    switch_s: float
    need: str
    device: str


WorkingTime = Callable[[Pick, str], float]
"""Seconds that a picked job will take, on a device."""


def as_priced(pick: Pick, _device: str) -> float:
    """Take a job's own price for its working time."""
    return pick.cost_s


def forecast(
    order: FairOrder,
    hands: Collection[Hand],
    now_s: float,
    *,
    working_s: WorkingTime = as_priced,
    reload_s: Mapping[str, float] | None = None,
) -> dict[str, Start]:
    """Say when each queued job starts that some hand can do; `order` is played to its end.

    `reload_s` is what it takes to be ready again for what was put aside; by default the least
    that a hand names.
    """
    known = reload_seconds(hand.ability for hand in hands) if reload_s is None else reload_s
    return _Play(order, hands, now_s, working_s, known).starts()


class _Play:
    """One pass through the queue, from one moment when a worker gets free to the next."""

    def __init__(
        self,
        order: FairOrder,
        hands: Collection[Hand],
        now_s: float,
        working_s: WorkingTime,
        reload_s: Mapping[str, float],
    ) -> None:
        self._order = order
        self._now_s = now_s
        self._working_s = working_s
        self._line = _Line()
        self._reload_s = reload_s
        # By when each is free; names are unique, so two hands are never compared further.
        self._free = [(max(hand.free_at_s, now_s), hand.name, hand) for hand in hands]
        heapq.heapify(self._free)

    def starts(self) -> dict[str, Start]:
        found: dict[str, Start] = {}
        while self._free and self._order.queued:
            moment_s, name, hand = heapq.heappop(self._free)
            for entry in hand.doing:
                self._order.done(entry, entry.tagged_s, moment_s)
            pick = self._order.pick(name, hand.ability, moment_s)
            if pick is None:
                continue  # even parked jobs would have been taken, so there is nothing to come
            found[pick.entry.id] = self._start(pick, hand, moment_s)
            self._go_on(pick, hand, moment_s)
        return found

    def _start(self, pick: Pick, hand: Hand, moment_s: float) -> Start:
        return Start(
            place=self._line.place(pick),
            wait_s=moment_s - self._now_s,
            switch_s=hand.ability.switch_s[pick.need],
            need=pick.need,
            device=hand.ability.device,
        )

    def _go_on(self, pick: Pick, hand: Hand, moment_s: float) -> None:
        ability = hand.ability
        busy_s = ability.switch_s[pick.need] + self._working_s(pick, ability.device)
        after = replace(
            hand,
            ability=after_switching(ability, pick.need, self._reload_s),
            doing=(pick.entry,),
            free_at_s=moment_s + busy_s,
        )
        heapq.heappush(self._free, (after.free_at_s, after.name, after))


class _Line:
    """Counts who began before whom, among the workers that could have had either."""

    def __init__(self) -> None:
        self._begun: Counter[Pool] = Counter()

    def place(self, pick: Pick) -> int:
        """Count a job in that begins now."""
        needs = {need for need, _ in pick.entry.variants}
        before = sum(n for pool, n in self._begun.items() if not needs.isdisjoint(pool))
        self._begun[pick.pool] += 1
        return before + 1


def after_switching(ability: Ability, need: str, reload_s: Mapping[str, float]) -> Ability:
    """Say what a worker can do once it is ready for `need`.

    Which of the other things it keeps ready is its own affair; it is taken to put them all aside.
    """
    if not ability.switch_s.get(need):
        return ability
    put_aside = {
        other: seconds or reload_s.get(other, 0.0) for other, seconds in ability.switch_s.items()
    }
    return replace(ability, switch_s=put_aside | {need: 0.0})


def reload_seconds(abilities: Iterable[Ability]) -> dict[str, float]:
    """Find the least that anyone takes to be ready for what is not loaded; 0 where nobody says."""
    least: dict[str, float] = {}
    for ability in abilities:
        for need, seconds in ability.switch_s.items():
            named = [s for s in (least.get(need, 0.0), seconds) if s > 0]
            least[need] = min(named, default=0.0)
    return least
