"""Methods that post messages."""

from __future__ import annotations

import secrets
from dataclasses import replace

from tests.fakes.telegram import files, limits
from tests.fakes.telegram.calls import Call
from tests.fakes.telegram.chats import Chat
from tests.fakes.telegram.errors import Json, bad_request
from tests.fakes.telegram.messages import Content, Message
from tests.fakes.telegram.methods.method import (
    Method,
    chat_of,
    chat_to_post_in,
    keys,
    media_content,
    text_content,
)
from tests.fakes.telegram.wire import message_json
from tests.fakes.telegram.world import World

_ACTIONS = {
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
}


def send_message(world: World, call: Call) -> Json:
    chat = chat_to_post_in(world, call)
    return message_json(
        _post(world, call, chat, text_content(call, too_long="message is too long"))
    )


def _send(kind: str) -> Method:
    def send(world: World, call: Call) -> Json:
        chat = chat_to_post_in(world, call)
        return message_json(
            _post(world, call, chat, media_content(world, call, kind, call.params, kind))
        )

    return send


def send_media_group(world: World, call: Call) -> list[Json]:
    chat = chat_to_post_in(world, call)
    items = call.list("media") or []
    if len(items) not in limits.ALBUM:
        raise bad_request("media group must include 2-10 items")
    contents = [media_content(world, call, item["type"], item, "media") for item in items]
    kinds = {content.media.kind for content in contents if content.media}
    if len(kinds) > 1 and kinds - {files.PHOTO, files.VIDEO}:
        raise bad_request("media of that kind can't be mixed with other media types")
    album = str(secrets.randbits(53))
    return [message_json(_post(world, call, chat, content, album)) for content in contents]


def send_chat_action(world: World, call: Call) -> bool:
    chat, action = chat_to_post_in(world, call), call.needed("action")
    if action not in _ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat.thread(call.number("message_thread_id"))
    chat.actions.append(action)
    world.changes.announce()
    return True


def copy_message(world: World, call: Call) -> Json:
    chat, original = chat_to_post_in(world, call), _original(world, call, "copy")
    content = replace(original.content, markup=None)
    if call.text("caption") is not None and content.media is not None:
        said = call.params | {"media": content.media.file.id}
        content = media_content(world, call, content.media.kind, said, "media")
    return {"message_id": _post(world, call, chat, content).id}


def forward_message(world: World, call: Call) -> Json:
    chat, original = chat_to_post_in(world, call), _original(world, call, "forward")
    message = _new(world, call, chat, replace(original.content, markup=None))
    message.also["forward_origin"] = world.origin(original)
    return message_json(world.said(message))


def _original(world: World, call: Call, verb: str) -> Message:
    message = chat_of(world, call, "from_chat_id").find(call.number("message_id") or 0)
    if message is None or message.service:
        raise bad_request(f"message to {verb} not found")
    return message


def _post(
    world: World, call: Call, chat: Chat, content: Content, album: str | None = None
) -> Message:
    message = _new(world, call, chat, replace(content, markup=keys(call)))
    message.album = album
    return world.said(message)


def _new(world: World, call: Call, chat: Chat, content: Content) -> Message:
    topic = chat.thread(call.number("message_thread_id"))
    reply_to = _reply_to(call, chat)
    if topic is None and reply_to is not None:
        topic = reply_to.topic
    message = world.new(chat, world.bot, content, reply_to=reply_to, topic=topic)
    message.is_silent = call.flag("disable_notification")
    return message


def _reply_to(call: Call, chat: Chat) -> Message | None:
    said: Json = call.object("reply_parameters") or {
        "message_id": call.number("reply_to_message_id"),
        "allow_sending_without_reply": call.flag("allow_sending_without_reply"),
    }
    if said["message_id"] is None:
        return None
    message = chat.find(int(said["message_id"]))
    if message is None and not said.get("allow_sending_without_reply"):
        raise bad_request("message to be replied not found")
    return message


METHODS: dict[str, Method] = {
    "sendMessage": send_message,
    "sendPhoto": _send(files.PHOTO),
    "sendVideo": _send(files.VIDEO),
    "sendAnimation": _send(files.ANIMATION),
    "sendDocument": _send(files.DOCUMENT),
    "sendAudio": _send(files.AUDIO),
    "sendVoice": _send(files.VOICE),
    "sendSticker": _send(files.STICKER),
    "sendVideoNote": _send(files.VIDEO_NOTE),
    "sendMediaGroup": send_media_group,
    "sendChatAction": send_chat_action,
    "copyMessage": copy_message,
    "forwardMessage": forward_message,
}
