"""What is said with an interaction's token after the first answer."""

from __future__ import annotations

from tests.fakes.discord import limits
from tests.fakes.discord.calls import Call
from tests.fakes.discord.errors import (
    Json,
    too_many_followups,
    unknown_message,
    unknown_webhook,
)
from tests.fakes.discord.interactions import Interaction
from tests.fakes.discord.messages import Message
from tests.fakes.discord.rest.answers import answer_content, answer_message
from tests.fakes.discord.rest.route import Route
from tests.fakes.discord.wire import message_json
from tests.fakes.discord.world import World


def _interaction(world: World, call: Call) -> Interaction:
    interaction = world.interactions.get(call.args["token"])
    if interaction is None or call.number("webhook_id") != world.application_id:
        raise unknown_webhook()
    interaction.check_token()
    return interaction


def _followup(world: World, call: Call) -> Json | None:
    interaction, body = _interaction(world, call), call.json
    original = interaction.original
    if original is not None and original.is_loading and not original.deleted:
        world.edit(original, answer_content(world, call, interaction, body))
        return message_json(original)
    number = len(interaction.followups)
    if interaction.is_of_user_install and number >= limits.FOLLOWUPS_OF_USER_INSTALLS:
        raise too_many_followups()
    content = answer_content(world, call, interaction, body)
    message = answer_message(world, interaction, content, body)
    interaction.followups.append(message)
    world.said(message)
    return message_json(message)


def _get(world: World, call: Call) -> Json:
    return message_json(_message(_interaction(world, call), call))


def _edit(world: World, call: Call) -> Json:
    interaction = _interaction(world, call)
    message = _message(interaction, call)
    before = message.content_now
    world.edit(message, answer_content(world, call, interaction, call.json, before))
    return message_json(message)


def _delete(world: World, call: Call) -> None:
    world.delete(_message(_interaction(world, call), call))


def _message(interaction: Interaction, call: Call) -> Message:
    """Find the message that is named, the first answer when none is."""
    if "message_id" in call.args:
        number = call.number("message_id")
        mine = [*interaction.followups, *filter(None, [interaction.original])]
        message = next((it for it in mine if it.id == number), None)
    else:
        message = interaction.original
    if message is None or message.deleted:
        raise unknown_message()
    return message


_ROOT = "webhooks/{webhook_id}/{token}"
_ORIGINAL, _MESSAGE = f"{_ROOT}/messages/@original", f"{_ROOT}/messages/{{message_id}}"
ROUTES = [
    Route("followup", "POST", _ROOT, _followup, needs_token=False),
    Route("get_original", "GET", _ORIGINAL, _get, needs_token=False),
    Route("edit_original", "PATCH", _ORIGINAL, _edit, needs_token=False),
    Route("delete_original", "DELETE", _ORIGINAL, _delete, needs_token=False),
    Route("get_followup", "GET", _MESSAGE, _get, needs_token=False),
    Route("edit_followup", "PATCH", _MESSAGE, _edit, needs_token=False),
    Route("delete_followup", "DELETE", _MESSAGE, _delete, needs_token=False),
]
