"""Progress of running jobs as it comes in: lossy, for display only."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from typing import cast

from pydantic import TypeAdapter, ValidationError
from redis.asyncio import Redis
from redis.asyncio.client import PubSub

from engine.jobs.connection import reaching_redis
from engine.jobs.errors import QueueUnavailable
from engine.jobs.job import Progress
from engine.jobs.keys import Key, prefix

PROGRESS_JSON = TypeAdapter(Progress)
RECONNECT_S = 1.0
POLL_S = 1.0

log = logging.getLogger(__name__)


class ProgressFeed:
    """What the workers of a pool report."""

    def __init__(self, redis: Redis, *, pool: str = "main") -> None:
        self._redis = redis
        self._channel = prefix(pool) + Key.PROGRESS

    async def listen(self) -> AsyncGenerator[Progress]:
        """Give reports as they come; what comes while Redis is away is not seen."""
        while True:
            try:
                async with self._pubsub() as pubsub:
                    with reaching_redis():
                        await pubsub.subscribe(self._channel)
                    while True:
                        progress = await _next(pubsub)
                        if progress is not None:
                            yield progress
            except QueueUnavailable as error:
                log.warning("progress is not seen for now: %s", error)
                await asyncio.sleep(RECONNECT_S)

    def _pubsub(self) -> PubSub:
        return self._redis.pubsub(  # pyright: ignore[reportUnknownMemberType]
            ignore_subscribe_messages=True
        )


async def _next(pubsub: PubSub) -> Progress | None:
    with reaching_redis():
        message = cast("dict[str, str] | None", await pubsub.get_message(timeout=POLL_S))
    if message is None:
        return None
    try:
        return PROGRESS_JSON.validate_json(message["data"])
    except ValidationError as error:
        log.warning("a progress report was not understood: %s", error)
        return None
