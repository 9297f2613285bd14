from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import pytest

from bots.delivery.budget import Budget, Rate
from bots.telegram_bot import replies
from bots.telegram_bot.replies import Replies
from bots.telegram_bot.where import Where
from bots.telegram_bot.wire import Wire
from tests.fakes.telegram import Chat, FakeTelegram
from tests.fakes.telegram.errors import bad_request, too_many
from tests.unit.bots.stopwatch import Stopwatch
from tests.unit.bots.telegram_bot.ear import Ear


class Passing:
    """Stands in for waiting: the time is over at once."""

    def __init__(self, clock: Stopwatch) -> None:
        self.waits: list[float] = []
        self._clock = clock

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self._clock.s += seconds


SELDOM = Rate(every_s=1000.0)


@pytest.fixture
def telegram(served: FakeTelegram) -> FakeTelegram:
    return served


@pytest.fixture
async def wire(served: FakeTelegram) -> AsyncGenerator[Wire]:
    async with Ear.to(served).bot as bot:
        yield Wire(bot)


@pytest.fixture
def here(chat: Chat) -> Where:
    return Where(chat=chat.id)


async def test_what_is_said_is_there_and_has_a_number(wire: Wire, chat: Chat, here: Where) -> None:
    answers = Replies.over(wire, Budget())
    number = await answers.say(here, "hello")
    assert [(it.id, it.text) for it in chat.from_bot] == [(number, "hello")]
    assert number is not None
    assert await answers.edit(here, number, "good bye")
    assert chat.last.text == "good bye"


async def test_an_edit_that_changes_nothing_is_done(wire: Wire, here: Where) -> None:
    answers = Replies.over(wire, Budget())
    number = await answers.say(here, "hello")
    assert number is not None
    assert await answers.edit(here, number, "hello")


async def test_what_telegram_refuses_is_dropped(
    served: FakeTelegram, wire: Wire, chat: Chat, here: Where
) -> None:
    answers = Replies.over(wire, Budget())
    served.fail("sendMessage", error=bad_request("chat not found"))
    assert await answers.say(here, "hello") is None
    assert not await answers.edit(here, 4000, "hello")
    await answers.alert("no such query", "hello", window=True)
    assert chat.from_bot == []


async def test_an_answer_that_would_come_too_late_is_dropped_at_once(
    wire: Wire, chat: Chat, here: Where
) -> None:
    answers = Replies.over(wire, Budget(lambda _: SELDOM))
    assert await answers.say(here, "first") is not None
    async with asyncio.timeout(5):
        assert await answers.say(here, "second") is None
    assert [it.text for it in chat.from_bot] == ["first"]


async def test_nobody_else_is_kept_waiting_by_a_place_that_takes_nothing(
    served: FakeTelegram, wire: Wire, here: Where
) -> None:
    bobs = served.private(served.person("Bob"))
    answers = Replies.over(wire, Budget(lambda _: SELDOM))
    await answers.say(here, "first")
    await answers.say(here, "second")
    assert await answers.say(Where(chat=bobs.id), "hello") is not None


async def test_an_answer_waits_for_its_turn(
    wire: Wire, chat: Chat, here: Where, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Stopwatch()
    answers = Replies.over(wire, Budget(lambda _: Rate(every_s=10.0), clock))
    passes = Passing(clock)
    monkeypatch.setattr(replies, "asyncio", passes)
    await answers.say(here, "first")
    assert await answers.say(here, "second") is not None
    assert passes.waits == [10.0]
    assert [it.text for it in chat.from_bot] == ["first", "second"]


async def test_the_budget_is_told_when_telegram_wants_the_bot_to_wait(
    served: FakeTelegram, wire: Wire, here: Where
) -> None:
    budget = Budget(now_s=Stopwatch())
    answers = Replies.over(wire, budget)
    served.fail("sendMessage", error=too_many(17))
    assert await answers.say(here, "hello") is None
    assert await budget.turn(here.place, "somebody") == 17.0


async def test_presses_are_answered_without_a_budget(
    served: FakeTelegram, wire: Wire, here: Where
) -> None:
    answers = Replies.over(wire, Budget(lambda _: SELDOM))
    await answers.say(here, "first")
    async with asyncio.timeout(5):
        await answers.alert("1")
    assert len(served.calls("answerCallbackQuery")) == 1
