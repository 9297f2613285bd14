"""What was acknowledged and not carried out, because the process ended: people are told so."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, Awaitable, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import cast

from redis.asyncio import Redis

from bots.chat import MessageId
from bots.clock import Clock
from bots.desk.where import Where
from bots.discord_api.handles import DIES, Handle, began
from bots.discord_api.wire import Content, Wire
from bots.errors import BotsError
from bots.texts.talk import Talk
from bots.texts.texts import Texts
from engine.jobs.connection import reaching_redis
from engine.jobs.errors import QueueUnavailable
from engine.jobs.keys import Key, prefix

log = logging.getLogger(__name__)

_LONGEST = timedelta(seconds=90)
"""After that nobody is carrying it out any more."""
_LOOK_S = 15.0
_IN_TIME_S = 1.0
_GRACE_S = 4.0
"""Servers are given ten seconds to stop, as a rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """Answers that are awaited, in all processes of a bot, while Redis keeps them."""

    redis: Redis
    bot: str
    wire: Wire
    now: Clock
    _tasks: set[asyncio.Task[object]] = field(default_factory=set[asyncio.Task[object]])

    @property
    def _key(self) -> str:
        return prefix("main") + Key.BEGUN + self.bot

    @asynccontextmanager
    async def noted(self, where: Where) -> AsyncGenerator[None]:
        """Remember that an answer is awaited until the block ends; dying is no end."""
        field = str(where.turn_into)
        await self._best(self._note(field, str(where.through)))
        try:
            yield
        except Exception:
            await self._best(self.redis.hdel(self._key, field))
            raise
        await self._best(self.redis.hdel(self._key, field))

    @contextmanager
    def under_way(self) -> Generator[None]:
        """Have the process wait a little for what is done in this block, before it ends."""
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("nothing is carried out outside of a task")
        self._tasks.add(task)
        try:
            yield
        finally:
            self._tasks.discard(task)

    async def end(self) -> None:
        """Let what is under way be finished, and give up what takes too long."""
        if not self._tasks:
            return
        _, late = await asyncio.wait(self._tasks, timeout=_GRACE_S)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def look_after(self) -> None:
        """Tell whoever waits in vain, until cancelled."""
        while True:
            try:
                await self.apologise()
            except QueueUnavailable as error:
                log.debug("who waits in vain is not known now: %s", error)
            await asyncio.sleep(_LOOK_S)

    async def apologise(self) -> None:
        """Tell whoever waits in vain to ask once more.

        Raises:
            QueueUnavailable: who that is is not known now.
        """
        with reaching_redis():
            known = cast("dict[str, str]", await self.redis.hgetall(self._key))  # pyright: ignore[reportGeneralTypeIssues]
        for answer, through in known.items():
            handle = Handle.read(json.loads(through))
            if handle is None or self.now() < began(handle.interaction) + _LONGEST:
                continue
            with reaching_redis():
                is_ours = await self.redis.hdel(self._key, answer)  # pyright: ignore[reportGeneralTypeIssues]
            if is_ours:
                await self._tell(MessageId(answer), handle)

    async def _tell(self, answer: MessageId, handle: Handle) -> None:
        text = Talk(Texts.of(handle.language)).interrupted()
        try:
            await self.wire.edit(answer, handle, Content(text=text))
        except BotsError as error:
            log.info("nobody was told that they wait in vain: %s", error)

    async def _note(self, answer: str, through: str) -> None:
        async with self.redis.pipeline(transaction=False) as pipe:
            pipe.hset(self._key, answer, json.dumps(through))
            pipe.expire(self._key, DIES)
            await pipe.execute()

    async def _best(self, noting: Awaitable[object]) -> None:
        """Note something if that is possible: the answer itself does not hang on it."""
        try:
            async with asyncio.timeout(_IN_TIME_S):
                with reaching_redis():
                    await noting
        except (QueueUnavailable, TimeoutError) as error:
            log.debug("an answer that is awaited is not noted: %s", error)
