"""In any chat: effects on one's last photo, clips that are shared, and mentions elsewhere."""

from __future__ import annotations

import pytest

from tests.fakes.telegram import Chat, FakeTelegram, Person
from tests.flow.at_work import CLIP, SELFIE
from tests.flow.telegram.telegram_house import TelegramHouse


async def test_a_message_sent_through_the_bot_becomes_a_clip(
    house: TelegramHouse, telegram: FakeTelegram, chat: Chat, ann: Person, bob: Person
) -> None:
    chat.send_photo(ann, SELFIE)
    await house.answer(chat, lambda it: "Robot" in it.labels)
    elsewhere = telegram.elsewhere(ann, bob)
    answer = await telegram.inline_query(ann, "robo")
    assert [result.title for result in answer.results] == ["Robot"]
    message = telegram.choose(ann, answer.results[0], chat=elsewhere, query="robo")
    await house.make()
    await telegram.until(lambda: message.video is not None)
    assert message.video == CLIP
    staged = [it for it in chat.log if it.video]
    assert all(it.deleted for it in staged)


async def test_nothing_typed_yet_offers_every_effect_for_one_photo(
    house: TelegramHouse, telegram: FakeTelegram, chat: Chat, ann: Person
) -> None:
    chat.send_photo(ann, SELFIE)
    await house.answer(chat, lambda it: "Robot" in it.labels)
    answer = await telegram.inline_query(ann, "")
    assert {result.title for result in answer.results} == {"Symbiote", "Robot", "Head turn"}


async def test_whoever_has_sent_no_photo_yet_is_led_to_the_bot(
    house: TelegramHouse, telegram: FakeTelegram, ann: Person
) -> None:
    answer = await telegram.inline_query(ann, "robot")
    assert answer.results == []
    assert answer.button is not None


async def test_a_clip_is_shared_by_its_owner_and_nobody_else(
    house: TelegramHouse, telegram: FakeTelegram, chat: Chat, ann: Person, bob: Person
) -> None:
    chat.send_photo(ann, SELFIE, caption="robot")
    job = (await house.make()).job.id
    await house.clip(chat)
    assert (await telegram.inline_query(bob, f"clip {job}")).results == []
    (result,) = (await telegram.inline_query(ann, f"clip {job}")).results
    shared = telegram.choose(ann, result, chat=telegram.elsewhere(ann, bob), query=f"clip {job}")
    assert shared.video == CLIP


async def test_a_mention_in_a_chat_without_the_bot_makes_a_clip_there(
    house: TelegramHouse, telegram: FakeTelegram, ann: Person, bob: Person
) -> None:
    elsewhere = telegram.elsewhere(ann, bob)
    photo = elsewhere.send_photo(bob, SELFIE)
    telegram.private(ann)
    answer = await telegram.summon(
        ann, elsewhere, f"@{telegram.bot.username} robot", reply_to=photo
    )
    await house.make()
    await telegram.until(lambda: answer.video is not None)


@pytest.mark.parametrize("query", ["clip nothing", "clip " + "0" * 32, "x" * 256])
async def test_odd_queries_are_answered_with_nothing(
    house: TelegramHouse, telegram: FakeTelegram, chat: Chat, ann: Person, query: str
) -> None:
    chat.send_photo(ann, SELFIE)
    await house.answer(chat, lambda it: "Robot" in it.labels)
    assert (await telegram.inline_query(ann, query)).results == []
