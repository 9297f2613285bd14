"""What people do on Discord beyond asking and pressing, and how a test sees what comes of it."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from engine.jobs.catalogue import EffectCard, Offer
from engine.jobs.job import MediaKey
from engine.jobs.presence import Presence
from tests.fakes.discord import Channel, Interaction, Message, Modal, Person
from tests.fakes.discord.commands import MESSAGE
from tests.fakes.discord.components import every
from tests.fakes.discord.errors import Json
from tests.fakes.discord.interactions import BY_GUILD, COMMAND, COMPONENT
from tests.fakes.discord.options import Resolved
from tests.fakes.discord.wire import message_json
from tests.flow.at_work import SELFIE, WORKER
from tests.flow.discord.discord_house import DiscordHouse

PHOTO_MENU = "Apply effect to photo"
AVATAR_MENU = "Apply effect to avatar"
CHANNEL_SELECT, ROLE_SELECT = 8, 6


async def suggested(
    house: DiscordHouse, who: Person, room: Channel, command: str, /, **begun: str
) -> list[str]:
    """List what is suggested for the last option of a command that somebody writes."""
    found = await house.discord.suggestions(who, room, command, **begun)
    return [name for name, _ in found]


async def dialogue(house: DiscordHouse, asked: Interaction) -> Modal:
    """Wait until a dialogue opens."""
    return await house.until(lambda: asked.modal)


async def heard(house: DiscordHouse, room: Channel, words: str) -> Message:
    """Wait until the bot says something that everyone in a channel sees."""
    return await house.until(lambda: next((it for it in room.from_bot if words in it.text), None))


async def offered(house: DiscordHouse, *cards: EffectCard) -> None:
    """Have the worker offer these effects, each with a poster; before anybody asks for any."""
    shown: list[EffectCard] = []
    for card in cards:
        poster = MediaKey(f"previews/{card.id}.jpg")
        await house.services.media.put(poster, SELFIE)
        shown.append(replace(card, poster=poster))
    presence = Presence(house.services.redis)
    await presence.announce(WORKER, Offer(effects=tuple(shown)), timedelta(minutes=5))


async def pick(
    house: DiscordHouse, who: Person, message: Message, kind: int, ids: Sequence[int]
) -> Interaction:
    """Pick channels, or roles, in the one list of their kind below a message."""
    (select,) = [it for it in every(message.components) if it["type"] == kind]
    assert select.get("min_values", 1) <= len(ids) <= select.get("max_values", 1)
    said = {name: select[name] for name in ("custom_id", "id")} | {"component_type": kind}
    said |= {"values": [str(it) for it in ids], "resolved": _resolved(house, message, kind, ids)}
    return await _used(house, who, message.channel, COMPONENT, said, on=message)


async def pick_none(house: DiscordHouse, who: Person, message: Message, option: str) -> Interaction:
    """Take back all that is picked in the list that has an option."""
    select = message.option(option).select
    assert select.get("min_values", 1) == 0
    said = {"custom_id": select["custom_id"], "id": select["id"]}
    said |= {"component_type": select["type"], "values": []}
    return await _used(house, who, message.channel, COMPONENT, said, on=message)


async def menu_of_forwarded(house: DiscordHouse, who: Person, message: Message) -> Interaction:
    """Use the photo menu of a message that forwards another, as Discord writes such a one."""
    command = house.discord.world.commands.find(MESSAGE, PHOTO_MENU)
    new = str(house.discord.world.clock.new_id())
    whole = message_json(message)
    names = ("content", "embeds", "attachments", "components", "type", "flags", "timestamp")
    snapshot = {name: whole[name] for name in (*names, "edited_timestamp", "mentions")}
    empty: Json = {"content": "", "embeds": [], "attachments": [], "components": []}
    forwards = whole | empty | {"id": new, "message_snapshots": [{"message": snapshot}]}
    said = {name: command[name] for name in ("id", "name", "type")} | {"target_id": new}
    said["resolved"] = {"messages": {new: forwards}}
    return await _used(house, who, message.channel, COMMAND, said, command=command)


def _resolved(house: DiscordHouse, message: Message, kind: int, ids: Sequence[int]) -> Json:
    world, room = house.discord.world, message.channel
    if kind == CHANNEL_SELECT:
        resolved = Resolved(world, room)
        for number in ids:
            resolved.channel(world.channels[number])
        return resolved.json
    assert room.guild is not None
    shown = {"name": "Admins", "permissions": "0", "position": 0, "color": 0, "hoist": False}
    flags = {"managed": False, "mentionable": False, "flags": 0}
    colors = {"primary_color": 0, "secondary_color": None, "tertiary_color": None}
    return {"roles": {str(it): {"id": str(it), "colors": colors} | shown | flags for it in ids}}


async def _used(
    house: DiscordHouse,
    who: Person,
    room: Channel,
    kind: int,
    said: Json,
    *,
    on: Message | None = None,
    command: Json | None = None,
) -> Interaction:
    world, guild = house.discord.world, room.guild
    guild_id = guild.id if guild else None
    await house.until(lambda: world.gateway.sessions_for(guild_id))
    interaction = Interaction(
        id=world.clock.new_id(),
        token=secrets.token_urlsafe(48),
        kind=kind,
        who=who,
        channel=room,
        data=said,
        owners={BY_GUILD: str(guild_id or 0)},
        sent=world.clock.seconds(),
        on=on,
        command=command,
    )
    world.remember(interaction)
    world.gateway.tell("INTERACTION_CREATE", interaction.json, guild_id=guild_id)
    return interaction
