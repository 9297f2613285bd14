"""What people ask the bot other than by writing: commands, buttons, selects, dialogues."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tests.fakes.discord import commands
from tests.fakes.discord.components import numbers
from tests.fakes.discord.dialogues import submitted
from tests.fakes.discord.errors import Json
from tests.fakes.discord.interactions import (
    AUTOCOMPLETE,
    BY_GUILD,
    BY_USER,
    COMMAND,
    COMPONENT,
    MODAL,
    MODAL_SUBMIT,
    Interaction,
)
from tests.fakes.discord.messages import Message
from tests.fakes.discord.options import Resolved, filled
from tests.fakes.discord.people import Person
from tests.fakes.discord.places import Channel
from tests.fakes.discord.wire import message_json

if TYPE_CHECKING:
    from tests.fakes.discord.world import World


def slash(
    world: World,
    who: Person,
    channel: Channel,
    name: str,
    options: dict[str, Any],
    *,
    focused: str = "",
) -> Interaction:
    """Use a command, or want suggestions for one of its options."""
    first, *path = name.split()
    command = world.commands.find(commands.SLASH, first)
    resolved = Resolved(world, channel)
    data = _data(command) | {"options": filled(command, path, options, resolved, focused=focused)}
    if resolved.json:
        data["resolved"] = resolved.json
    return _used(world, who, channel, command, data, AUTOCOMPLETE if focused else COMMAND)


def menu(world: World, who: Person, name: str, message: Message) -> Interaction:
    """Use a command of a message's menu."""
    assert message in seen_by(who, message.channel), f"{who.name} does not see {message!r}"
    command = world.commands.find(commands.MESSAGE, name)
    target = str(message.id)
    resolved = {"messages": {target: message_json(message)}}
    data = _data(command) | {"target_id": target, "resolved": resolved}
    return _used(world, who, message.channel, command, data, COMMAND)


def user_menu(
    world: World, who: Person, channel: Channel, name: str, target: Person
) -> Interaction:
    """Use a command of a person's menu."""
    command = world.commands.find(commands.USER, name)
    resolved = Resolved(world, channel)
    data = _data(command) | {"target_id": resolved.person(target), "resolved": resolved.json}
    return _used(world, who, channel, command, data, COMMAND)


def press(world: World, who: Person, message: Message, label: str) -> Interaction:
    """Press a button."""
    button = message.button(label)
    assert not button.is_disabled, f"{label!r} of {message!r} is disabled"
    assert button.custom_id is not None, f"{label!r} opens {button.url}"
    return _component(world, who, message, button.json, {})


def choose(world: World, who: Person, message: Message, names: list[str]) -> Interaction:
    """Choose options of a select."""
    options = [message.option(name) for name in names]
    select = options[0].select
    assert all(it.select is select for it in options), f"{names} are not of one select"
    assert not select.get("disabled"), f"the select of {names} is disabled"
    least, most = numbers(select)
    assert least <= len(names) <= most, f"{least} to {most} options are chosen, not {len(names)}"
    return _component(world, who, message, select, {"values": [it.value for it in options]})


def fill(
    world: World, who: Person, interaction: Interaction, values: Mapping[str, Any]
) -> Interaction:
    """Send the dialogue that an interaction was answered with."""
    modal = interaction.modal
    assert interaction.response_type == MODAL, f"no dialogue, but {interaction.response_type}"
    assert modal is not None
    assert who is interaction.who, f"the dialogue is for {interaction.who.name}"
    resolved = Resolved(world, interaction.channel)
    said = submitted(modal, values, resolved)
    data: Json = {"custom_id": modal.json["custom_id"], "components": said}
    if resolved.json:
        data["resolved"] = resolved.json
    new = _new(world, MODAL_SUBMIT, who, interaction.channel, data, interaction.owners)
    new.on = interaction.on
    return _tell(new)


def seen_by(who: Person, channel: Channel) -> list[Message]:
    """List the messages of a channel that somebody sees."""
    if who not in channel.people:
        return []
    every = [message for message in channel.log.values() if not message.deleted]
    return [message for message in every if message.for_ in {None, who}]


def _component(
    world: World, who: Person, message: Message, component: Json, data: Json
) -> Interaction:
    assert message in seen_by(who, message.channel), f"{who.name} does not see {message!r}"
    assert not message.is_loading, f"{message!r} is not there yet"
    kind = {"component_type": component["type"], "id": component["id"]}
    said = {"custom_id": component["custom_id"]} | kind | data
    interaction = _new(world, COMPONENT, who, message.channel, said, message.owners)
    interaction.on = message
    return _tell(interaction)


def _used(
    world: World, who: Person, channel: Channel, command: Json, data: Json, kind: int
) -> Interaction:
    assert who in channel.people, f"{who.name} is not in {channel.name}"
    contexts, installs = command.get("contexts"), command.get("integration_types") or [0]
    is_here = contexts is None or channel.context in contexts
    assert is_here, f"{command['name']!r} is offered in {contexts} only"
    owners = {it: owner for it, owner in _owners(who, channel).items() if int(it) in installs}
    assert owners, f"{command['name']!r} is for installations {installs} only"
    needed = int(command.get("default_member_permissions") or 0)
    assert channel.may(who) & needed == needed, f"{who.name} may not use {command['name']!r}"
    interaction = _new(world, kind, who, channel, data, owners)
    interaction.command = command
    return _tell(interaction)


def _owners(who: Person, channel: Channel) -> dict[str, str]:
    own = {BY_USER: str(who.id)}
    if not channel.has_bot:
        return own
    guild = {BY_GUILD: str(channel.guild.id if channel.guild else 0)}
    return guild | (own if who.has_app else {})


def _data(command: Json) -> Json:
    return {"id": command["id"], "name": command["name"], "type": command["type"]}


def _new(
    world: World, kind: int, who: Person, channel: Channel, data: Json, owners: dict[str, str]
) -> Interaction:
    interaction = Interaction(
        id=world.clock.new_id(),
        token=secrets.token_urlsafe(48),
        kind=kind,
        who=who,
        channel=channel,
        data=data,
        owners=owners,
        sent=world.clock.seconds(),
    )
    world.remember(interaction)
    return interaction


def _tell(interaction: Interaction) -> Interaction:
    world, guild = interaction.channel.world, interaction.channel.guild
    guild_id = guild.id if guild else None
    world.gateway.tell("INTERACTION_CREATE", interaction.json, guild_id=guild_id)
    return interaction
