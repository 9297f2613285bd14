"""How much a platform lets a bot do, in one place and overall, and who that wants to may.

A call needs room in two buckets, its place's and the whole bot's. flood.lua does the same on the
server, for all processes of a bot.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Protocol

from bots.chat import PlaceId

CALM_S = 1.0
"""Between calls to a place that has refused one, where its rate says nothing."""
OVERALL_CALM_S = 0.05
"""The same, after a refusal that was meant for the whole bot."""
_LATELY_S = 3.0
"""After which someone who wanted to show progress is taken to have gone."""
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


class CallBudget(Protocol):
    """The calls a bot may make. Results are given turns; progress gets what they leave over.

    A key names who wants to call: a job, or for what is not about a job (the answer to a command,
    a page of effects) any string that nothing else there uses, such as the update's id.
    """

    async def turn(self, place: PlaceId, key: str) -> float:
        """Take a call for a result, or see in how many seconds it may be made.

        One that has to wait has its turn kept: it asks again after that time, which may not have
        been the last. What nobody would wait for asks for `spare`, and keeps no turn from others.
        """
        ...

    async def spare(self, place: PlaceId, key: str) -> bool:
        """Take a call for progress if there is one to spare; those who want one take turns."""
        ...

    async def refused(self, place: PlaceId, retry_after_s: float) -> None:
        """Note that the platform takes nothing more in a place for a while."""
        ...

    async def refused_everywhere(self, retry_after_s: float) -> None:
        """Note that the platform takes nothing more of this bot for a while."""
        ...


@dataclass(slots=True)
class _Bucket:
    """What one place, or the whole bot, has been given.

    Attributes:
        every_s: between calls.
        full_at: when it will have its whole burst again; each call moves this on.
        closed_until: when the platform takes calls again.
        turns: when each result that has to wait may go.
        line: who waits to show progress and when they last asked, the first in line first.
    """

    rate: Rate
    every_s: float
    full_at: float = 0.0
    closed_until: float = 0.0
    turns: dict[str, float] = field(default_factory=dict[str, float])
    line: dict[str, float] = field(default_factory=dict[str, float])

    def is_at_rest(self, now_s: float) -> bool:
        return now_s >= max(self.full_at, self.closed_until)

    def turn_of(self, key: str, now_s: float) -> float:
        """Tell when a result may go; that is kept until it has gone."""
        if key not in self.turns:
            self.turns[key] = self.take(now_s)
        return self.turns[key]

    def take(self, now_s: float) -> float:
        """Give out the next call."""
        spare_s = (self.rate.burst - 1) * self.every_s
        turn = max(now_s, self.closed_until, self.full_at - spare_s)
        self.full_at = max(self.full_at, turn) + self.every_s
        return turn

    def has_spare(self, key: str, now_s: float) -> bool:
        """Tell whether there is a call to spare for this one, and for those ahead of it in line."""
        self.line = {other: at for other, at in self.line.items() if at > now_s - _LATELY_S}
        ahead = sum(1 for _ in takewhile(lambda other: other != key, self.line))
        spare_s = (self.rate.burst - 1 - self.rate.kept - ahead) * self.every_s
        return now_s >= max(self.closed_until, self.full_at - spare_s)

    def close(self, until: float, calm_s: float) -> None:
        """Take nothing for a while; what waits goes on one by one then."""
        self.every_s = self.rate.every_s or calm_s
        self.turns.clear()
        self.closed_until = max(self.closed_until, until)
        self.full_at = self.closed_until + (self.rate.burst - 1) * self.every_s


class Budget:
    """The calls of one process."""

    def __init__(
        self,
        rate_of: Callable[[PlaceId], Rate] = unlimited,
        now_s: Callable[[], float] = time.monotonic,
        *,
        overall: Rate = UNLIMITED,
    ) -> None:
        self._rate_of = rate_of
        self._now_s = now_s
        self._places: dict[PlaceId, _Bucket] = {}
        self._overall_rate = overall
        self._overall = _fresh(overall)

    async def turn(self, place: PlaceId, key: str) -> float:
        """Take a call for a result: first its turn in the place, then one overall."""
        now_s, here, overall = self._now_s(), self._bucket(place), self._whole()
        anywhere = f"{place}|{key}"
        here.line.pop(key, None)
        overall.line.pop(anywhere, None)
        turn = here.turn_of(key, now_s)
        if turn <= now_s:
            turn = overall.turn_of(anywhere, now_s)
        if turn <= now_s:
            del here.turns[key], overall.turns[anywhere]
        return max(0.0, turn - now_s)

    async def spare(self, place: PlaceId, key: str) -> bool:
        """Take a call for progress; one that the place has no call for is in no other's way."""
        now_s, here, overall = self._now_s(), self._bucket(place), self._whole()
        anywhere = f"{place}|{key}"
        if not here.has_spare(key, now_s):
            here.line[key] = now_s
            overall.line.pop(anywhere, None)
            return False
        if not overall.has_spare(anywhere, now_s):
            here.line[key] = overall.line[anywhere] = now_s
            return False
        here.line.pop(key, None)
        overall.line.pop(anywhere, None)
        here.take(now_s)
        overall.take(now_s)
        return True

    async def refused(self, place: PlaceId, retry_after_s: float) -> None:
        """Take nothing more in a place for a while."""
        self._bucket(place).close(self._now_s() + retry_after_s, CALM_S)

    async def refused_everywhere(self, retry_after_s: float) -> None:
        """Take nothing more for a while."""
        self._whole().close(self._now_s() + retry_after_s, OVERALL_CALM_S)

    def _whole(self) -> _Bucket:
        """Find what the bot has been given; one at rest starts anew."""
        if self._overall.is_at_rest(self._now_s()):
            self._overall = _fresh(self._overall_rate)
        return self._overall

    def _bucket(self, place: PlaceId) -> _Bucket:
        """Find what a place has been given; one at rest starts anew."""
        now_s = self._now_s()
        if len(self._places) >= _MOST_PLACES:
            self._forget_resting(now_s)
        known = self._places.get(place)
        if known is None or known.is_at_rest(now_s):
            known = self._places[place] = _fresh(self._rate_of(place))
        return known

    def _forget_resting(self, now_s: float) -> None:
        for place in [place for place, known in self._places.items() if known.is_at_rest(now_s)]:
            del self._places[place]


def _fresh(rate: Rate) -> _Bucket:
    return _Bucket(rate=rate, every_s=rate.every_s)
