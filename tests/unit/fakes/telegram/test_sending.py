from __future__ import annotations

import pytest
from telegram import (
    Bot,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    InputMediaVideo,
    ReplyParameters,
)
from telegram.error import BadRequest, Forbidden, NetworkError

from tests.fakes.telegram import Chat, FakeTelegram, Person
from tests.unit.fakes.telegram.refusals import refused


def keyboard(data: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton("Again", callback_data=data)]])


async def test_marks_are_read_and_what_looks_like_a_number_stays_text(bot: Bot, chat: Chat) -> None:
    sent = await bot.send_message(chat.id, "<b>12</b> &lt; 13 🤖 /start", parse_mode="HTML")
    assert (sent.text, chat.last.text) == ("12 < 13 🤖 /start", "12 < 13 🤖 /start")
    assert sent.parse_entities() == {sent.entities[0]: "12", sent.entities[1]: "/start"}
    await bot.send_message(chat.id, "[1, 2]")
    assert chat.last.text == "[1, 2]"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("<b>open", 'Can\'t find end tag corresponding to start tag "b"'),
        ("I <3 robots", 'Unsupported start tag "3"'),
        ("<h1>no</h1>", 'Unsupported start tag "h1"'),
        ("  ", "message text is empty"),
        ("é" * 4097, "message is too long"),
        ("🤖" * 2049, "message is too long"),
    ],
)
async def test_texts_that_telegram_refuses(bot: Bot, chat: Chat, text: str, why: str) -> None:
    with refused(why):
        await bot.send_message(chat.id, text, parse_mode="HTML")
    assert chat.messages == []


@pytest.mark.parametrize("data", ["", "é" * 33])
async def test_a_key_carries_64_bytes_at_most(bot: Bot, chat: Chat, data: str) -> None:
    with pytest.raises(BadRequest, match=r"(?i)button_data_invalid|unallowed"):
        await bot.send_message(chat.id, "hi", reply_markup=keyboard(data))


async def test_a_keyboard_has_100_keys_at_most(bot: Bot, chat: Chat) -> None:
    key = InlineKeyboardButton("x", callback_data="x")
    with refused("reply markup is too long"):
        await bot.send_message(chat.id, "hi", reply_markup=InlineKeyboardMarkup([[key] * 5] * 21))


async def test_a_video_is_shown_with_its_bytes_and_can_be_sent_again_by_its_id(
    bot: Bot, chat: Chat, mp4: bytes
) -> None:
    sent = await bot.send_video(chat.id, mp4, caption="a", width=720, height=1280, duration=4)
    assert sent.video is not None
    assert (sent.video.width, sent.video.height, chat.last.video) == (720, 1280, mp4)
    again = await bot.send_video(chat.id, sent.video.file_id, reply_markup=keyboard("a"))
    assert again.video == sent.video
    assert (chat.last.video, chat.last.caption, chat.last.labels) == (mp4, None, ["Again"])
    with refused("can't use file of type Video as Photo"):
        await bot.send_photo(chat.id, sent.video.file_id)
    with refused("wrong file identifier"):
        await bot.send_video(chat.id, "of-another-bot")


async def test_what_is_no_video_becomes_a_document(bot: Bot, chat: Chat) -> None:
    sent = await bot.send_video(chat.id, b"not a video at all")
    assert sent.video is None
    assert sent.document is not None


async def test_captions_and_photos_have_limits(bot: Bot, chat: Chat, jpeg: bytes) -> None:
    with refused("message caption is too long"):
        await bot.send_photo(chat.id, jpeg, caption="x" * 1025)
    with refused("IMAGE_PROCESS_FAILED"):
        await bot.send_photo(chat.id, b"not a photo")


async def test_an_upload_of_more_than_50_mb_is_refused(bot: Bot, chat: Chat, mp4: bytes) -> None:
    with refused("Request Entity Too Large", NetworkError):
        await bot.send_video(chat.id, mp4 + bytes(50 << 20))
    assert chat.messages == []


async def test_an_album_is_several_messages(bot: Bot, chat: Chat, jpeg: bytes, mp4: bytes) -> None:
    sent = await bot.send_media_group(
        chat.id, [InputMediaPhoto(jpeg), InputMediaVideo(mp4, caption="both")]
    )
    assert len({message.media_group_id for message in sent}) == 1
    assert [(m.photo, m.video, m.caption) for m in chat.messages] == [
        (jpeg, None, None),
        (None, mp4, "both"),
    ]
    with refused("2-10"):
        await bot.send_media_group(chat.id, [InputMediaPhoto(jpeg)])


async def test_a_reply_needs_what_it_replies_to_unless_it_does_not(
    bot: Bot, ann: Person, chat: Chat
) -> None:
    question = chat.write(ann, "?")
    await bot.send_message(chat.id, "!", reply_parameters=ReplyParameters(question.id))
    assert chat.last.reply_to is question
    chat.delete(question, by=ann)
    with refused("message to be replied not found"):
        await bot.send_message(chat.id, "!", reply_parameters=ReplyParameters(question.id))
    anyway = ReplyParameters(question.id, allow_sending_without_reply=True)
    await bot.send_message(chat.id, "anyway", reply_parameters=anyway)
    assert (chat.last.text, chat.last.reply_to) == ("anyway", None)


async def test_the_bot_can_ask_for_a_reply(bot: Bot, chat: Chat) -> None:
    await bot.send_message(chat.id, "a photo?", reply_markup=ForceReply(selective=True))
    assert chat.last.asks_for_reply


async def test_nobody_can_be_written_to_who_does_not_want_it(
    telegram: FakeTelegram, bot: Bot, ann: Person, chat: Chat
) -> None:
    with refused("chat not found"):
        await bot.send_message(1, "hi")
    with refused("bot can't initiate conversation", Forbidden):
        await bot.send_message(telegram.person("Bob").id, "hi")
    telegram.forbid(chat)
    with refused("bot was blocked by the user", Forbidden):
        await bot.send_message(chat.id, "hi")
    (update,) = await bot.get_updates(timeout=0)
    assert update.my_chat_member is not None
    assert update.my_chat_member.new_chat_member.status == "kicked"
    telegram.allow(chat)
    await bot.send_message(chat.id, "hi")


async def test_messages_are_copied_and_forwarded(
    bot: Bot, ann: Person, chat: Chat, jpeg: bytes
) -> None:
    photo = chat.send_photo(ann, jpeg, caption="me")
    await bot.copy_message(chat.id, chat.id, photo.id, caption="you")
    assert (chat.last.photo, chat.last.caption) == (jpeg, "you")
    forwarded = await bot.forward_message(chat.id, chat.id, photo.id)
    assert forwarded.forward_origin is not None
    with refused("message to forward not found"):
        await bot.forward_message(chat.id, chat.id, 9999)


async def test_what_the_bot_does_meanwhile_is_shown(bot: Bot, chat: Chat) -> None:
    await bot.send_chat_action(chat.id, "upload_video")
    assert chat.actions == ["upload_video"]
