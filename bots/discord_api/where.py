"""Where an interaction or a message comes from."""

from __future__ import annotations

from dataclasses import replace

import discord

from bots.desk.where import Where
from bots.discord_api.handles import Handle, Interaction, may_write
from bots.discord_api.names import message_id, place_of

_MOST_BYTES = 24 << 20
"""What Discord takes in one request, whatever a server's boosts allow."""
_SPARE_BYTES = 16 << 10


def where_of(
    interaction: Interaction, *, answer: int | None = None, only_theirs: bool = False
) -> Where:
    """Name where an interaction comes from; `answer` is the message that responds to it."""
    channel, rights, user = interaction.channel, interaction.permissions, interaction.user
    here = interaction.guild_id or (channel.id if channel else 0)
    handle = Handle(
        interaction=interaction.id,
        user=user.id,
        language=str(interaction.locale),
        token=interaction.token,
        may_write=may_write(interaction),
        only_theirs=only_theirs,
    )
    where = Where(
        place=place_of(here),
        is_group=interaction.guild_id is not None,
        through=str(handle),
        only_theirs=only_theirs,
        admin=rights.manage_guild or rights.administrator,
        moderator=rights.manage_messages or rights.administrator,
        roles=roles_of(user),
        max_bytes=min(interaction.filesize_limit, _MOST_BYTES) - _SPARE_BYTES,
    )
    where = in_room(where, channel)
    if answer is None or channel is None:
        return where
    return replace(where, turn_into=message_id(channel.id, answer, interaction.id))


def in_room(where: Where, channel: object) -> Where:
    """Name the channel or thread."""
    if not isinstance(channel, discord.abc.Snowflake):
        return where
    parent = channel.parent_id if isinstance(channel, discord.Thread) else ""
    return replace(where, room=str(channel.id), parent=str(parent))


def roles_of(user: discord.User | discord.Member) -> frozenset[str]:
    """Say which roles somebody has."""
    roles = user.roles if isinstance(user, discord.Member) else []
    return frozenset(str(role.id) for role in roles)
