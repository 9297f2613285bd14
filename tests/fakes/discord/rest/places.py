"""Guilds, channels, and those in them."""

from __future__ import annotations

from tests.fakes.discord.calls import Call
from tests.fakes.discord.errors import (
    Json,
    invalid,
    missing_access,
    unknown_channel,
    unknown_guild,
    unknown_member,
    unknown_user,
)
from tests.fakes.discord.places import Channel, Guild
from tests.fakes.discord.rest.route import Route
from tests.fakes.discord.wire import channel_json, guild_json, member_json
from tests.fakes.discord.world import World


def channel_of(world: World, call: Call, *needed: str) -> Channel:
    """Find the channel that a call names, in which the bot may do something.

    Raises:
        ApiError: there is none, or it may not.
    """
    channel = world.channels.get(call.number("channel_id"))
    if channel is None:
        raise unknown_channel()
    if refusal := channel.refusal(*needed):
        raise refusal
    return channel


def _channel(world: World, call: Call) -> Json:
    return channel_json(channel_of(world, call))


def _guild_of(world: World, call: Call) -> Guild:
    guild = world.guilds.get(call.number("guild_id"))
    if guild is None:
        raise unknown_guild()
    if not guild.has_bot:
        raise missing_access()
    return guild


def _guild(world: World, call: Call) -> Json:
    return guild_json(_guild_of(world, call))


def _member(world: World, call: Call) -> Json:
    guild = _guild_of(world, call)
    person = world.people.get(call.number("user_id"))
    if person is None:
        raise unknown_user()
    if person not in guild.members and person is not world.bot:
        raise unknown_member()
    return member_json(guild, person) | {"user": person.json()}


def _open_dm(world: World, call: Call) -> Json:
    try:
        person = world.people.get(int(call.json.get("recipient_id", "")))
    except ValueError:
        raise invalid("recipient_id", "Value is not snowflake.", "NUMBER_TYPE_COERCE") from None
    if person is None or person is world.bot:
        raise unknown_user()
    return channel_json(world.dm(person))


ROUTES = [
    Route("channel", "GET", "channels/{channel_id}", _channel),
    Route("guild", "GET", "guilds/{guild_id}", _guild),
    Route("member", "GET", "guilds/{guild_id}/members/{user_id}", _member),
    Route("open_dm", "POST", "users/@me/channels", _open_dm),
]
