"""The claim order in Python, step for step as in choice.lua: to look ahead with, and to simulate.

A differential test holds both to the same choices for the same reasons.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from engine.jobs.order import USUAL_ORDER, Ability, ClaimOrder
from engine.jobs.planning.ranking import Ranked
from engine.jobs.planning.waiting import Entry, Tag, Waiting

Why = Literal["head", "affinity", "crossing", "overdue", "borrow"]
Pool = frozenset[str]
"""Workers that serve the same needs, by those needs: service is accounted for each pool apart."""

AWAY_FROM_HOME = 2.0
"""What switching to a need counts for, by its seconds, where another worker holds it already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """A job given to a worker: what for and how long by prediction, and why this one."""

    entry: Entry
    need: str
    cost_s: float
    why: Why
    pool: Pool


@dataclass(slots=True, kw_only=True)
class Account:
    """What the workers of one pool have given.

    `served` is each lane's seconds over its share; `least` the smallest of them at the last
    choice, and `waiting` the lanes that were left waiting after it.
    """

    served: dict[str, float] = field(default_factory=dict[str, float])
    least: float = 0.0
    waiting: Collection[str] = ()
    all_s: float = 0.0
    overdue_s: float = 0.0

    def catch_up(self, lanes: Iterable[str]) -> None:
        """Let lanes that were not waiting bring no credit along from before."""
        for lane in lanes:
            given = self.served.get(lane, 0.0)
            self.served[lane] = given if lane in self.waiting else max(given, self.least)

    def charge(self, lane: str, share: float, pick: Pick) -> None:
        """Count what a worker is about to give."""
        self.catch_up([lane])
        self.served[lane] += pick.cost_s / share
        self.all_s += pick.cost_s
        if pick.why == "overdue":
            self.overdue_s += pick.cost_s

    def uncharge(self, lane: str, share: float, pick: Pick) -> None:
        """Give back what was charged for work that came to nothing."""
        self.served[lane] -= pick.cost_s / share
        self.all_s -= pick.cost_s
        if pick.why == "overdue":
            self.overdue_s -= pick.cost_s

    def copy(self) -> Account:
        """Make another that goes its own way."""
        return Account(
            served=self.served.copy(),
            least=self.least,
            waiting=self.waiting,
            all_s=self.all_s,
            overdue_s=self.overdue_s,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """A lane's virtual time, and the finish tags of the people that are ahead of it."""

    virtual: float = 0.0
    finish: Mapping[str, float] = field(default_factory=dict[str, float])


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A queue at some moment, from which an order can go on.

    `ready` and `running` jobs have their tags; `parked` ones, over their owner's cap, have none.
    `holders` are the workers that are ready for a need at once.
    """

    ready: Iterable[tuple[Entry, Tag]] = ()
    parked: Iterable[Entry] = ()
    running: Iterable[tuple[Pick, Tag]] = ()
    clocks: Mapping[str, Clock] = field(default_factory=dict[str, Clock])
    accounts: Mapping[Pool, Account] = field(default_factory=dict[Pool, Account])
    holders: Mapping[str, Collection[str]] = field(default_factory=dict[str, Collection[str]])


class _Choice(NamedTuple):
    """A job's id, and why it is next."""

    name: str
    why: Why


class _Candidate(NamedTuple):
    """The first job for a need as one worker sees it; switching away from home counts twice."""

    first: Ranked
    need: str
    switching_s: float


class _Turn(NamedTuple):
    """A worker that asks for its next job, and the first jobs of each lane that it sees."""

    worker: str
    switch_s: Mapping[str, float]
    account: Account
    lanes: Mapping[str, Mapping[str, Ranked]]
    now_s: float


class FairOrder:
    """All of a queue that decides who is next."""

    def __init__(self, order: ClaimOrder = USUAL_ORDER) -> None:
        self._order = order
        self._shares = order.lanes
        self._smallest_share = min([1.0, *self._shares.values()])
        self._waiting = Waiting(shortness=order.shortness)
        self._running: dict[str, Pick] = {}
        self._accounts: dict[Pool, Account] = defaultdict(Account)
        self._holders: dict[str, set[str]] = defaultdict(set)

    @classmethod
    def resumed(cls, snapshot: Snapshot, order: ClaimOrder = USUAL_ORDER) -> FairOrder:
        """Go on from a snapshot."""
        self = cls(order)
        for lane, clock in snapshot.clocks.items():
            self._waiting.restore_clock(lane, clock.virtual, clock.finish)
        for entry, tag in snapshot.ready:
            self._waiting.restore_ready(entry, tag)
        for entry in snapshot.parked:
            self._waiting.restore_parked(entry)
        for pick, tag in snapshot.running:
            self._waiting.restore_taken(pick.entry, tag)
            self._running[pick.entry.id] = pick
        self._accounts.update({p: account.copy() for p, account in snapshot.accounts.items()})
        self._holders.update({need: set(workers) for need, workers in snapshot.holders.items()})
        return self

    def fork(self) -> FairOrder:
        """Make another that goes its own way from here."""
        twin = FairOrder(self._order)
        twin._waiting = self._waiting.fork()
        twin._running.update(self._running)
        twin._accounts.update({pool: account.copy() for pool, account in self._accounts.items()})
        twin._holders.update({need: workers.copy() for need, workers in self._holders.items()})
        return twin

    @property
    def queued(self) -> Mapping[str, Entry]:
        """Every queued job by its id, parked ones included."""
        return self._waiting.queued

    def is_parked(self, entry: Entry) -> bool:
        """Tell whether a queued job is over its person's or place's cap."""
        return self._waiting.is_parked(entry)

    def add(self, entry: Entry, now_s: float) -> None:
        """Queue a job."""
        self._waiting.join(entry, now_s)

    def cancel(self, entry: Entry, now_s: float) -> None:
        """Take a queued job away."""
        self._waiting.cancel(entry, now_s)

    def done(self, entry: Entry, worked_s: float, now_s: float) -> None:
        """End a running job that really took so long."""
        del self._running[entry.id]
        self._waiting.leave(entry, worked_s, now_s)

    def put_back(self, entry: Entry) -> None:
        """Queue a running job again, undone."""
        pick = self._running.pop(entry.id)
        self._accounts[pick.pool].uncharge(entry.lane, self._share(entry.lane), pick)
        self._waiting.rejoin(entry)

    def pick(self, worker: str, ability: Ability, now_s: float) -> Pick | None:
        """Give a worker its next job, if there is any that it can do."""
        pool = frozenset(ability.switch_s)
        lanes = self._waiting.firsts(pool)
        turn = _Turn(worker, ability.switch_s, self._accounts[pool], lanes, now_s)
        turn.account.catch_up(lanes)
        choice = self._overdue(turn) or self._in_turn(turn) or self._parked(turn)
        return self._give(turn, pool, choice) if choice else None

    def _give(self, turn: _Turn, pool: Pool, choice: _Choice) -> Pick:
        entry = self._waiting.queued[choice.name]
        need, cost_s = entry.variant_for(pool)
        pick = Pick(entry=entry, need=need, cost_s=cost_s, why=choice.why, pool=pool)
        turn.account.charge(entry.lane, self._share(entry.lane), pick)
        left = self._waiting.take(entry, pool, turn.now_s)
        turn.account.waiting = [lane for lane in turn.lanes if lane != entry.lane or left]
        self._running[entry.id] = pick
        self._note_holding(turn.worker, need)
        return pick

    def _share(self, lane: str) -> float:
        return self._shares.get(lane, self._smallest_share)

    def _note_holding(self, worker: str, need: str) -> None:
        for workers in self._holders.values():
            workers.discard(worker)
        self._holders[need].add(worker)

    def _overdue(self, turn: _Turn) -> _Choice | None:
        if turn.account.overdue_s > self._order.overdue_share * turn.account.all_s:
            return None
        longest = self._waiting.longest_ready(turn.switch_s)
        if longest is None or longest.rank > turn.now_s - self._order.overdue_s:
            return None
        return _Choice(longest.name, "overdue")

    def _parked(self, turn: _Turn) -> _Choice | None:
        candidates = self._candidates(turn, self._waiting.parked(turn.switch_s))
        best = min(candidates, key=lambda it: (it.switching_s, it.first), default=None)
        return _Choice(best.first.name, "borrow") if best else None

    def _in_turn(self, turn: _Turn) -> _Choice | None:
        if not turn.lanes:
            return None
        served = turn.account.served
        lane = min(turn.lanes, key=lambda lane: (served[lane], lane))
        turn.account.least = served[lane]
        candidates = self._candidates(turn, turn.lanes[lane])
        head = min(candidates)
        best = min(candidates, key=lambda it: (it.first.rank + self._window(it), it.first))
        if best != head:
            return _Choice(best.first.name, "affinity")
        if head.switching_s > 0 and (other := self._across(turn, lane, head)):
            return _Choice(other, "crossing")
        return _Choice(head.first.name, "head")

    def _across(self, turn: _Turn, chosen: str, head: _Candidate) -> str | None:
        served, window = turn.account.served, self._window(head)
        most_ahead = served[chosen] + self._order.crossing * turn.switch_s[head.need]
        for lane in sorted(turn.lanes):
            if lane == chosen or served[lane] > most_ahead:
                continue
            firsts = turn.lanes[lane]
            latest = min(firsts.values()).rank + window
            for _, first in sorted(firsts.items()):
                need, cost_s = self._waiting.queued[first.name].variant_for(turn.switch_s)
                if turn.switch_s[need] == 0 and first.rank <= latest and cost_s <= window:
                    return first.name
        return None

    def _candidates(self, turn: _Turn, firsts: Mapping[str, Ranked]) -> list[_Candidate]:
        """Pair each need with its first job, but for jobs that would be run for another need."""
        return [
            _Candidate(first, need, self._switching_s(turn, need))
            for need, first in firsts.items()
            if self._waiting.queued[first.name].variant_for(turn.switch_s)[0] == need
        ]

    def _switching_s(self, turn: _Turn, need: str) -> float:
        switch_s = turn.switch_s[need]
        away = switch_s > 0 and self._holders[need] - {turn.worker}
        return AWAY_FROM_HOME * switch_s if away else switch_s

    def _window(self, candidate: _Candidate) -> float:
        return self._order.affinity * candidate.switching_s
