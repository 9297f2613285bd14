"""What the buttons under a clip do, and for whom."""

from __future__ import annotations

from pathlib import Path

from redis.asyncio import Redis

from engine.jobs.job import JobState
from tests.fakes.telegram import Chat, FakeTelegram, Message, Person
from tests.flow.at_work import SELFIE
from tests.flow.telegram.telegram_house import TelegramHouse, a_telegram_house
from tests.valkey import ValkeyProcess


async def a_clip(house: TelegramHouse, chat: Chat, ann: Person, caption: str = "robot") -> Message:
    chat.send_photo(ann, SELFIE, caption=caption)
    await house.make()
    return await house.clip(chat)


async def test_again_makes_another_one_below(house: TelegramHouse, chat: Chat, ann: Person) -> None:
    first = await a_clip(house, chat, ann)
    await house.telegram.press(ann, first, "Again")
    claim = await house.make()
    second = await house.answer(chat, lambda it: it is not first and it.video)
    assert claim.job.effect == "robot"
    assert second.reply_to is first
    assert first.video


async def test_other_effect_offers_the_effects_for_the_same_photo(
    house: TelegramHouse, chat: Chat, ann: Person
) -> None:
    first = await a_clip(house, chat, ann)
    await house.telegram.press(ann, first, "Other effect")
    offered = await house.answer(chat, lambda it: "Symbiote" in it.labels)
    await house.telegram.press(ann, offered, "Symbiote")
    assert (await house.make()).job.effect == "symbiote"


async def test_in_hd_the_very_same_clip_is_made_larger(
    house: TelegramHouse, chat: Chat, ann: Person
) -> None:
    chat.send_photo(ann, SELFIE, caption="robot")
    before = await house.make()
    await house.telegram.press(ann, await house.clip(chat), "In HD")
    after = await house.make()
    assert (after.job.seed, after.job.format.size) == (before.job.seed, 1080)


async def test_a_remix_turns_the_options_and_is_made_when_it_is_wanted(
    house: TelegramHouse, chat: Chat, ann: Person
) -> None:
    first = await a_clip(house, chat, ann, "symbiote")
    await house.telegram.press(ann, first, "Remix")
    options = await house.answer(chat, lambda it: "Tongue: on" in it.labels)
    await house.telegram.press(ann, options, "Tongue: on")
    await house.answer(chat, lambda it: "Tongue: off" in it.labels)
    await house.telegram.press(ann, options, "Make it")
    claim = await house.make()
    assert claim.job.params["tongue"] is False
    assert (await house.answer(chat, lambda it: it is options and it.video)).video


async def test_details_say_how_a_clip_was_made(
    house: TelegramHouse, chat: Chat, ann: Person
) -> None:
    shown = await a_clip(house, chat, ann)
    answer = await house.telegram.press(ann, shown, "Details")
    assert answer.alert
    assert "Robot, 512×512, 4 s, made in 8 s." in answer.text


async def test_deleting_takes_the_message_and_the_clip_away(
    house: TelegramHouse, chat: Chat, ann: Person
) -> None:
    shown = await a_clip(house, chat, ann)
    await house.telegram.press(ann, shown, "Delete")
    await house.telegram.until(lambda: shown.deleted)
    assert await house.services.media.list() == []


async def test_an_old_message_is_emptied_when_it_cannot_be_deleted(
    house: TelegramHouse, chat: Chat, ann: Person
) -> None:
    shown = await a_clip(house, chat, ann)
    house.telegram.later(days=3)
    await house.telegram.press(ann, shown, "Delete")
    await house.telegram.until(lambda: shown.video is None)
    assert shown.photo
    assert not shown.labels


async def test_a_queued_clip_is_cancelled_by_its_button(
    house: TelegramHouse, chat: Chat, ann: Person
) -> None:
    chat.send_photo(ann, SELFIE, caption="robot")
    waiting = await house.answer(chat, lambda it: "Cancel" in it.labels)
    await house.telegram.press(ann, waiting, "Cancel")
    assert (await house.said(chat, "Cancelled.")) is waiting


async def test_a_double_tap_asks_once(house: TelegramHouse, chat: Chat, ann: Person) -> None:
    chat.send_photo(ann, SELFIE)
    offered = await house.answer(chat, lambda it: "Robot" in it.labels)
    house.telegram.tap(ann, offered, "Robot")
    house.telegram.tap(ann, offered, "Robot")
    await house.make()
    await house.clip(chat)
    assert len(await house.services.journal.latest(f"telegram:{ann.id}", 10)) == 1  # pyright: ignore[reportArgumentType]
    assert len(chat.from_bot) == 1


async def test_somebody_else_can_neither_pick_nor_cancel_nor_delete(
    house: TelegramHouse, telegram: FakeTelegram, ann: Person, bob: Person
) -> None:
    group = telegram.group("Friends", members=[ann, bob])
    photo = group.send_photo(ann, SELFIE)
    group.write(ann, "/effect", reply_to=photo)
    offered = await house.answer(group, lambda it: "Robot" in it.labels)
    theirs = "This one belongs to someone else. Ask for one of your own."
    assert (await telegram.press(bob, offered, "Robot")).text == theirs
    await telegram.press(ann, offered, "Robot")
    waiting = await house.answer(group, lambda it: "Cancel" in it.labels)
    assert (await telegram.press(bob, waiting, "Cancel")).text == theirs
    await house.make()
    shown = await house.clip(group)
    assert (await telegram.press(bob, shown, "Delete")).text == theirs
    assert shown.video
    assert not shown.deleted


async def test_two_people_press_the_same_button(
    house: TelegramHouse, telegram: FakeTelegram, ann: Person, bob: Person
) -> None:
    group = telegram.group("Friends", members=[ann, bob])
    photo = group.send_photo(ann, SELFIE)
    group.write(ann, "/effect robot", reply_to=photo)
    await house.make()
    shown = await house.clip(group)
    telegram.tap(bob, shown, "Again")
    await telegram.press(ann, shown, "Again")
    await house.make()
    await house.answer(group, lambda it: it is not shown and it.video)
    assert await house.services.journal.latest(f"telegram:{bob.id}", 10) == []  # pyright: ignore[reportArgumentType]


async def test_buttons_work_after_a_restart(
    telegram: FakeTelegram, tmp_path: Path, valkey: ValkeyProcess, redis: Redis
) -> None:
    ann = telegram.person("Ann")
    chat = telegram.private(ann)
    async with a_telegram_house(tmp_path, valkey.url, telegram) as house:
        chat.send_photo(ann, SELFIE)
        offered = await house.answer(chat, lambda it: "Robot" in it.labels)
    async with a_telegram_house(tmp_path, valkey.url, telegram) as house:
        await house.telegram.press(ann, offered, "Robot")
        await house.make()
        shown = await house.clip(chat)
    async with a_telegram_house(tmp_path, valkey.url, telegram) as house:
        await house.telegram.press(ann, shown, "Again")
        claim = await house.make()
        request = await house.services.journal.get(claim.job.id)
        assert request is not None
        await house.answer(chat, lambda it: it is not shown and it.video)
        done = await house.services.journal.get(claim.job.id)
        assert done is not None
        assert done.state is JobState.SUCCEEDED


async def test_a_button_of_nobody_knows_what_is_answered(
    house: TelegramHouse, chat: Chat, ann: Person
) -> None:
    shown = await a_clip(house, chat, ann)
    await house.telegram.press(ann, shown, "Delete")
    chat.write(ann, "/jobs")
    await house.said(chat, "There are no clips of yours yet.")
