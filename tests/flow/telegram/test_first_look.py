"""A quick version in the message while a model makes the clip that was asked for."""

from __future__ import annotations

from telegram import Bot

from bots.telegram_api.addresses import Address, Sent
from bots.telegram_api.wire import Wire
from engine.jobs.first_look import final_of
from engine.jobs.job import Failed
from tests.fakes.telegram import Chat, Message, Person
from tests.flow.at_work import CLIP, SELFIE
from tests.flow.telegram.telegram_house import TelegramHouse

QUICK = CLIP + b" made quickly"
FILM = "model:wan"


async def first_look(house: TelegramHouse, chat: Chat, ann: Person) -> Message:
    """Have a robot asked for, and its first look shown."""
    await house.offer_films()
    chat.send_photo(ann, SELFIE, caption="robot")
    quick = await house.claim()
    assert final_of(quick.job.id) is not None
    await house.finish(quick, clip=QUICK)
    return await house.clip(chat)


def uploads(house: TelegramHouse) -> int:
    """Count how often a film was sent to Telegram."""
    edits = house.telegram.calls("editMessageMedia")
    return sum(bool(call.files) for call in edits)


async def test_the_quick_version_comes_first_and_the_full_one_replaces_it(
    house: TelegramHouse, chat: Chat, ann: Person
) -> None:
    shown = await first_look(house, chat, ann)
    assert shown.video == QUICK
    assert (shown.caption or "").startswith("Here is a quick version.")
    assert shown.labels == ["Cancel"]

    claim = await house.claim(FILM)
    await house.progress(claim, 0.4)
    assert await house.said(chat, "40 %\n▰▰▰▰▱▱▱▱▱▱") is shown
    assert shown.video == QUICK
    assert len(house.telegram.calls("editMessageMedia")) == 1

    await house.finish(claim)
    await house.answer(chat, lambda it: it.video == CLIP)
    assert shown.video == CLIP
    assert shown.caption == "Robot"
    assert chat.from_bot == [shown]
    assert uploads(house) == 2


async def test_each_step_of_progress_is_one_call_and_sends_no_file(
    house: TelegramHouse, chat: Chat, ann: Person
) -> None:
    shown = await first_look(house, chat, ann)
    before = shown.edits
    claim = await house.claim(FILM)
    for percent in (20, 40, 60):
        await house.progress(claim, percent / 100)
        await house.said(chat, f"{percent} %")
    captions = house.telegram.calls("editMessageCaption")
    assert len(captions) == shown.edits - before
    assert all(call.error is None for call in captions)
    assert uploads(house) == 1


async def test_what_goes_wrong_leaves_the_quick_version_there(
    house: TelegramHouse, chat: Chat, ann: Person
) -> None:
    shown = await first_look(house, chat, ann)
    claim = await house.claim(FILM)
    await house.finish(claim, Failed(error="boom"))
    await house.said(chat, "What you see is the quick version of Robot.")
    assert shown.video == QUICK
    assert shown.labels == ["Again", "Other effect", "Delete"]
    assert uploads(house) == 1


async def test_cancelling_under_a_quick_version_works(
    house: TelegramHouse, chat: Chat, ann: Person
) -> None:
    shown = await first_look(house, chat, ann)
    await house.telegram.press(ann, shown, "Cancel")
    await house.said(chat, "Cancelled.")
    assert shown.video == QUICK
    assert uploads(house) == 1


async def test_deleting_what_went_wrong_takes_the_quick_version_away(
    house: TelegramHouse, chat: Chat, ann: Person
) -> None:
    shown = await first_look(house, chat, ann)
    await house.finish(await house.claim(FILM), Failed(error="boom"))
    await house.said(chat, "What you see is the quick version of Robot.")
    await house.telegram.press(ann, shown, "Delete")
    await house.telegram.until(lambda: shown.deleted)


async def test_a_message_sent_through_the_bot_shows_the_quick_version_too(
    house: TelegramHouse, chat: Chat, ann: Person, bob: Person
) -> None:
    await house.offer_films()
    chat.send_photo(ann, SELFIE)
    await house.answer(chat, lambda it: "Robot" in it.labels)
    answer = await house.telegram.inline_query(ann, "robo")
    elsewhere = house.telegram.elsewhere(ann, bob)
    message = house.telegram.choose(ann, answer.results[0], chat=elsewhere, query="robo")
    await house.finish(await house.claim(), clip=QUICK)
    await house.telegram.until(lambda: message.video == QUICK)
    claim = await house.claim(FILM)
    await house.progress(claim, 0.4)
    await house.telegram.until(lambda: "40 %" in message.words)
    assert message.video == QUICK
    await house.finish(claim)
    await house.telegram.until(lambda: message.video == CLIP)
    assert all(it.deleted for it in chat.log if it.video)


async def test_only_a_message_with_a_clip_takes_a_caption(house: TelegramHouse, chat: Chat) -> None:
    async with Bot(house.telegram.token, base_url=f"{house.telegram.url}/bot") as bot:
        wire = Wire(bot)
        number = await wire.say(Address(chat=chat.id), "only words")
        assert not await wire.recaption(Sent(chat.id, number), "a caption", None)
        assert chat.from_bot[-1].text == "only words"
