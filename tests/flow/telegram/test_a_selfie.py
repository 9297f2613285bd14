"""From a photo to a clip in a private chat, in all the ways people go about it."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from tests.fakes.telegram import Chat, Message, Person
from tests.fakes.telegram.files import VIDEO_NOTE
from tests.flow.at_work import CLIP, SELFIE
from tests.flow.telegram.telegram_house import TelegramHouse


def offers(label: str):
    return lambda message: label in message.labels


async def menu(house: TelegramHouse, chat: Chat, label: str = "Robot") -> Message:
    return await house.answer(chat, offers(label))


async def test_a_selfie_becomes_a_robot(house: TelegramHouse, chat: Chat, ann: Person) -> None:
    chat.send_photo(ann, SELFIE)
    offered = await menu(house, chat)
    await house.telegram.press(ann, offered, "Robot")
    claim = await house.claim()
    assert claim.job.effect == "robot"
    await house.progress(claim, 0.4)
    await house.said(chat, "40 %")
    await house.finish(claim)
    shown = await house.clip(chat)
    assert shown is offered
    assert shown.video == CLIP
    assert shown.labels == [
        "Again", "Remix", "Other effect", "In HD", "Share", "Details", "Delete",
    ]  # fmt: skip
    assert len(chat.from_bot) == 1


@pytest.mark.parametrize("caption", ["robot", "Robot", "机器人", "/effect robot", "/effect ROBOT"])
async def test_a_caption_that_names_an_effect_goes_straight_to_it(
    house: TelegramHouse, chat: Chat, ann: Person, caption: str
) -> None:
    photo = chat.send_photo(ann, SELFIE, caption=caption)
    assert (await house.make()).job.effect == "robot"
    shown = await house.clip(chat)
    assert shown.reply_to is photo
    assert len(chat.from_bot) == 1


async def test_words_under_a_photo_choose_the_effect(
    house: TelegramHouse, chat: Chat, ann: Person
) -> None:
    chat.send_photo(ann, SELFIE, caption="turn me into a metal cyborg please")
    assert (await house.make()).job.effect == "robot"
    assert (await house.clip(chat)).caption == "I picked Robot for your words."


async def test_words_after_a_photo_are_about_that_photo(
    house: TelegramHouse, chat: Chat, ann: Person
) -> None:
    chat.send_photo(ann, SELFIE)
    await menu(house, chat)
    chat.write(ann, "robot")
    assert (await house.make()).job.effect == "robot"
    await house.clip(chat)


async def test_words_alone_are_answered_with_effects_and_a_photo_is_asked_for(
    house: TelegramHouse, chat: Chat, ann: Person
) -> None:
    chat.write(ann, "turn me into a robot")
    offered = await house.said(chat, "I cannot make a video from words alone")
    await house.telegram.press(ann, offered, "Robot")
    await house.said(chat, "Now send me a photo for Robot.")
    chat.send_photo(ann, SELFIE)
    assert (await house.make()).job.effect == "robot"
    await house.clip(chat)


async def test_an_effect_is_picked_before_the_photo(
    house: TelegramHouse, chat: Chat, ann: Person
) -> None:
    chat.write(ann, "/effects")
    await house.telegram.press(ann, await menu(house, chat, "Symbiote"), "Symbiote")
    await house.said(chat, "Now send me a photo for Symbiote.")
    chat.send_photo(ann, SELFIE)
    assert (await house.make()).job.effect == "symbiote"
    await house.clip(chat)


async def test_a_picture_sent_as_a_file_is_as_good(
    house: TelegramHouse, chat: Chat, ann: Person
) -> None:
    chat.send_document(ann, SELFIE, caption="robot")
    await house.make()
    await house.clip(chat)


async def test_a_sticker_is_a_picture(house: TelegramHouse, chat: Chat, ann: Person) -> None:
    sticker = io.BytesIO()
    Image.open(io.BytesIO(SELFIE)).save(sticker, "WEBP")
    chat.send_sticker(ann, sticker.getvalue())
    await menu(house, chat)


async def test_a_video_note_gives_its_first_frame(
    house: TelegramHouse, chat: Chat, ann: Person
) -> None:
    chat.send_media(ann, VIDEO_NOTE, thumbnail=SELFIE)
    await menu(house, chat)


async def test_what_holds_no_picture_is_refused_with_a_reason(
    house: TelegramHouse, chat: Chat, ann: Person
) -> None:
    chat.send_document(ann, b"%PDF-1.7", name="letter.pdf", mime="application/pdf")
    await house.said(chat, "I cannot get a picture out of this.")


async def test_a_file_that_lies_about_being_a_picture_is_refused(
    house: TelegramHouse, chat: Chat, ann: Person
) -> None:
    chat.send_document(ann, b"MZ\x90\x00 a program", name="me.jpg", mime="image/jpeg")
    await house.said(chat, "This file is not a picture I can read.")


async def test_a_file_larger_than_telegram_hands_over_is_refused_at_once(
    house: TelegramHouse, chat: Chat, ann: Person
) -> None:
    chat.send_document(ann, b"", size=20_000_001, name="me.png", mime="image/png")
    await house.said(chat, "at most 20 MB will do")
    assert not house.telegram.calls("getFile")


async def test_two_photos_become_a_morph(house: TelegramHouse, chat: Chat, ann: Person) -> None:
    for _ in range(2):
        chat.send_photo(ann, SELFIE, album="a")
    offered = await house.said(chat, "Two photos.")
    await house.telegram.press(ann, offered, "Morph")
    claim = await house.make()
    assert claim.job.effect == "morph"
    assert len(claim.job.photos) == 2
    await house.clip(chat)
    assert len(chat.from_bot) == 1


async def test_an_album_of_three_is_asked_about_once(
    house: TelegramHouse, chat: Chat, ann: Person
) -> None:
    for _ in range(3):
        chat.send_photo(ann, SELFIE, album="a")
    offered = await house.said(chat, "3 photos.")
    await house.telegram.press(ann, offered, "Robot")
    assert len((await house.make()).job.photos) == 1
    await house.clip(chat)
    assert len(chat.from_bot) == 1


async def test_a_second_photo_is_asked_for_when_an_effect_needs_it(
    house: TelegramHouse, chat: Chat, ann: Person
) -> None:
    chat.send_photo(ann, SELFIE)
    offered = await menu(house, chat)
    await house.telegram.press(ann, offered, "Morph")
    await house.said(chat, "Morph needs two photos. Give me the second one.")
    chat.send_photo(ann, SELFIE)
    claim = await house.make()
    assert len(set(claim.job.photos)) == 2
    await house.clip(chat)


async def test_everything_is_said_in_the_language_of_the_persons_program(
    house: TelegramHouse,
) -> None:
    mei = house.telegram.person("Mei", language="zh-hans")
    chat = house.telegram.private(mei)
    chat.send_photo(mei, SELFIE)
    offered = await menu(house, chat, "机器人")
    await house.telegram.press(mei, offered, "机器人")
    await house.make()
    assert (await house.clip(chat)).labels[0] == "再来一次"


async def test_whom_the_house_does_not_let_in_is_told_their_name_there(
    house: TelegramHouse,
) -> None:
    eve = house.telegram.person("Eve")
    await house.services.studio.block(f"telegram:{eve.id}")  # pyright: ignore[reportArgumentType]
    chat = house.telegram.private(eve)
    chat.write(eve, "/start")
    await house.said(chat, "The owner of this bot has blocked you.")
    chat.send_photo(eve, SELFIE)
    await house.telegram.until(lambda: len(chat.from_bot) == 2)
    assert not house.telegram.calls("getFile")
