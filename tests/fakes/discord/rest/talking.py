"""Messages that the bot sends, edits and deletes with its own token."""

from __future__ import annotations

from tests.fakes.discord import limits
from tests.fakes.discord.calls import Call
from tests.fakes.discord.content import written
from tests.fakes.discord.errors import (
    Json,
    invalid,
    missing_permissions,
    somebody_elses,
    too_long,
    unknown_message,
)
from tests.fakes.discord.messages import Content, Message
from tests.fakes.discord.pings import pinged
from tests.fakes.discord.places import Channel
from tests.fakes.discord.rest.places import channel_of
from tests.fakes.discord.rest.route import Route
from tests.fakes.discord.wire import message_json
from tests.fakes.discord.world import World


def _send(world: World, call: Call) -> Json:
    files = ("attach_files",) if call.files else ()
    embeds = ("embed_links",) if call.json.get("embeds") else ()
    channel = channel_of(world, call, "send_messages", *files, *embeds)
    nonce = call.json.get("nonce")
    if len(str(nonce or "")) > limits.NONCE:
        raise too_long("nonce", limits.NONCE)
    if call.json.get("enforce_nonce") and (sent := world.sent_before(channel, str(nonce))):
        return message_json(sent)
    reference = _reference(channel, call.json.get("message_reference"))
    message = world.new(channel, world.bot, _written(world, call, channel))
    message.reference, message.nonce = reference, nonce
    message.mentions = pinged(message, call.json.get("allowed_mentions"))
    if call.json.get("enforce_nonce"):
        world.remember_nonce(message)
    return message_json(world.said(message))


def _history(world: World, call: Call) -> list[Json]:
    channel = channel_of(world, call, "read_message_history")
    limit = int(call.query.get("limit", 50))
    messages = channel.messages
    if (before := call.query.get("before")) is not None:
        messages = [it for it in messages if it.id < int(before)]
    if (after := call.query.get("after")) is not None:
        messages = [it for it in messages if it.id > int(after)][:limit]
    return [world.read(it) for it in reversed(messages[-limit:])]


def _get(world: World, call: Call) -> Json:
    channel = channel_of(world, call, "read_message_history")
    return world.read(_message(channel, call))


def _edit(world: World, call: Call) -> Json:
    channel = channel_of(world, call)
    message = _message(channel, call)
    if message.by is not world.bot:
        raise somebody_elses()
    if call.files and (refusal := channel.refusal("attach_files")):
        raise refusal
    world.edit(message, _written(world, call, channel, message.content_now))
    return message_json(message)


def _delete(world: World, call: Call) -> None:
    channel = channel_of(world, call)
    message = _message(channel, call)
    if message.by is not world.bot and channel.refusal("manage_messages") is not None:
        raise missing_permissions()
    world.delete(message)


def _typing(world: World, call: Call) -> None:
    channel_of(world, call, "send_messages").typings += 1


def _message(channel: Channel, call: Call) -> Message:
    message = channel.find(call.number("message_id"))
    if message is None or message.is_ephemeral:
        raise unknown_message()
    return message


def _written(world: World, call: Call, channel: Channel, before: Content | None = None) -> Content:
    return written(
        world,
        call.json,
        call.files,
        folder=f"attachments/{channel.id}",
        file_bytes=channel.upload_bytes,
        before=before,
    )


def _reference(channel: Channel, said: Json | None) -> Message | None:
    if not said:
        return None
    to = channel.find(int(said["message_id"]))
    if (to is None or to.is_ephemeral) and said.get("fail_if_not_exists", True):
        raise invalid("message_reference", "Unknown message", "REPLIES_UNKNOWN_MESSAGE")
    return to


_MESSAGE = "channels/{channel_id}/messages/{message_id}"
ROUTES = [
    Route("send", "POST", "channels/{channel_id}/messages", _send),
    Route("history", "GET", "channels/{channel_id}/messages", _history),
    Route("get_message", "GET", _MESSAGE, _get),
    Route("edit", "PATCH", _MESSAGE, _edit),
    Route("delete", "DELETE", _MESSAGE, _delete),
    Route("typing", "POST", "channels/{channel_id}/typing", _typing),
]
