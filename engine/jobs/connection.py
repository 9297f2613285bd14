"""Reaching Redis: the one place that knows what its client does behind our backs.

- A command whose reply does not come is sent again, so everything we send may run twice: queue.lua
  is written for that.
- A blocking command that outlasts the socket timeout is given up, and what it popped is lost.
  Blocking calls are therefore kept well under it (`BLOCK_LIMIT`) and never pop what matters.
- The shapes of replies depend on the protocol the client prefers; it is pinned.
- It waits with `asyncio.wait_for`, which in Python 3.11 can swallow a cancellation.
- A server that has become a replica answers READONLY for ever on an open connection. That counts
  as a lost connection here: the next one asks the Sentinels, or the host's name, for the master.
- Options in a URL would undo those set here; `redis_url` lets none of them through.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any, cast

from redis.asyncio import ConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import MasterNotFoundError, Sentinel, SentinelConnectionPool
from redis.backoff import ExponentialWithJitterBackoff, NoBackoff
from redis.exceptions import ConnectionError as ConnectionLost
from redis.exceptions import ReadOnlyError, RedisError
from redis.exceptions import TimeoutError as NoReply

from engine.jobs.errors import QueueUnavailable
from engine.jobs.redis_url import RedisUrl
from engine.jobs.round_trip import LeanConnection, LeanPool, LeanSSLConnection, LeanUnixConnection

SOCKET_TIMEOUT = timedelta(seconds=5)
BLOCK_LIMIT = timedelta(seconds=2)
_SENTINEL_TIMEOUT_S = 2.0
_LOOK_AGAIN_S = 1.0
_GONE = (ConnectionLost, NoReply, ReadOnlyError)


def connect(url: str) -> Redis:
    """Make a client that reconnects by itself, to the new master too; nothing is sent yet.

    Raises:
        ValueError: the URL cannot be used.
    """
    backoff = ExponentialWithJitterBackoff(base=0.05, cap=0.5)
    return _client(RedisUrl.parse(url), Retry(backoff, 3, supported_errors=_GONE))


def connect_to_look(url: str) -> Redis:
    """Make a client that tries once: for asking whether Redis is there.

    Raises:
        ValueError: the URL cannot be used.
    """
    return _client(RedisUrl.parse(url), Retry(NoBackoff(), 0))


def sentinels(url: RedisUrl) -> Sentinel:
    """Make the clients of a URL's Sentinels: quick to give up, as there are others."""
    return Sentinel(
        url.hosts,
        sentinel_kwargs={
            **url.sentinel_login,
            **(url.tls or {}),
            "ssl": url.tls is not None,
            "decode_responses": True,
            "protocol": 2,
            "socket_timeout": _SENTINEL_TIMEOUT_S,
            "socket_connect_timeout": _SENTINEL_TIMEOUT_S,
            "retry": Retry(NoBackoff(), 0),
        },
    )


def _client(url: RedisUrl, retry: Retry) -> Redis:
    options: dict[str, Any] = {
        **url.login,
        **(url.tls or {}),
        "db": url.database,
        "decode_responses": True,
        "protocol": 2,
        "socket_timeout": SOCKET_TIMEOUT.total_seconds(),
        "socket_connect_timeout": 2,
        "retry": retry,
        "health_check_interval": 15,
    }
    return Redis.from_pool(_pool(url, options))


def _pool(url: RedisUrl, options: dict[str, Any]) -> ConnectionPool:
    if url.master:
        tls = url.tls is not None
        return _MasterPool(url.master, sentinels(url), ssl=tls, **options)
    if url.socket:
        return LeanPool(LeanUnixConnection, path=url.socket, **options)
    ((host, port),) = url.hosts
    kind = LeanConnection if url.tls is None else LeanSSLConnection
    return LeanPool(kind, host=host, port=port, **options)


class _MasterPool(SentinelConnectionPool):
    """Connections to whichever server is master; closing them closes those to the Sentinels.

    A master that is replaced takes writes for seconds more, and loses them. So the Sentinels are
    asked again and again, not only when a connection breaks.
    """

    master_address: tuple[str, int] | None
    _looked_at = -_LOOK_AGAIN_S

    async def ensure_connection(self, connection: Any) -> None:
        await self._look_for_master()
        if (connection.host, connection.port) != self.master_address:
            await connection.disconnect()
        await super().ensure_connection(connection)

    async def get_master_address(self) -> tuple[str, int]:
        try:
            return cast("tuple[str, int]", await super().get_master_address())
        except MasterNotFoundError as error:  # lists all that its clients are made of
            raise ConnectionLost(
                f"no Sentinel knows a living master {self.service_name}"
            ) from error

    async def aclose(self) -> None:
        await super().aclose()  # pyright: ignore[reportUnknownMemberType]
        await self.sentinel_manager.aclose()  # pyright: ignore[reportUnknownMemberType]

    async def _look_for_master(self) -> None:
        if time.monotonic() - self._looked_at < _LOOK_AGAIN_S:
            return
        self._looked_at = time.monotonic()
        with suppress(ConnectionLost, NoReply):
            await self.get_master_address()


def block_seconds(wait: timedelta) -> float:
    """Cut a wait to what a blocking command can safely take, and to what it takes at least."""
    return max(min(wait, BLOCK_LIMIT).total_seconds(), 0.001)


@contextmanager
def reaching_redis() -> Generator[None]:
    """Turn the client's errors into QueueUnavailable, and let no cancellation get lost."""
    cancellations = _cancellations()
    try:
        yield
    except (RedisError, OSError) as error:
        raise QueueUnavailable(f"The queue cannot be reached: {error}") from error
    if _cancellations() > cancellations:
        raise asyncio.CancelledError


def _cancellations() -> int:
    task = asyncio.current_task()
    return task.cancelling() if task else 0
