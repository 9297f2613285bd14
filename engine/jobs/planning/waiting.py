"""Who waits where, step for step as in lanes.lua: in the race for a worker, or parked.

Within a lane a person's jobs get start tags as in start-time fair queueing once they are in the
race: what one costs is added to where the person's next one starts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from engine.jobs.order import USUAL_CAPS, Caps
from engine.jobs.planning.ranking import Ranked, Ranking

TURN_S = 1e-6
"""Added to a score for each job that came before: among equals, who came first is first."""

PARKED_LOOKED_AT = 32
"""How many parked jobs of an owner are tried when one of its slots is free."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A job as the order sees it.

    `variants` are (need, predicted seconds), the preferred one first; `number` counts up as jobs
    come.
    """

    id: str
    number: int
    lane: str
    person: str
    place: str
    variants: tuple[tuple[str, float], ...]
    weight: float = 1.0
    caps: Caps = USUAL_CAPS

    @property
    def owners(self) -> tuple[str, str]:
        """Name whose slots it takes."""
        return f"person|{self.person}", f"place|{self.place}"

    @property
    def tagged_s(self) -> float:
        """How long its tag takes it to be: its preferred variant's seconds."""
        return self.variants[0][1]

    def variant_for(self, needs: Collection[str]) -> tuple[str, float]:
        """Find the variant that a worker with these needs runs: the first it can."""
        return next(variant for variant in self.variants if variant[0] in needs)


class Tag(NamedTuple):
    """Where a job stands in its lane, in seconds of virtual time, and since when."""

    start: float
    score: float
    entered_s: float


class _Free(NamedTuple):
    """Slots that a job's owners have left."""

    person: int
    place: int


OwnAndOther = Callable[[_Free], tuple[int, int]]


class Waiting:
    """Every queued job, and the slots and tags of those that run."""

    def __init__(self, *, shortness: float) -> None:
        self._shortness = shortness
        self._queued: dict[str, Entry] = {}
        self._tags: dict[str, Tag] = {}
        self._ready: dict[str, dict[str, Ranking]] = defaultdict(lambda: defaultdict(Ranking))
        self._entered: dict[str, Ranking] = defaultdict(Ranking)
        self._parked: dict[str, Ranking] = defaultdict(Ranking)
        self._parked_of: dict[str, Ranking] = defaultdict(Ranking)
        self._slots: dict[str, int] = defaultdict(int)
        self._virtual: dict[str, float] = defaultdict(float)
        self._finish: dict[str, Ranking] = defaultdict(Ranking)

    def fork(self) -> Waiting:
        """Make another that goes its own way."""
        twin = Waiting(shortness=self._shortness)
        twin._queued.update(self._queued)
        twin._tags.update(self._tags)
        for lane, rankings in self._ready.items():
            twin._ready[lane].update(_copies(rankings))
        twin._entered.update(_copies(self._entered))
        twin._parked.update(_copies(self._parked))
        twin._parked_of.update(_copies(self._parked_of))
        twin._slots.update(self._slots)
        twin._virtual.update(self._virtual)
        twin._finish.update(_copies(self._finish))
        return twin

    @property
    def queued(self) -> Mapping[str, Entry]:
        """Every queued job by its id."""
        return self._queued

    def is_parked(self, entry: Entry) -> bool:
        """Tell whether a queued job is over its person's or place's cap."""
        return entry.id not in self._tags

    def firsts(self, needs: Collection[str]) -> dict[str, dict[str, Ranked]]:
        """Find each lane's first ready job for each of these needs, its rank being its score."""
        found: dict[str, dict[str, Ranked]] = {}
        for lane, rankings in self._ready.items():
            if of_lane := _firsts(rankings, needs):
                found[lane] = of_lane
        return found

    def longest_ready(self, needs: Collection[str]) -> Ranked | None:
        """Find the job for these needs that entered the race first; its rank is when."""
        return min(_firsts(self._entered, needs).values(), default=None)

    def parked(self, needs: Collection[str]) -> Mapping[str, Ranked]:
        """Find the first parked job for each of these needs, its rank being its number."""
        return _firsts(self._parked, needs)

    def join(self, entry: Entry, now_s: float) -> None:
        """Queue a job: in the race if its owners have room there."""
        self._queued[entry.id] = entry
        if min(self._free(entry)) >= 1:
            self._enter_race(entry, now_s)
        else:
            self._park(entry)

    def rejoin(self, entry: Entry) -> None:
        """Queue a job that was taken: with the tag and the slots it had."""
        self._queued[entry.id] = entry
        self._add_to_race(entry)

    def take(self, entry: Entry, needs: Collection[str], now_s: float) -> bool:
        """Take a queued job to a worker with these needs; tell if it sees more in that lane.

        A parked job enters the race first, over the cap. The lane's virtual time follows the first
        job the worker sees, never one that overtakes it: otherwise whoever is overtaken would lose
        what they are owed, without bound.
        """
        if self.is_parked(entry):
            self._unpark(entry)
            self._enter_race(entry, now_s)
        rankings = self._ready[entry.lane]
        head = min(_firsts(rankings, needs).values())
        self._advance(entry.lane, self._tags[head.name].start)
        self._remove_from_race(entry)
        del self._queued[entry.id]
        return bool(_firsts(rankings, needs))

    def cancel(self, entry: Entry, now_s: float) -> None:
        """Take a queued job away for good."""
        del self._queued[entry.id]
        if self.is_parked(entry):
            self._unpark(entry)
        else:
            self._remove_from_race(entry)
            self.leave(entry, 0.0, now_s)

    def leave(self, entry: Entry, worked_s: float, now_s: float) -> None:
        """Free a job's slots, and correct its person's tag to what it really took."""
        del self._tags[entry.id]
        self._move_finish(entry, (worked_s - entry.tagged_s) / entry.weight)
        person, place = entry.owners
        self._slots[person] -= 1
        self._slots[place] -= 1
        self._promote(person, now_s, lambda free: (free.person, free.place))
        self._promote(place, now_s, lambda free: (free.place, free.person))

    def restore_clock(self, lane: str, virtual: float, finish: Mapping[str, float]) -> None:
        """Set a lane's virtual time, and its people's finish tags."""
        self._virtual[lane] = virtual
        for person, tag in finish.items():
            self._finish[lane].put(person, tag)

    def restore_ready(self, entry: Entry, tag: Tag) -> None:
        """Put a job in the race that was in it."""
        self.restore_taken(entry, tag)
        self.rejoin(entry)

    def restore_parked(self, entry: Entry) -> None:
        """Park a job that was parked."""
        self._queued[entry.id] = entry
        self._park(entry)

    def restore_taken(self, entry: Entry, tag: Tag) -> None:
        """Give a running job the tag and the slots it has."""
        self._tags[entry.id] = tag
        self._hold_slots(entry)

    def _advance(self, lane: str, start: float) -> None:
        if start > self._virtual[lane]:
            self._virtual[lane] = start
            self._finish[lane].remove_up_to(start)

    def _free(self, entry: Entry) -> _Free:
        person, place = entry.owners
        return _Free(
            entry.caps.person_running - self._slots[person],
            entry.caps.place_running - self._slots[place],
        )

    def _hold_slots(self, entry: Entry) -> None:
        for owner in entry.owners:
            self._slots[owner] += 1

    def _enter_race(self, entry: Entry, now_s: float) -> None:
        self._hold_slots(entry)
        finish = self._finish[entry.lane]
        start = max(self._virtual[entry.lane], finish.rank(entry.person) or 0.0)
        finish.put(entry.person, start + entry.tagged_s / entry.weight)
        lead = self._shortness * entry.tagged_s / entry.weight
        self._tags[entry.id] = Tag(start, start + lead + entry.number * TURN_S, now_s)
        self._add_to_race(entry)

    def _move_finish(self, entry: Entry, by: float) -> None:
        finish = self._finish[entry.lane]
        tag = finish.rank(entry.person)
        if tag is not None:
            finish.put(entry.person, tag + by)

    def _add_to_race(self, entry: Entry) -> None:
        tag = self._tags[entry.id]
        for need, _ in entry.variants:
            self._ready[entry.lane][need].put(entry.id, tag.score)
            self._entered[need].put(entry.id, tag.entered_s)

    def _remove_from_race(self, entry: Entry) -> None:
        for need, _ in entry.variants:
            self._ready[entry.lane][need].remove(entry.id)
            self._entered[need].remove(entry.id)

    def _park(self, entry: Entry) -> None:
        for need, _ in entry.variants:
            self._parked[need].put(entry.id, entry.number)
        for owner in entry.owners:
            self._parked_of[owner].put(entry.id, entry.number)

    def _unpark(self, entry: Entry) -> None:
        for need, _ in entry.variants:
            self._parked[need].remove(entry.id)
        for owner in entry.owners:
            self._parked_of[owner].remove(entry.id)

    def _promote(self, owner: str, now_s: float, own_and_other: OwnAndOther) -> None:
        """Let the first parked job of an owner in whose other owner has a slot free as well.

        An owner that had a slot free before the one just freed keeps nobody waiting.
        """
        parked = self._parked_of.get(owner)
        for i, name in enumerate(parked.lowest(PARKED_LOOKED_AT) if parked else ()):
            entry = self._queued[name]
            own, other = own_and_other(self._free(entry))
            if own < 1 or (i == 0 and own > 1):
                return
            if other >= 1:
                self._unpark(entry)
                self._enter_race(entry, now_s)
                return


def _firsts(rankings: Mapping[str, Ranking], needs: Collection[str]) -> dict[str, Ranked]:
    return {
        need: first
        for need, ranking in rankings.items()
        if need in needs and (first := ranking.first())
    }


def _copies(rankings: Mapping[str, Ranking]) -> dict[str, Ranking]:
    return {name: ranking.copy() for name, ranking in rankings.items() if len(ranking)}
