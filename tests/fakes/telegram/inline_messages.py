"""From an inline result to the message it becomes."""

from __future__ import annotations

import secrets
from dataclasses import replace

from tests.fakes.telegram import entities, files, limits
from tests.fakes.telegram.buttons import checked
from tests.fakes.telegram.chats import Chat
from tests.fakes.telegram.errors import Json, bad_request
from tests.fakes.telegram.files import Media
from tests.fakes.telegram.messages import Content, Message
from tests.fakes.telegram.people import Person
from tests.fakes.telegram.queries import InlineResult
from tests.fakes.telegram.world import World

_FILES = {
    "photo": ("photo", files.PHOTO),
    "video": ("video", files.VIDEO),
    "mpeg4_gif": ("mpeg4", files.ANIMATION),
    "gif": ("gif", files.ANIMATION),
    "document": ("document", files.DOCUMENT),
}


def content_of(world: World, result: Json) -> Content:
    """Say what a result's message shows.

    Raises:
        ApiError: Telegram would refuse the result.
    """
    if written := result.get("input_message_content"):
        words, marks = entities.read(written.get("message_text", ""), written.get("parse_mode"))
        if not words:
            raise bad_request("message text is empty")
        if limits.length(words) > limits.TEXT:
            raise bad_request("message is too long")
        return Content(words=words, entities=marks)
    if result["type"] == "article":
        raise bad_request("can't parse InlineQueryResult: input message content is empty")
    words, marks = entities.read(result.get("caption", ""), result.get("parse_mode"))
    if limits.length(words) > limits.CAPTION:
        raise bad_request("message caption is too long")
    return Content(words=words, entities=marks, media=_media(world, result))


def post(
    world: World, result: InlineResult, chat: Chat, by: Person, reply_to: Message | None = None
) -> Message:
    """Post a chosen result; with keys, it gets an id by which the bot edits it."""
    content = content_of(world, result.json)
    content = replace(content, markup=checked(result.json.get("reply_markup"), inline_only=True))
    message = world.new(chat, by, content, reply_to=reply_to)
    message.via_bot = world.bot if by is not world.bot else None
    if content.markup is not None:
        message.inline_id = secrets.token_urlsafe(20)
        world.inline[message.inline_id] = message
    return world.said(message)


def _media(world: World, result: Json) -> Media:
    name, kind = _FILES[result["type"]]
    if file_id := result.get(f"{name}_file_id"):
        media = world.files.media(file_id)
        if media.kind != kind:
            raise bad_request(f"can't use file of type {media.kind.title()} as {kind.title()}")
        return media
    url = result.get(f"{name}_url")
    if not url or not result.get("thumbnail_url"):
        raise bad_request("can't parse InlineQueryResult: a URL is empty")
    # What stands behind the address is not looked at: people's apps fetch it, not the server.
    return Media(kind=kind, file=world.files.keep(kind, url.encode()))
