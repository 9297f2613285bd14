"""What people say with a slash."""

from __future__ import annotations

import pytest

from bots.texts.languages import LANGUAGES
from tests.fakes.telegram import Chat, FakeTelegram, Person
from tests.flow.at_work import SELFIE
from tests.flow.telegram.telegram_house import TelegramHouse


async def test_start_greets_and_says_what_to_do(
    house: TelegramHouse, chat: Chat, ann: Person
) -> None:
    chat.write(ann, "/start")
    await house.said(chat, "Send me a selfie and pick an effect")


async def test_a_link_leads_to_its_effect(house: TelegramHouse, chat: Chat, ann: Person) -> None:
    chat.write(ann, "/start e-symbiote")
    await house.said(chat, "Now send me a photo for Symbiote.")
    chat.send_photo(ann, SELFIE)
    assert (await house.make()).job.effect == "symbiote"


async def test_a_link_to_a_clip_leads_to_one_of_ones_own(
    house: TelegramHouse, telegram: FakeTelegram, chat: Chat, ann: Person, bob: Person
) -> None:
    chat.send_photo(ann, SELFIE, caption="robot")
    job = (await house.make()).job.id
    bobs = telegram.private(bob)
    bobs.write(bob, f"/start r-{job}")
    await house.said(bobs, "Now send me a photo for Robot.")


async def test_effect_without_a_photo_asks_for_one(
    house: TelegramHouse, chat: Chat, ann: Person
) -> None:
    chat.write(ann, "/effect robot")
    await house.said(chat, "Now send me a photo for Robot.")


async def test_an_effect_nobody_has_is_refused_by_name(
    house: TelegramHouse, chat: Chat, ann: Person
) -> None:
    chat.write(ann, "/effect unicorn")
    await house.said(chat, "I do not have the effect “unicorn”.")


async def test_prompt_in_answer_to_a_photo_uses_it(
    house: TelegramHouse, chat: Chat, ann: Person
) -> None:
    photo = chat.send_photo(ann, SELFIE)
    await house.answer(chat, lambda it: "Robot" in it.labels)
    chat.write(ann, "/prompt turn me into a metal cyborg", reply_to=photo)
    assert (await house.make()).job.effect == "robot"


async def test_jobs_lists_what_was_asked_for_and_shows_it_again(
    house: TelegramHouse, chat: Chat, ann: Person
) -> None:
    chat.send_photo(ann, SELFIE, caption="robot")
    await house.make()
    first = await house.clip(chat)
    chat.write(ann, "/jobs")
    listed = await house.said(chat, "Robot – ready")
    await house.telegram.press(ann, listed, "Show Robot")
    again = await house.answer(chat, lambda it: it.video and it is not first)
    assert again.video == first.video


async def test_cancel_stops_what_is_on_its_way_here(
    house: TelegramHouse, chat: Chat, ann: Person
) -> None:
    chat.send_photo(ann, SELFIE, caption="robot")
    await house.answer(chat, lambda it: "Cancel" in it.labels)
    chat.write(ann, "/cancel")
    await house.said(chat, "Stopped 1 clip.")
    await house.said(chat, "Cancelled.")
    chat.write(ann, "/cancel")
    await house.said(chat, "Nothing of yours is on its way.")


async def test_again_repeats_the_last_clip(house: TelegramHouse, chat: Chat, ann: Person) -> None:
    chat.send_photo(ann, SELFIE, caption="robot")
    first = await house.make()
    await house.clip(chat)
    chat.write(ann, "/again")
    second = await house.make()
    assert second.job.photos == first.job.photos
    assert second.job.seed != first.job.seed


async def test_a_language_is_chosen_and_kept(house: TelegramHouse, chat: Chat, ann: Person) -> None:
    chat.write(ann, "/lang")
    choice = await house.answer(chat, lambda it: "中文" in it.labels)
    answer = await house.telegram.press(ann, choice, "中文")
    assert "中文" in answer.text
    chat.write(ann, "/cancel")
    await house.said(chat, "你没有正在制作的视频。")
    chat.write(ann, "/lang en")
    await house.said(chat, "I speak English to you from now on.")


async def test_privacy_says_how_long_things_are_kept(
    house: TelegramHouse, chat: Chat, ann: Person
) -> None:
    chat.write(ann, "/privacy")
    await house.said(chat, "Photos are deleted after 24 hours, clips after 7 days")
    chat.write(ann, "/terms")
    await house.said(chat, "Send only photos of yourself")


async def test_forgetting_leaves_nothing_of_a_person(
    house: TelegramHouse, chat: Chat, ann: Person
) -> None:
    chat.send_photo(ann, SELFIE, caption="robot")
    await house.make()
    await house.clip(chat)
    chat.write(ann, "/forgetme")
    sure = await house.said(chat, "for good")
    answer = await house.telegram.press(ann, sure, "Delete everything of mine")
    assert "nothing of yours is kept" in answer.text
    assert await house.services.media.list() == []
    chat.write(ann, "/jobs")
    await house.said(chat, "There are no clips of yours yet.")


@pytest.mark.parametrize("house_settings", [{"owners": ("telegram:1001",)}])
async def test_a_report_reaches_the_owner(
    house: TelegramHouse, telegram: FakeTelegram, chat: Chat, ann: Person, bob: Person
) -> None:
    assert ann.id == 1001
    group = telegram.group("Friends", members=[ann, bob])
    bad = group.write(ann, "something bad")
    group.write(bob, "/report that is my face", reply_to=bad)
    await house.said(chat, "that is my face")
    await house.said(group, "The owner of this bot has been told.")


async def test_commands_are_announced_for_every_place_in_every_language(
    house: TelegramHouse, telegram: FakeTelegram, chat: Chat, ann: Person, bob: Person
) -> None:
    mei = telegram.person("Mei", language="zh-hans")
    group = telegram.group("Friends", members=[ann, bob], admins=[ann])

    def announced() -> bool:
        return len(telegram.calls("setMyShortDescription")) == len(LANGUAGES)

    await telegram.until(announced)
    assert "forgetme" in " ".join(telegram.commands(ann, chat))
    assert "rules" in " ".join(telegram.commands(ann, group))
    assert "rules" not in " ".join(telegram.commands(bob, group))
    assert telegram.commands(mei, telegram.private(mei))


async def test_a_command_of_another_bot_is_left_alone(
    house: TelegramHouse, telegram: FakeTelegram, ann: Person, bob: Person
) -> None:
    group = telegram.group("Friends", members=[ann, bob], bot="administrator")
    group.write(ann, "/effect@another_bot robot")
    group.write(ann, "/help")
    await house.said(group, "Reply to a photo with /effect")
    assert len(group.from_bot) == 1
