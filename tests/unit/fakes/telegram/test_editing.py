from __future__ import annotations

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, InputMediaVideo, Message

from tests.fakes.telegram import Chat, FakeTelegram, Person
from tests.unit.fakes.telegram.refusals import refused

KEYS = InlineKeyboardMarkup([[InlineKeyboardButton("Cancel", callback_data="c")]])


async def test_a_text_becomes_a_video_in_the_same_message(bot: Bot, chat: Chat, mp4: bytes) -> None:
    sent = await bot.send_message(chat.id, "in the queue", reply_markup=KEYS)
    shown = chat.last
    edited = await sent.edit_media(InputMediaVideo(mp4, caption="done", width=720, height=1280))
    assert isinstance(edited, Message)
    assert edited.video is not None
    assert edited.edit_date is not None
    assert chat.messages == [shown]
    assert (shown.text, shown.caption, shown.video, shown.edits) == (None, "done", mp4, 1)
    assert shown.labels == []


async def test_an_edit_without_keys_takes_them_away(bot: Bot, chat: Chat) -> None:
    sent = await bot.send_message(chat.id, "one", reply_markup=KEYS)
    await sent.edit_text("two", reply_markup=KEYS)
    assert chat.last.labels == ["Cancel"]
    await sent.edit_text("three")
    assert chat.last.labels == []


async def test_an_edit_that_changes_nothing_is_refused(bot: Bot, chat: Chat, mp4: bytes) -> None:
    sent = await bot.send_message(chat.id, "one", reply_markup=KEYS)
    with refused("message is not modified: specified new message content"):
        await sent.edit_text("one", reply_markup=KEYS)
    video = await bot.send_video(chat.id, mp4, caption="one")
    assert video.video is not None
    with refused("message is not modified"):
        await video.edit_media(InputMediaVideo(video.video.file_id, caption="one"))
    await video.edit_media(InputMediaVideo(video.video.file_id, caption="two"))
    with refused("message is not modified"):
        await video.edit_caption("two")


async def test_only_what_a_message_has_can_be_edited(bot: Bot, chat: Chat, mp4: bytes) -> None:
    text, video = await bot.send_message(chat.id, "one"), await bot.send_video(chat.id, mp4)
    with refused("there is no caption in the message to edit"):
        await text.edit_caption("two")
    with refused("there is no text in the message to edit"):
        await video.edit_text("two")
    await video.edit_caption("two", reply_markup=KEYS)
    await video.edit_reply_markup()
    assert (chat.last.caption, chat.last.labels, chat.last.edits) == ("two", [], 2)
    with refused("MESSAGE_TOO_LONG"):
        await text.edit_text("x" * 4097)


async def test_messages_of_others_and_deleted_ones_cannot_be_edited(
    bot: Bot, ann: Person, chat: Chat
) -> None:
    hers, sent = chat.write(ann, "mine"), await bot.send_message(chat.id, "one")
    with refused("message can't be edited"):
        await bot.edit_message_text("ours", chat.id, hers.id)
    chat.delete(chat.last, by=ann)
    with refused("message to edit not found"):
        await sent.edit_text("two")


async def test_messages_are_deleted_while_they_are_young(
    telegram: FakeTelegram, bot: Bot, ann: Person, chat: Chat
) -> None:
    sent, old = await bot.send_message(chat.id, "one"), await bot.send_message(chat.id, "two")
    await sent.delete()
    assert [message.text for message in chat.messages] == ["two"]
    with refused("message to delete not found"):
        await sent.delete()
    telegram.later(hours=49)
    with refused("message can't be deleted for everyone"):
        await old.delete()
    await old.edit_text("removed")
