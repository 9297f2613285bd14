"""The budget of all processes of a bot: flood.lua keeps it on the server, by the server's clock."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from redis.asyncio import Redis

from bots.chat import PlaceId
from bots.delivery.budget import CALM_S, OVERALL_CALM_S, UNLIMITED, Budget, Rate, unlimited
from engine.jobs.errors import JobsError, QueueUnavailable
from engine.jobs.library import FunctionLibrary
from engine.jobs.round_trip import Argument, Reply

log = logging.getLogger(__name__)

_REPLY_S = 1.0
"""No call waits longer than this for Redis."""
_AWAY_S = 2.0
"""After which Redis is asked again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Refusal:
    """What the platform said of a place, or of the whole bot, by this process's clock."""

    rate: str
    until_s: float
    calm_s: float


class SharedBudget:
    """The calls of a bot. While Redis is away each process has a budget of its own.

    What the platform refuses meanwhile is told to the other processes when Redis is back.
    """

    def __init__(
        self,
        redis: Redis,
        bot: str,
        rate_of: Callable[[PlaceId], Rate] = unlimited,
        *,
        overall: Rate = UNLIMITED,
        pool: str = "main",
    ) -> None:
        self._library = FunctionLibrary(redis, pool=pool)
        self._bot = bot
        self._rate_of = rate_of
        self._whole = (f"{bot}|*", _as_json(overall))
        self._alone = Budget(rate_of, overall=overall)
        self._untold: dict[str, _Refusal] = {}
        self._is_away = False
        self._ask_again_s = 0.0

    async def turn(self, place: PlaceId, key: str) -> float:
        """Take a call for a result: first its turn in the place, then one overall."""
        try:
            wait_ms = await self._ask("flood_turn", *self._named(place), *self._whole, key)
        except QueueUnavailable:
            return await self._alone.turn(place, key)
        return wait_ms / 1000

    async def spare(self, place: PlaceId, key: str) -> bool:
        """Take a call for progress; one that the place has no call for is in no other's way."""
        try:
            return bool(await self._ask("flood_spare", *self._named(place), *self._whole, key))
        except QueueUnavailable:
            return await self._alone.spare(place, key)

    async def refused(self, place: PlaceId, retry_after_s: float) -> None:
        """Have all processes take nothing more in a place for a while."""
        await self._alone.refused(place, retry_after_s)
        await self._close(*self._named(place), retry_after_s, CALM_S)

    async def refused_everywhere(self, retry_after_s: float) -> None:
        """Have all processes take nothing more for a while."""
        await self._alone.refused_everywhere(retry_after_s)
        await self._close(*self._whole, retry_after_s, OVERALL_CALM_S)

    def _named(self, place: PlaceId) -> tuple[str, str]:
        """Name a place's bucket, and say what it is held to, as flood.lua understands it."""
        return f"{self._bot}|{place}", _as_json(self._rate_of(place))

    async def _close(self, name: str, rate: str, retry_after_s: float, calm_s: float) -> None:
        until_s = time.monotonic() + retry_after_s
        self._untold[name] = _Refusal(rate=rate, until_s=until_s, calm_s=calm_s)
        with suppress(QueueUnavailable):
            await self._reaching(self._tell)

    async def _ask(self, function: str, *args: Argument) -> Reply:
        """Run a function, when the server knows what the platform has refused.

        Raises:
            QueueUnavailable: Redis does not answer, or did not a moment ago.
        """

        async def both() -> Reply:
            await self._tell()
            return await self._library.call(function, *args)

        return await self._reaching(both)

    async def _tell(self) -> None:
        """Tell what has been refused and is not told yet."""
        for name, refusal in tuple(self._untold.items()):
            left_ms = (refusal.until_s - time.monotonic()) * 1000
            if left_ms > 0:
                calm_ms = refusal.calm_s * 1000
                await self._library.call("flood_close", name, refusal.rate, left_ms, calm_ms)
            self._untold.pop(name, None)

    async def _reaching(self, act: Callable[[], Awaitable[Reply]]) -> Reply:
        """Do something with Redis unless it is away; one call in a while looks whether it is."""
        if time.monotonic() < self._ask_again_s:
            raise QueueUnavailable
        if self._is_away:
            self._ask_again_s = time.monotonic() + _AWAY_S
        try:
            async with asyncio.timeout(_REPLY_S):
                reply = await act()
        except (JobsError, TimeoutError) as error:
            self._note(away=True, why=str(error))
            raise QueueUnavailable from error
        self._note(away=False)
        return reply

    def _note(self, *, away: bool, why: str = "") -> None:
        if away and not self._is_away:
            log.warning("this process has a budget of its own while Redis is away: %s", why)
        if self._is_away and not away:
            log.info("the budget is shared again")
        self._is_away = away
        self._ask_again_s = time.monotonic() + _AWAY_S if away else 0.0


def _as_json(rate: Rate) -> str:
    return json.dumps([rate.every_s * 1000, rate.burst, rate.kept])
