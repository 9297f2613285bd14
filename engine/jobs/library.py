"""The queue's functions on the server: loading them, and calling them.

Function names are global on a server, so each carries a hash of the code: processes of an old and
a new version work side by side, each with its own functions. A library that nobody has loaded for
a week is removed; should its process still run, it loads it again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import cast

from redis.asyncio import Redis
from redis.exceptions import OutOfMemoryError, ResponseError

from engine.jobs.connection import reaching_redis
from engine.jobs.errors import QueueIncompatible
from engine.jobs.keys import Key, as_lua, prefix
from engine.jobs.round_trip import Argument, Reply, round_trip

SCHEMA = "2"
"""Version of the layout of keys and records; code of another one must not touch them."""

_FOLDER = Path(__file__).with_name("lua")
_FILES = (
    "records.lua",
    "lanes.lua",
    "choice.lua",
    "queue.lua",
    "work.lua",
    "presence.lua",
    "plan.lua",
    "flood.lua",
)

UNUSED_AFTER = timedelta(days=7)


class FunctionLibrary:
    """The functions of our Lua files, for one pool."""

    def __init__(self, redis: Redis, *, pool: str) -> None:
        body = "\n".join([as_lua(), *(_FOLDER.joinpath(name).read_text() for name in _FILES)])
        version = hashlib.sha256(body.encode()).hexdigest()[:12]
        self._redis = redis
        self._is_loaded = False
        self._prefix = prefix(pool)
        self._version = version
        self._name = f"zoetrope_{version}"
        self._code = f"#!lua name={self._name}\nlocal VERSION = '{version}'\n{body}"

    async def load(self) -> None:
        """Give the server our functions, if it lacks them.

        Raises:
            QueueIncompatible: what it holds is laid out for another version.
        """
        with reaching_redis():
            await self._load()

    async def _load(self) -> None:
        await self._check_schema()
        try:
            await self._redis.function_load(self._code)
        except ResponseError as error:
            if "already exists" not in str(error):
                raise
        await self._remove_unused()
        self._is_loaded = True

    async def call(self, function: str, *args: Argument) -> Reply:
        """Run a function; they are loaded before the first call, and when the server lost them."""
        with reaching_redis():
            [reply] = await self._loaded(lambda: self._ask(self._fcall(function, *args)))
            return reply

    async def call_when_rung(
        self, bell: str, wait_s: float, function: str, *args: Argument
    ) -> Reply:
        """Wait for an item in a list, or a while, then run a function: all in one round trip."""
        wait, call = ("BLPOP", bell, wait_s), self._fcall(function, *args)
        with reaching_redis():
            _, reply = await self._loaded(lambda: self._ask(wait, call))
            return reply

    async def _loaded(self, act: Callable[[], Awaitable[list[Reply]]]) -> list[Reply]:
        if not self._is_loaded:
            # Without memory the server takes no functions, but it may have them from others.
            with suppress(OutOfMemoryError):
                await self._load()
        try:
            return await act()
        except ResponseError as error:
            if "Function not found" not in str(error):
                raise
        await self._load()
        return await act()

    async def _ask(self, *commands: tuple[Argument, ...]) -> list[Reply]:
        return await round_trip(self._redis, *commands)

    def _fcall(self, function: str, *args: Argument) -> tuple[Argument, ...]:
        return ("FCALL", f"{self._name}_{function}", 1, self._prefix, *args)

    async def _remove_unused(self) -> None:
        """Note that our version is in use, and remove those that have not been for long."""
        seconds, _ = await self._redis.time()  # pyright: ignore[reportUnknownMemberType]
        key = self._prefix + Key.LIBRARIES
        await self._redis.zadd(key, {self._version: seconds})
        oldest = seconds - UNUSED_AFTER.total_seconds()
        unused = await self._redis.zrangebyscore(  # pyright: ignore[reportUnknownMemberType]
            key, "-inf", oldest
        )
        for version in cast("list[str]", unused):
            with suppress(ResponseError):
                await self._redis.function_delete(f"zoetrope_{version}")
            await self._redis.zrem(key, version)

    async def _check_schema(self) -> None:
        key = self._prefix + Key.SCHEMA
        found = cast(str | None, await self._redis.get(key))
        if found is None:
            found = cast(str | None, await self._redis.set(key, SCHEMA, nx=True, get=True))
        if found not in (None, SCHEMA):
            raise QueueIncompatible(found, SCHEMA)
