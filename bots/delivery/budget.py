"""How much a platform lets a bot do in one place, and who of those that want to may."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from bots.chat import PlaceId
from engine.jobs.job import JobId

_CALM_S = 1.0
"""Between calls to a place that has refused one, where its rate says nothing."""
_LATELY_S = 3.0
"""After which someone who wanted a turn is taken to have gone."""
_MOST_PLACES = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """One call every so many seconds, `burst` of them at once after a rest.

    Progress leaves `kept` of the burst to results.
    """

    every_s: float = 0.0
    burst: int = 1
    kept: int = 0


UNLIMITED = Rate()


def unlimited(_: PlaceId) -> Rate:
    """Let everything through, everywhere."""
    return UNLIMITED


@dataclass(slots=True)
class _Place:
    """What one place has been given.

    Attributes:
        rate: what it is held to.
        full_at: when it will have its whole burst again; each call moves this on.
        closed_until: when the platform takes calls again.
        turns: when each result that has to wait may go.
        line: who waits to show progress and when they last asked, the first in line first.
    """

    rate: Rate
    full_at: float = 0.0
    closed_until: float = 0.0
    turns: dict[JobId, float] = field(default_factory=dict[JobId, float])
    line: dict[JobId, float] = field(default_factory=dict[JobId, float])

    def is_at_rest(self, now_s: float) -> bool:
        return now_s >= max(self.full_at, self.closed_until)

    def next_turn(self, now_s: float) -> float:
        """Give out the next call."""
        spare_s = (self.rate.burst - 1) * self.rate.every_s
        turn = max(now_s, self.closed_until, self.full_at - spare_s)
        self.full_at = max(self.full_at, turn) + self.rate.every_s
        return turn

    def has_spare(self, now_s: float) -> bool:
        spare_s = (self.rate.burst - 1 - self.rate.kept) * self.rate.every_s
        return now_s >= max(self.closed_until, self.full_at - spare_s)

    def close(self, until: float) -> None:
        """Take nothing for a while; what waits goes on one by one then."""
        self.rate = replace(self.rate, every_s=max(self.rate.every_s, _CALM_S))
        self.turns.clear()
        self.closed_until = until
        self.full_at = until + (self.rate.burst - 1) * self.rate.every_s

    def is_first(self, job: JobId, now_s: float) -> bool:
        """Tell whether of those who still want to show progress this one has waited longest."""
        waiting = (other for other, asked in self.line.items() if asked > now_s - _LATELY_S)
        return next(waiting, job) == job


class Budget:
    """The calls of one process. Results are given turns; progress gets what they leave over.

    The methods are coroutines so that one which all processes of a bot share can take its place.
    """

    def __init__(
        self,
        rate_of: Callable[[PlaceId], Rate] = unlimited,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rate_of = rate_of
        self._now_s = now_s
        self._places: dict[PlaceId, _Place] = {}

    async def turn(self, place: PlaceId, job: JobId) -> float:
        """Take a call for a result, or see in how many seconds it may be made.

        One that has to wait has its turn kept: it asks again after that time.
        """
        now_s, of_place = self._now_s(), self._place(place)
        of_place.line.pop(job, None)
        turn = of_place.turns.pop(job, None)
        if turn is None:
            turn = of_place.next_turn(now_s)
        if turn > now_s:
            of_place.turns[job] = turn
        return max(0.0, turn - now_s)

    async def spare(self, place: PlaceId, job: JobId) -> bool:
        """Take a call for progress if there is one to spare; those in one place take turns."""
        now_s, of_place = self._now_s(), self._place(place)
        if not (of_place.has_spare(now_s) and of_place.is_first(job, now_s)):
            of_place.line[job] = now_s
            return False
        of_place.line.pop(job, None)
        of_place.next_turn(now_s)
        return True

    async def refused(self, place: PlaceId, retry_after_s: float) -> None:
        """Note that the platform takes nothing more in a place for a while."""
        self._place(place).close(self._now_s() + retry_after_s)

    def _place(self, place: PlaceId) -> _Place:
        """Find what a place has been given; one at rest starts anew."""
        now_s = self._now_s()
        if len(self._places) >= _MOST_PLACES:
            self._forget_resting(now_s)
        known = self._places.get(place)
        if known is None or known.is_at_rest(now_s):
            known = self._places[place] = _Place(rate=self._rate_of(place))
        return known

    def _forget_resting(self, now_s: float) -> None:
        for place in [place for place, known in self._places.items() if known.is_at_rest(now_s)]:
            del self._places[place]
