"""Methods that change what a message shows."""

from __future__ import annotations

from dataclasses import replace

from tests.fakes.telegram import files
from tests.fakes.telegram.calls import Call
from tests.fakes.telegram.errors import Json, bad_request, not_modified
from tests.fakes.telegram.messages import Content, Message
from tests.fakes.telegram.methods.method import Method, chat_of, keys, media_content, text_content
from tests.fakes.telegram.wire import message_json
from tests.fakes.telegram.world import World

_ALBUM_KINDS = {files.PHOTO, files.VIDEO, files.AUDIO, files.DOCUMENT}


def edit_message_text(world: World, call: Call) -> Json | bool:
    message = _editable(world, call)
    if message.media is not None:
        raise bad_request("there is no text in the message to edit")
    return _show(world, call, message, text_content(call, too_long="MESSAGE_TOO_LONG"))


def edit_message_caption(world: World, call: Call) -> Json | bool:
    message = _editable(world, call)
    if message.media is None:
        raise bad_request("there is no caption in the message to edit")
    said = call.params | {"media": message.media.file.id, "has_spoiler": message.media.has_spoiler}
    content = media_content(world, call, message.media.kind, said, "media")
    return _show(world, call, message, replace(content, media=message.media))


def edit_message_media(world: World, call: Call) -> Json | bool:
    message, said = _editable(world, call), call.object("media")
    if said is None:
        raise bad_request("can't parse InputMedia: media is empty")
    if message.inline_id is not None and call.upload("media", said.get("media")) is not None:
        raise bad_request("invalid message content specified")
    content = media_content(world, call, said["type"], said, "media")
    if message.album and content.media and content.media.kind not in _ALBUM_KINDS:
        raise bad_request("message content type can't be used in an album")
    return _show(world, call, message, content)


def edit_message_reply_markup(world: World, call: Call) -> Json | bool:
    message = _editable(world, call)
    return _show(world, call, message, message.content)


def _editable(world: World, call: Call) -> Message:
    if inline := call.text("inline_message_id"):
        if inline not in world.inline:
            raise bad_request("invalid inline message identifier specified")
        message = world.inline[inline]
        if message.deleted:
            raise bad_request("MESSAGE_ID_INVALID")
        return message
    chat = chat_of(world, call)
    number = call.number("message_id")
    if not number:
        raise bad_request("message identifier is not specified")
    message = chat.find(number)
    if message is None:
        raise bad_request("message to edit not found")
    if message.by is not world.bot or message.service:
        raise bad_request("message can't be edited")
    return message


def _show(world: World, call: Call, message: Message, content: Content) -> Json | bool:
    content = replace(content, markup=keys(call, inline_only=True))
    if content.same_as(message.content):
        raise not_modified()
    world.edit(message, content)
    return True if message.inline_id is not None else message_json(message)


METHODS: dict[str, Method] = {
    "editMessageText": edit_message_text,
    "editMessageCaption": edit_message_caption,
    "editMessageMedia": edit_message_media,
    "editMessageReplyMarkup": edit_message_reply_markup,
}
