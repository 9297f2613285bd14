"""What the bot may do in a channel, which it is told with every interaction."""

from __future__ import annotations

import discord

from bots.discord_api.handles import Interaction, may_write
from engine.jobs.errors import Refused
from engine.jobs.refusal import Refusal, RefusalCode

NEEDED = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    attach_files=True,
    read_message_history=True,
)
"""What the bot is invited with."""


def check_permissions(interaction: Interaction) -> None:
    """Check that the bot may show a clip where it is a member.

    Raises:
        Refused: it may not; PLACE_PERMISSION names what it lacks.
    """
    if interaction.guild_id is None or not may_write(interaction):
        return
    has = interaction.app_permissions
    in_thread = isinstance(interaction.channel, discord.Thread)
    writing = "send_messages_in_threads" if in_thread else "send_messages"
    for right in ("view_channel", writing, "attach_files"):
        if not (has.administrator or getattr(has, right)):
            raise Refused(Refusal(RefusalCode.PLACE_PERMISSION, {"permission": right}))
