"""Messages as the Bot API writes them."""

from __future__ import annotations

from tests.fakes.telegram.errors import Json
from tests.fakes.telegram.messages import Message


def message_json(message: Message, *, with_reply: bool = True) -> Json:
    """Write a message; what it replies to is written without what that replied to."""
    said: Json = {
        "message_id": message.id,
        "date": int(message.date.timestamp()),
        "chat": message.chat.json(),
    }
    said |= _who(message) | _where(message) | _what(message) | message.service | message.also
    replied = message.reply_to or _start_of_topic(message)
    if with_reply and replied is not None and not replied.deleted:
        said["reply_to_message"] = message_json(replied, with_reply=False)
    return said


def _start_of_topic(message: Message) -> Message | None:
    """Find what Telegram says a message in a topic replies to when it replies to nothing."""
    if message.topic is None or message.id == message.topic.id:
        return None
    return message.chat.find(message.topic.id)


def _who(message: Message) -> Json:
    said: Json = {}
    if message.author is not None:
        said["from"] = message.author.json()
    if message.as_chat is not None:
        said["sender_chat"] = message.as_chat.json()
    if message.via_bot is not None:
        said["via_bot"] = message.via_bot.json()
    return said


def _where(message: Message) -> Json:
    said: Json = {}
    if message.thread is not None:
        said["message_thread_id"] = message.thread
    if message.topic is not None:
        said["is_topic_message"] = True
    if message.album is not None:
        said["media_group_id"] = message.album
    if message.edited_at is not None:
        said["edit_date"] = int(message.edited_at.timestamp())
    return said


def _what(message: Message) -> Json:
    content = message.content
    said: Json = content.media.json() if content.media else {}
    words, entities = ("caption", "caption_entities") if content.media else ("text", "entities")
    if content.words:
        said[words] = content.words
        if content.entities:
            said[entities] = list(content.entities)
    if message.buttons:
        said["reply_markup"] = content.markup
    return said
