from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResult,
    InlineQueryResultArticle,
    InlineQueryResultCachedPhoto,
    InlineQueryResultsButton,
    InputMediaVideo,
    InputTextMessageContent,
    Update,
)

from tests.fakes.telegram import Chat, FakeTelegram, InlineAnswer, Person
from tests.unit.fakes.telegram.refusals import refused

KEYS = InlineKeyboardMarkup([[InlineKeyboardButton("Again", callback_data="again")]])


async def next_update(bot: Bot, offset: int = 0) -> Update:
    (update,) = await bot.get_updates(offset=offset, timeout=10)
    return update


def article(name: str, keys: InlineKeyboardMarkup | None = KEYS) -> InlineQueryResultArticle:
    return InlineQueryResultArticle(
        id=name, title=name, input_message_content=InputTextMessageContent(name), reply_markup=keys
    )


async def asked(
    telegram: FakeTelegram,
    bot: Bot,
    who: Person,
    words: str,
    answer: Callable[[str], Awaitable[bool]],
) -> InlineAnswer:
    query = asyncio.create_task(telegram.inline_query(who, words))
    update = (await bot.get_updates(offset=-1, timeout=10))[0]
    assert update.inline_query is not None
    assert update.inline_query.query == words
    await answer(update.inline_query.id)
    return await query


async def test_a_press_shows_what_the_bot_answers(
    telegram: FakeTelegram, bot: Bot, ann: Person, chat: Chat
) -> None:
    await bot.send_message(chat.id, "done", reply_markup=KEYS)
    press = asyncio.create_task(telegram.press(ann, chat.last, "Again"))
    query = (await next_update(bot)).callback_query
    assert query is not None
    assert query.message is not None
    assert (query.data, query.message.message_id) == ("again", chat.last.id)
    with refused("MESSAGE_TOO_LONG"):
        await query.answer("x" * 201)
    await query.answer("once more", show_alert=True)
    answer = await press
    assert (answer.text, answer.alert) == ("once more", True)
    with refused("query is too old and response timeout expired"):
        await query.answer()


async def test_a_press_is_soon_too_old_to_answer(
    telegram: FakeTelegram, bot: Bot, ann: Person, chat: Chat
) -> None:
    await bot.send_message(chat.id, "done", reply_markup=KEYS)
    press = telegram.tap(ann, chat.last, "Again")
    telegram.later(minutes=5)
    with refused("query is too old"):
        await bot.answer_callback_query(press.id)


async def test_a_label_that_is_not_there_cannot_be_pressed(
    telegram: FakeTelegram, bot: Bot, ann: Person, chat: Chat
) -> None:
    await bot.send_message(chat.id, "done", reply_markup=KEYS)
    with pytest.raises(AssertionError, match="not one button 'Cancel' among"):
        telegram.tap(ann, chat.last, "Cancel")


async def test_an_inline_message_is_edited_by_its_own_id_and_takes_no_uploads(
    telegram: FakeTelegram, bot: Bot, ann: Person, chat: Chat, mp4: bytes
) -> None:
    answer = await asked(
        telegram, bot, ann, "rob", lambda i: bot.answer_inline_query(i, [article("Robot")])
    )
    shown = telegram.choose(ann, answer.result("Robot"), query="rob")
    chosen = (await bot.get_updates(offset=-1))[0].chosen_inline_result
    assert chosen is not None
    assert (chosen.result_id, chosen.query) == ("Robot", "rob")
    name = chosen.inline_message_id
    await bot.edit_message_text("making it", inline_message_id=name)
    assert shown.text == "making it"
    with refused("invalid message content specified"):
        await bot.edit_message_media(InputMediaVideo(mp4), inline_message_id=name)
    staged = (await bot.send_video(chat.id, mp4)).video
    assert staged is not None
    await bot.edit_message_media(
        InputMediaVideo(staged.file_id, caption="done"), inline_message_id=name, reply_markup=KEYS
    )
    assert (shown.video, shown.caption) == (mp4, "done")
    telegram.tap(ann, shown, "Again")
    query = (await bot.get_updates(offset=-1))[0].callback_query
    assert query is not None
    assert (query.message, query.inline_message_id) == (None, name)


async def test_a_result_without_keys_has_no_message_to_edit(
    telegram: FakeTelegram, bot: Bot, ann: Person
) -> None:
    answer = await asked(
        telegram, bot, ann, "r", lambda i: bot.answer_inline_query(i, [article("Robot", None)])
    )
    assert telegram.choose(ann, answer.results[0]).inline_id is None
    chosen = (await bot.get_updates(offset=-1))[0].chosen_inline_result
    assert chosen is not None
    assert chosen.inline_message_id is None


async def test_results_are_kept_for_everyone_unless_they_are_personal(
    telegram: FakeTelegram, bot: Bot, ann: Person
) -> None:
    bob = telegram.person("Bob")
    button = InlineQueryResultsButton("Send a photo", start_parameter="photo")
    first = await asked(
        telegram, bot, ann, "a", lambda i: bot.answer_inline_query(i, [], button=button)
    )
    assert (first.button, first.start) == ("Send a photo", "photo")
    assert await telegram.inline_query(bob, "a") is first
    mine = await asked(
        telegram, bot, ann, "b", lambda i: bot.answer_inline_query(i, [], is_personal=True)
    )
    assert await telegram.inline_query(ann, "b") is mine
    await asked(telegram, bot, bob, "b", lambda i: bot.answer_inline_query(i, []))
    telegram.later(minutes=6)
    await asked(telegram, bot, ann, "b", lambda i: bot.answer_inline_query(i, []))


@pytest.mark.parametrize(
    ("results", "why"),
    [
        ([article(str(n)) for n in range(51)], "RESULTS_TOO_MUCH"),
        ([article("a"), article("a")], "RESULT_ID_DUPLICATE"),
        ([article("é" * 33)], "RESULT_ID_INVALID"),
        ([InlineQueryResultCachedPhoto("a", "no-such-file")], "wrong file identifier"),
    ],
)
async def test_inline_results_that_telegram_refuses(
    telegram: FakeTelegram, bot: Bot, ann: Person, results: list[InlineQueryResult], why: str
) -> None:
    async def answer(query: str) -> bool:
        with refused(why):
            await bot.answer_inline_query(query, results)
        return await bot.answer_inline_query(query, [])

    assert (await asked(telegram, bot, ann, "", answer)).results == []


async def test_a_guest_answers_a_mention_with_a_message_it_can_edit(
    telegram: FakeTelegram, bot: Bot, ann: Person, jpeg: bytes
) -> None:
    bob = telegram.person("Bob")
    theirs = telegram.elsewhere(ann, bob)
    photo = theirs.send_photo(bob, jpeg)
    summons = asyncio.create_task(
        telegram.summon(ann, theirs, "@zoetrope_bot melt", reply_to=photo)
    )
    message = (await next_update(bot)).guest_message
    assert message is not None
    assert message.guest_query_id is not None
    assert message.reply_to_message is not None
    assert message.reply_to_message.photo
    sent = await message.answer_guest_query(article("melting"))
    shown = await summons
    await bot.edit_message_text("molten", inline_message_id=sent.inline_message_id)
    assert shown.text == "molten"
