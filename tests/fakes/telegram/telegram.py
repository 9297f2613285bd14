"""The fake, as tests use it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TypeVar

import pytest

from deploy.errors import CommandFailed
from tests.fakes.faults import Fault, Gate, Lost
from tests.fakes.telegram import asking
from tests.fakes.telegram.calls import Call
from tests.fakes.telegram.cast import Cast
from tests.fakes.telegram.chats import Chat
from tests.fakes.telegram.errors import ApiError
from tests.fakes.telegram.flood import Flood
from tests.fakes.telegram.messages import Message
from tests.fakes.telegram.people import Person
from tests.fakes.telegram.queries import Answer, InlineAnswer, InlineResult, Press
from tests.fakes.telegram.schema import Schema, schema
from tests.fakes.telegram.server import Server
from tests.fakes.telegram.world import World

Found = TypeVar("Found")
_WITHIN_S = 10.0


class FakeTelegram(Cast):
    """A Telegram with one bot, people, and the chats they share.

    Attributes:
        requests: what the bot asked, in order.
    """

    def __init__(self) -> None:
        super().__init__(World())
        self.requests: list[Call] = []
        self._server = Server(self.world, self.requests.append)

    @classmethod
    @asynccontextmanager
    async def running(cls) -> AsyncGenerator[FakeTelegram]:
        """Listen on loopback; at the end, all that the bot asked has to fit the Bot API's schema.

        Raises:
            AssertionError: it does not.
        """
        starting = asyncio.create_task(asyncio.to_thread(_schema))
        try:
            async with cls.unchecked() as telegram:
                yield telegram
        finally:
            found = await starting
        if isinstance(found, CommandFailed):
            pytest.skip(str(found))
        wrong = await asyncio.to_thread(found.complaints, telegram.requests)
        assert not wrong, "the Bot API has it otherwise:\n" + "\n".join(wrong)

    @classmethod
    @asynccontextmanager
    async def unchecked(cls) -> AsyncGenerator[FakeTelegram]:
        """Listen on loopback, for a bot that asks what does not exist."""
        telegram = cls()
        async with telegram._server.running():
            yield telegram
        if telegram._server.troubles:
            raise ExceptionGroup("the fake could not answer", telegram._server.troubles)

    @property
    def url(self) -> str:
        return self._server.url

    @property
    def base_url(self) -> str:
        """What python-telegram-bot calls base_url."""
        return f"{self.url}/bot"

    @property
    def base_file_url(self) -> str:
        """What python-telegram-bot calls base_file_url."""
        return f"{self.url}/file/bot"

    @property
    def token(self) -> str:
        return self.world.token

    def tap(self, who: Person, message: Message, label: str) -> Press:
        """Press a key and do not wait for what it shows."""
        return asking.tap(self.world, who, message, label)

    async def press(
        self, who: Person, message: Message, label: str, *, within_s: float = _WITHIN_S
    ) -> Answer:
        """Press a key and see what it shows.

        Args:
            who: presses.
            message: has the key.
            label: what stands on it, or a part of that.
            within_s: how long to wait.

        Raises:
            AssertionError: there is no such key, or the bot did not answer.
        """
        press = self.tap(who, message, label)
        return await self.until(lambda: press.answer, within_s=within_s)

    async def inline_query(
        self,
        who: Person,
        words: str,
        *,
        offset: str = "",
        chat: Chat | None = None,
        within_s: float = _WITHIN_S,
    ) -> InlineAnswer:
        """Write the bot's name and words into the field for a message, and see its results.

        Raises:
            AssertionError: the bot did not answer.
        """
        query = asking.ask_inline(self.world, who, words, offset, chat)
        return await self.until(lambda: query.answer, within_s=within_s)

    def choose(
        self, who: Person, result: InlineResult, *, chat: Chat | None = None, query: str = ""
    ) -> Message:
        """Send an inline result, by default to a friend whom the bot does not know."""
        if chat is None:
            chat = self.elsewhere(who, self.person("Friend"))
        return asking.choose(self.world, who, query, result, chat)

    async def summon(
        self,
        who: Person,
        chat: Chat,
        words: str,
        *,
        reply_to: Message | None = None,
        within_s: float = _WITHIN_S,
    ) -> Message:
        """Mention the bot in a chat where it is no member, and see the message it answers with.

        Raises:
            AssertionError: the bot did not answer.
        """
        summons = asking.summon(self.world, who, chat, words, reply_to)
        return await self.until(lambda: summons.answer, within_s=within_s)

    def fail(
        self, method: str, *, error: ApiError | Lost, times: int = 1, after: bool = False
    ) -> None:
        """Let the next calls of a method fail.

        Args:
            method: its name, or "*" for any but getUpdates.
            error: what is answered instead, or LOST for no answer.
            times: how many calls.
            after: whether they are acted upon first.
        """
        self._server.faults.add(method, Fault(error=error, after=after), times)

    def delay(self, method: str, *, by_s: float, times: int = 1) -> None:
        """Let the next calls of a method be answered late; they are acted upon at once."""
        self._server.faults.add(method, Fault(late_s=by_s), times)

    def hold(self, method: str, *, times: int = 1) -> Gate:
        """Let the next calls of a method wait, before they are acted upon, for the gate to open."""
        gate = Gate()
        self._server.faults.add(method, Fault(gate=gate), times)
        return gate

    def limit(self, *, burst: int = 5) -> None:
        """Let Telegram limit what the bot does in what time from now on."""
        self._server.flood = Flood(now=lambda: self.world.now().timestamp(), burst=burst)

    def later(self, **time_passed: float) -> None:
        """Let time pass: minutes=5, hours=49."""
        self.world.passed += timedelta(**time_passed)

    def commands(self, who: Person, chat: Chat) -> list[str]:
        """List the commands that someone is offered in a chat."""
        return self.world.profile.offered(who, chat)

    def calls(self, method: str) -> list[Call]:
        """List what the bot asked of one method."""
        return [call for call in self.requests if call.method.lower() == method.lower()]

    async def until(
        self, condition: Callable[[], Found | None], *, within_s: float = _WITHIN_S
    ) -> Found:
        """Wait until something is so, and give what the condition gave.

        Raises:
            AssertionError: it never was; says what the chats show.
        """
        return await self.world.changes.until(condition, within_s=within_s, shown=self.shown)

    def shown(self) -> str:
        """Say what every chat shows and what the bot asked last, for people who read failures."""
        lines = [f"{chat.title}: {chat.messages}" for chat in self.world.chats.values()]
        asked = [f"{call.method} {call.error or ''}" for call in self.requests[-12:]]
        return "\n".join([*lines, *asked])


def _schema() -> Schema | CommandFailed:
    try:
        return schema()
    except CommandFailed as error:
        return error
