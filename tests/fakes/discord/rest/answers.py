"""The first answer to an interaction."""

from __future__ import annotations

from tests.fakes.discord import components, limits
from tests.fakes.discord.calls import Call
from tests.fakes.discord.commands import check_choice
from tests.fakes.discord.component_rules import check_modal
from tests.fakes.discord.content import written
from tests.fakes.discord.errors import Json, invalid, too_long, unknown_interaction
from tests.fakes.discord.interactions import (
    AUTOCOMPLETE,
    COMMAND,
    COMPONENT,
    DEFERRED_REPLY,
    DEFERRED_UPDATE,
    MODAL,
    MODAL_SUBMIT,
    REPLY,
    SUGGESTIONS,
    UPDATE,
    Interaction,
    Modal,
)
from tests.fakes.discord.messages import EPHEMERAL, Content, Message
from tests.fakes.discord.pings import pinged
from tests.fakes.discord.rest.route import Route
from tests.fakes.discord.wire import message_json
from tests.fakes.discord.world import World

_ANSWERS = {
    COMMAND: {REPLY, DEFERRED_REPLY, MODAL},
    COMPONENT: {REPLY, DEFERRED_REPLY, DEFERRED_UPDATE, UPDATE, MODAL},
    AUTOCOMPLETE: {SUGGESTIONS},
    MODAL_SUBMIT: {REPLY, DEFERRED_REPLY, DEFERRED_UPDATE, UPDATE},
}


def answer_content(
    world: World, call: Call, interaction: Interaction, body: Json, before: Content | None = None
) -> Content:
    """Read what a message that answers an interaction shall show.

    Raises:
        ApiError: Discord would refuse it.
    """
    return written(
        world,
        body,
        call.files,
        folder=f"attachments/{interaction.channel.id}",
        file_bytes=interaction.upload_bytes,
        before=before,
    )


def answer_message(world: World, interaction: Interaction, content: Content, body: Json) -> Message:
    """Make a message that answers an interaction; `body` says who sees and hears it."""
    message = world.new(interaction.channel, world.bot, content)
    message.asked, message.owners = interaction, interaction.owners
    if (body.get("flags") or 0) & EPHEMERAL:
        message.for_ = interaction.who
    message.mentions = pinged(message, body.get("allowed_mentions"))
    return message


def _callback(world: World, call: Call) -> Json | None:
    interaction = world.interactions.get(call.args["token"])
    if interaction is None or interaction.id != call.number("interaction_id"):
        raise unknown_interaction()
    interaction.check_open()
    kind, data = call.json.get("type", 0), call.json.get("data") or {}
    _check_kind(interaction, kind)
    prepared = _prepare(world, call, interaction, kind, data)
    interaction.acknowledge(kind)
    _answer(world, interaction, kind, data, prepared)
    world.changes.announce()
    return _said(interaction) if call.flag("with_response") else None


def _check_kind(interaction: Interaction, kind: object) -> None:
    allowed = _ANSWERS[interaction.kind]
    if interaction.kind == MODAL_SUBMIT and interaction.on is None:
        allowed = allowed - {DEFERRED_UPDATE, UPDATE}
    if kind not in allowed:
        why = f"Interaction callback type must be one of {sorted(allowed)}."
        raise invalid("type", why, "BASE_TYPE_CHOICES")


def _prepare(
    world: World, call: Call, interaction: Interaction, kind: int, data: Json
) -> Content | None:
    """Check an answer before it counts as one."""
    if kind == MODAL:
        check_modal(data)
    elif kind == SUGGESTIONS:
        choices = data.get("choices") or []
        if len(choices) > limits.CHOICES:
            raise too_long("data.choices", limits.CHOICES)
        for number, choice in enumerate(choices):
            check_choice(f"data.choices.{number}", choice)
    elif kind in {REPLY, UPDATE}:
        before = interaction.on.content_now if kind == UPDATE and interaction.on else None
        return answer_content(world, call, interaction, data, before)
    return None


def _answer(
    world: World, interaction: Interaction, kind: int, data: Json, content: Content | None
) -> None:
    if kind == MODAL:
        said = {**data, "components": components.numbered(data["components"])}
        interaction.modal = Modal(said)
    elif kind == SUGGESTIONS:
        interaction.choices = [(it["name"], it["value"]) for it in data.get("choices") or []]
    elif kind in {DEFERRED_UPDATE, UPDATE}:
        interaction.original = interaction.on
        if interaction.on is not None and content is not None:
            world.edit(interaction.on, content)
    else:
        message = answer_message(world, interaction, content or Content(), data)
        message.is_loading = kind == DEFERRED_REPLY
        interaction.original = world.said(message)


def _said(interaction: Interaction) -> Json:
    original = interaction.original
    about: Json = {"id": str(interaction.id), "type": interaction.kind}
    said: Json = {"interaction": about}
    if original is not None:
        about |= {
            "response_message_id": str(original.id),
            "response_message_loading": original.is_loading,
            "response_message_ephemeral": original.is_ephemeral,
        }
        message = message_json(original)
        said["resource"] = {"type": interaction.response_type, "message": message}
    return said


ROUTES = [
    Route(
        "callback",
        "POST",
        "interactions/{interaction_id}/{token}/callback",
        _callback,
        needs_token=False,
    )
]
