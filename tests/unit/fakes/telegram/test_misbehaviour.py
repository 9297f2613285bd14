from __future__ import annotations

import asyncio

import pytest
from telegram import Bot
from telegram.error import EndPointNotFound, NetworkError, RetryAfter, TimedOut

from tests.fakes.faults import LOST
from tests.fakes.telegram import Chat, FakeTelegram, Person
from tests.fakes.telegram.errors import internal, too_many
from tests.unit.fakes.telegram.refusals import refused


async def test_a_call_fails_before_anything_is_done(
    telegram: FakeTelegram, bot: Bot, chat: Chat
) -> None:
    telegram.fail("sendMessage", error=internal(), times=2)
    for _ in range(2):
        with refused("Internal Server Error", NetworkError):
            await bot.send_message(chat.id, "hi")
    assert chat.messages == []
    await bot.send_message(chat.id, "hi")


async def test_an_answer_is_lost_although_the_message_is_there(
    telegram: FakeTelegram, bot: Bot, chat: Chat
) -> None:
    telegram.fail("sendMessage", error=LOST, after=True)
    with pytest.raises(NetworkError):
        await bot.send_message(chat.id, "hi")
    assert chat.last.text == "hi"


async def test_an_answer_comes_too_late(telegram: FakeTelegram, bot: Bot, chat: Chat) -> None:
    telegram.delay("sendMessage", by_s=0.5)
    with pytest.raises(TimedOut):
        await bot.send_message(chat.id, "hi", read_timeout=0.1)
    assert chat.last.text == "hi"


async def test_a_call_is_held_back(telegram: FakeTelegram, bot: Bot, chat: Chat) -> None:
    gate = telegram.hold("sendMessage")
    sending = asyncio.create_task(bot.send_message(chat.id, "hi"))
    await telegram.until(lambda: gate.waiting)
    assert chat.messages == []
    gate.open()
    await sending
    assert chat.last.text == "hi"


async def test_the_bot_is_told_how_long_to_wait(
    telegram: FakeTelegram, bot: Bot, chat: Chat
) -> None:
    telegram.fail("*", error=too_many(200))
    with refused("Retry in 0:03:20", RetryAfter):
        await bot.send_message(chat.id, "hi")
    assert [call.method for call in telegram.requests][-1] == "sendMessage"
    assert telegram.requests[-1].error is not None


async def test_waiting_for_what_never_happens_says_what_is_there(
    telegram: FakeTelegram, bot: Bot, ann: Person, chat: Chat
) -> None:
    chat.write(ann, "hello?")
    await bot.send_chat_action(chat.id, "typing")
    with pytest.raises(AssertionError) as error:
        await telegram.until(lambda: chat.from_bot, within_s=0.05)
    assert "<Ann: 'hello?'>" in str(error.value)
    assert "sendChatAction" in str(error.value)


async def test_a_private_chat_takes_one_call_a_second_after_a_burst(
    telegram: FakeTelegram, bot: Bot, chat: Chat
) -> None:
    telegram.limit(burst=2)
    sent = await bot.send_message(chat.id, "one")
    await sent.edit_text("two")
    with refused("Retry in 0:00:01", RetryAfter):
        await bot.send_chat_action(chat.id, "typing")
    telegram.later(seconds=1.1)
    await sent.edit_text("three")


async def test_edits_eat_up_what_a_group_takes_in_a_minute(
    telegram: FakeTelegram, bot: Bot, ann: Person
) -> None:
    telegram.limit()
    group = telegram.group("Friends", members=[ann])
    sent = await bot.send_message(group.id, "0")
    for number in range(1, 20):
        await sent.edit_text(str(number))
    with pytest.raises(RetryAfter):
        await bot.send_message(group.id, "the result")


async def test_a_method_that_does_not_exist_is_not_found() -> None:
    async with (
        FakeTelegram.unchecked() as telegram,
        Bot(telegram.token, telegram.base_url) as bot,
    ):
        with pytest.raises(EndPointNotFound):
            await bot.do_api_request("sendRobot")


async def ask_oddly() -> None:
    odd = {"colour": "red", "reply_markup": {"inline_keyboard": [[{"txt": "Again"}]]}}
    async with FakeTelegram.running() as telegram:
        chat = telegram.private(telegram.person("Ann"))
        async with Bot(telegram.token, telegram.base_url) as bot:
            with pytest.raises(NetworkError):
                await bot.send_message(chat.id, "hi", api_kwargs=odd)


async def test_calls_that_do_not_fit_the_schema_are_listed_at_the_end() -> None:
    with pytest.raises(AssertionError) as error:
        await ask_oddly()
    said = str(error.value)
    assert "sendMessage: colour: there is no such parameter" in said
    assert "sendMessage: reply_markup.inline_keyboard: there is no such field" in said
