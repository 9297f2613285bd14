"""Which of a bot's processes delivers: one has the watch, and another takes over when it stops."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from redis.asyncio import Redis

from engine.jobs.connection import reaching_redis
from engine.jobs.errors import QueueUnavailable
from engine.jobs.keys import Key, prefix


class Watch:
    """One process's view of its bot's watch.

    It spares the platform from hearing everything twice, and nothing hangs on it: what is shown
    once is shown once because the journal takes one placeholder. So two may have it for a moment,
    and while Redis is away everyone has.
    """

    def __init__(self, redis: Redis, bot: str, *, pool: str = "main") -> None:
        self._redis = redis
        self._key = prefix(pool) + Key.DELIVERER + bot
        self._me = uuid4().hex

    async def keep(self, time: timedelta) -> bool:
        """Take the watch, or go on having it, for some time; False if another process has it."""
        try:
            with reaching_redis():
                holder = await self._redis.set(self._key, self._me, nx=True, px=time, get=True)
                if holder == self._me:
                    await self._redis.pexpire(self._key, time)
        except QueueUnavailable:
            return True
        return holder in (None, self._me)

    async def hand_over(self) -> None:
        """Let another process have the watch at once."""
        with reaching_redis():
            if await self._redis.get(self._key) == self._me:
                await self._redis.delete(self._key)
