"""One process at a time in each chat, where several share a webhook."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from redis.asyncio import Redis
from redis.exceptions import LockError, RedisError

from bots.errors import StoreUnavailable
from engine.jobs.keys import prefix

_HELD_S = 120.0
"""Longer than carrying out an update takes; after that a process is taken to have died."""
_LOOK_S = 0.05


class ChatLocks:
    """A lock for each chat; while Redis is away, processes go by without one."""

    def __init__(self, redis: Redis, bot: str) -> None:
        self._redis = redis
        self._prefix = f"{prefix('main')}turnstile:{bot}:"

    @asynccontextmanager
    async def held(self, chat: str) -> AsyncGenerator[None]:
        """Wait until no other process is in a chat.

        Raises:
            StoreUnavailable: others have been in it for too long.
        """
        lock = self._redis.lock(self._prefix + chat, timeout=_HELD_S, sleep=_LOOK_S)
        held = False
        try:
            async with asyncio.timeout(_HELD_S):
                held = await lock.acquire()
        except TimeoutError as error:
            raise StoreUnavailable("another process does not leave the chat") from error
        except RedisError:
            pass
        try:
            yield
        finally:
            if held:
                with contextlib.suppress(LockError, RedisError):
                    await lock.release()
