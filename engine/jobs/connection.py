"""Reaching Redis: the one place that knows what its client does behind our backs.

- A command whose reply does not come is sent again, so everything we send may run twice: queue.lua
  is written for that.
- A blocking command that outlasts the socket timeout is given up, and what it popped is lost.
  Blocking calls are therefore kept well under it (`BLOCK_LIMIT`) and never pop what matters.
- The shapes of replies depend on the protocol the client prefers; it is pinned.
- It waits with `asyncio.wait_for`, which in Python 3.11 can swallow a cancellation.
"""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff
from redis.exceptions import RedisError

from engine.jobs.errors import QueueUnavailable

SOCKET_TIMEOUT = timedelta(seconds=5)
BLOCK_LIMIT = timedelta(seconds=2)


def connect(url: str) -> Redis:
    """Make a client that reconnects by itself; nothing is sent yet."""
    return Redis.from_url(  # pyright: ignore[reportUnknownMemberType]
        url,
        decode_responses=True,
        protocol=2,
        socket_timeout=SOCKET_TIMEOUT.total_seconds(),
        socket_connect_timeout=2,
        retry=Retry(ExponentialWithJitterBackoff(base=0.05, cap=0.5), retries=3),
        health_check_interval=15,
    )


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
