"""Where people find the bots that run, as the bots say and the operator's programs ask."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import cast

from redis.asyncio import Redis

from engine.jobs.connection import reaching_redis
from engine.jobs.errors import QueueUnavailable
from engine.jobs.keys import Key, prefix

log = logging.getLogger(__name__)

_KEPT = timedelta(seconds=30)
_AGAIN_S = 10.0


class Addresses:
    """The addresses of one pool's bots."""

    def __init__(self, redis: Redis, *, pool: str = "main") -> None:
        self._redis = redis
        self._prefix = prefix(pool) + Key.ADDRESS

    async def of(self, bot: str) -> str | None:
        """Tell where people find a bot; None while it does not run.

        Raises:
            QueueUnavailable: Redis does not answer.
        """
        with reaching_redis():
            return cast("str | None", await self._redis.get(self._prefix + bot))

    async def keep(self, bot: str, address: str) -> None:
        """Say where people find a bot, until cancelled."""
        while True:
            try:
                with reaching_redis():
                    await self._redis.set(self._prefix + bot, address, px=_KEPT)
            except QueueUnavailable as error:
                log.debug("where the bot is cannot be noted now: %s", error)
            await asyncio.sleep(_AGAIN_S)
