"""Where updates arrive: written down first, then carried out, in order within each chat.

An update counts as taken once it is in the inbox; what is not carried out then, because the process
is killed or a store of ours is away, is carried out later, by any process of the bot.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any, Generic, Protocol, TypeVar

from bots.clock import Clock
from bots.errors import BotsError
from bots.store.inbox import Inbox, Incoming
from engine.jobs.errors import JobsError
from engine.jobs.logs import bound

log = logging.getLogger(__name__)


class Numbered(Protocol):
    """Something that happened on a platform, under the number of its update."""

    @property
    def update(self) -> int:
        """The number."""
        ...


Event = TypeVar("Event", bound=Numbered)


class Reader(Protocol[Event]):
    """Reads the updates of one platform."""

    def read(self, raw: Mapping[str, Any], /) -> Event | None:
        """Read an update; None if it is not for us."""
        ...

    def chat_key(self, event: Event, /) -> str:
        """Name what must be kept in order."""
        ...

    def album(self, event: Event, /) -> str | None:
        """Name what an event is only a part of, where platforms send the parts one by one."""
        ...


Handler = Callable[[Sequence[Event]], Awaitable[object]]
"""Carries out one of a chat's events: several only if they are one album."""
Turnstile = Callable[[str], AbstractAsyncContextManager[None]]
"""Lets one process at a time into a chat."""

_AT_ONCE = 64
_LEFT_BEHIND = timedelta(seconds=150)
"""Longer than carrying out an update takes, waits for Telegram's limits included."""
_KEPT = timedelta(hours=48)
"""How long an update's number is known: longer than Telegram repeats it."""
_LOOK_S = 20.0
_CLOSING_S = 5.0
_ALBUM_S = 1.0

_passed: ContextVar[asyncio.Future[None] | None] = ContextVar("passed", default=None)


def let_others_by() -> None:
    """Have what else a chat says carried out while this waits for what Telegram's limits allow."""
    passed = _passed.get()
    if passed is not None and not passed.done():
        passed.set_result(None)


class Reception(Generic[Event]):
    """Takes the updates of one bot."""

    def __init__(
        self,
        *,
        bot: str,
        inbox: Inbox,
        reader: Reader[Event],
        handle: Handler[Event],
        now: Clock,
    ) -> None:
        self._bot = bot
        self._inbox = inbox
        self._reader = reader
        self._handle = handle
        self._now = now
        self._lines: dict[str, _Line[Event]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._under_way: set[int] = set()
        self._behind: set[str] = set()  # chats with something that had to wait
        self._free = asyncio.Semaphore(_AT_ONCE)

    async def take(self, updates: Sequence[Mapping[str, Any]]) -> None:
        """Take updates; when this returns, none of them can be lost any more.

        Raises:
            StoreUnavailable: they were not taken; Telegram is to send them again.
        """
        events = [(raw, self._reader.read(raw)) for raw in updates]
        ours = {event.update: (raw, event) for raw, event in events if event is not None}
        incoming = [self._written(raw, event) for raw, event in ours.values()]
        for update in sorted(await self._inbox.take(incoming, self._now())):
            self._line_up(ours[update][1])

    async def run(self) -> None:
        """Pick up what was left behind, until cancelled; what is under way then ends first."""
        before = self._now()
        try:
            while True:
                try:
                    await self._pick_up(before)
                    await self._inbox.forget_before(self._now() - _KEPT)
                except BotsError as error:
                    log.warning("what was left behind has to wait: %s", error)
                await asyncio.sleep(_LOOK_S)
                before = self._now() - _LEFT_BEHIND
        finally:
            await self._close()

    async def idle(self) -> None:
        """Wait until everything taken so far has been carried out, or put off."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def _close(self) -> None:
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=_CLOSING_S)
            for task in late:
                task.cancel()

    def _line_up(self, event: Event) -> None:
        chat = self._reader.chat_key(event)
        line = self._lines.get(chat)
        if line is None:
            line = self._lines[chat] = _Line(self._reader)
            serve = self._serve_late if chat in self._behind else self._serve
            self._start(serve(chat, line))
        line.add(event)

    def _start(self, doing: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(doing)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _serve(self, chat: str, line: _Line[Event]) -> None:
        """Carry out a chat's events until there are none."""
        try:
            async with self._turn(chat):
                while not line.has_to_wait and await self._has_more(chat, line):
                    if not await line.settled():
                        await self._carry_out(line)
                # what comes from here on begins a line of its own, also while our turn ends
                self._close_line(chat, line)
        except BotsError as error:
            log.warning("what a chat said has to wait: %s", error)
        finally:
            self._close_line(chat, line)

    def _close_line(self, chat: str, line: _Line[Event]) -> None:
        if self._lines.get(chat) is line:
            del self._lines[chat]

    def _turn(self, chat: str) -> AbstractAsyncContextManager[None]:  # noqa: ARG002
        """Wait for the turn to serve a chat."""
        return nullcontext()

    async def _has_more(self, chat: str, line: _Line[Event]) -> bool:  # noqa: ARG002
        """Tell whether there is something to carry out."""
        return bool(line.events)

    async def _read_inbox(self, chat: str, line: _Line[Event]) -> None:
        """Have a line hold what the inbox has for a chat, in order."""
        known = {event.update for event in line.events}
        events: list[Event] = []
        for incoming in await self._inbox.waiting(self._bot, chat):
            event = self._reader.read(json.loads(incoming.body))
            if event is None:
                await self._inbox.done(self._bot, [incoming.update], self._now())
            elif incoming.update not in self._under_way:
                events.append(event)
        line.replace(known, events)

    async def _carry_out(self, line: _Line[Event]) -> None:
        """Carry out a chat's first event, until it is done or lets others by."""
        await self._free.acquire()
        passed = asyncio.get_running_loop().create_future()
        passed.add_done_callback(lambda _: self._free.release())
        carrying_out = self._start(self._carried_out(line.take(), line, passed))
        await self._until_next(passed, carrying_out)

    async def _until_next(
        self,
        passed: asyncio.Future[None],
        carrying_out: asyncio.Task[None],  # noqa: ARG002
    ) -> None:
        """Wait until a chat's next event may be carried out."""
        await passed

    async def _carried_out(
        self, events: Sequence[Event], line: _Line[Event], passed: asyncio.Future[None]
    ) -> None:
        _passed.set(passed)
        updates = [event.update for event in events]
        self._under_way.update(updates)
        try:
            with bound(update=updates[0]):
                if await self._handled(events):
                    await self._cross_off(updates)
                else:
                    line.has_to_wait = True
                    self._behind.add(self._reader.chat_key(events[0]))
        finally:
            self._under_way.difference_update(updates)
            let_others_by()

    async def _handled(self, events: Sequence[Event]) -> bool:
        """Carry out an event; False if it has to be done again later."""
        try:
            await self._handle(events)
        except (BotsError, JobsError) as error:
            log.warning("what a chat says has to wait: %s", error)
            return False
        except Exception:
            log.exception("an update could not be carried out")
        return True

    async def _cross_off(self, updates: Sequence[int]) -> None:
        try:
            await self._inbox.done(self._bot, updates, self._now())
        except BotsError as error:
            log.warning("updates that were carried out may be carried out again: %s", error)

    async def _pick_up(self, before: datetime) -> None:
        for chat in await self._inbox.chats(self._bot, before):
            if chat not in self._lines:
                line = self._lines[chat] = _Line(self._reader)
                self._start(self._serve_late(chat, line))

    async def _serve_late(self, chat: str, line: _Line[Event]) -> None:
        """Carry out what a chat has in the inbox; what it says meanwhile follows."""
        try:
            await self._read_inbox(chat, line)
            self._behind.discard(chat)
        except BotsError as error:
            log.warning("what a chat said has to wait: %s", error)
            line.has_to_wait = True
            self._behind.add(chat)
        await self._serve(chat, line)

    def _written(self, raw: Mapping[str, Any], event: Event) -> Incoming:
        return Incoming(
            bot=self._bot,
            update=event.update,
            chat=self._reader.chat_key(event),
            body=json.dumps(raw),
        )


class SharedReception(Reception[Event]):
    """Takes the updates of a bot that has several processes.

    They take turns in each chat, and whoever has the turn goes by the inbox: so what was brought to
    one process is not done before what was said earlier and brought to another.
    """

    def __init__(
        self,
        *,
        bot: str,
        inbox: Inbox,
        reader: Reader[Event],
        handle: Handler[Event],
        now: Clock,
        turnstile: Turnstile,
    ) -> None:
        super().__init__(bot=bot, inbox=inbox, reader=reader, handle=handle, now=now)
        self._turnstile = turnstile

    def _turn(self, chat: str) -> AbstractAsyncContextManager[None]:
        return self._turnstile(chat)

    async def _has_more(self, chat: str, line: _Line[Event]) -> bool:
        await self._read_inbox(chat, line)
        return bool(line.events)

    async def _until_next(
        self,
        passed: asyncio.Future[None],  # noqa: ARG002
        carrying_out: asyncio.Task[None],
    ) -> None:
        """Let nobody by: what is not crossed off would be done again by who has the next turn."""
        await asyncio.wait({carrying_out})


class _Line(Generic[Event]):
    """The events of one chat that are to be carried out.

    Attributes:
        has_to_wait: one could not be; it stays in the inbox, and what follows it as well.
    """

    def __init__(self, reader: Reader[Event]) -> None:
        self._reader = reader
        self.events: deque[Event] = deque()
        self.has_to_wait = False
        self._last = 0.0

    def add(self, event: Event) -> None:
        self.events.append(event)
        self._last = asyncio.get_running_loop().time()

    def replace(self, known: Collection[int], events: Sequence[Event]) -> None:
        """Put others in place of known events; what was added since stays."""
        since = {it.update: it for it in self.events if it.update not in known}
        of_both = since | {it.update: it for it in events}
        self.events = deque(of_both[update] for update in sorted(of_both))

    def take(self) -> Sequence[Event]:
        """Take the first event out, and what belongs to the same album."""
        taken = [self.events.popleft()]
        while self.events and self._is_one_album(taken[0], self.events[0]):
            taken.append(self.events.popleft())
        return taken

    async def settled(self) -> bool:
        """Wait until an album may be whole: its pictures come one by one, and none is the last.

        Returns:
            Whether there was something to wait for.
        """
        first = self.events[0]
        if self._reader.album(first) is None:
            return False
        wait_s = self._last + _ALBUM_S - asyncio.get_running_loop().time()
        if wait_s <= 0:
            return False
        await asyncio.sleep(wait_s)
        return True

    def _is_one_album(self, first: Event, event: Event) -> bool:
        album = self._reader.album(first)
        return album is not None and album == self._reader.album(event)
