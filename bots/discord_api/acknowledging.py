"""The first answer to an interaction, which Discord awaits for three seconds."""

from __future__ import annotations

import logging

import aiohttp
import discord

from bots.discord_api.handles import Interaction
from bots.discord_api.refusals import ALREADY_ANSWERED, is_too_late

log = logging.getLogger(__name__)

FAILURES = (discord.HTTPException, aiohttp.ClientError, OSError)
"""What goes wrong when Discord is told something at once."""


async def acknowledge(
    interaction: Interaction, *, thinking: bool, ephemeral: bool = False
) -> int | None:
    """Tell Discord that an answer comes; the number of the message that it goes to, if any.

    Who was told by Discord that we do not respond asks again.
    """
    try:
        done = await interaction.response.defer(thinking=thinking, ephemeral=ephemeral)
    except discord.InteractionResponded:
        return None
    except discord.HTTPException as error:
        if error.code == ALREADY_ANSWERED:
            return await _answered(interaction)
        level = logging.INFO if is_too_late(error) else logging.WARNING
        log.log(level, "interaction %s could not be acknowledged: %s", interaction.id, error)
        return None
    except FAILURES as error:
        log.warning("interaction %s could not be acknowledged: %s", interaction.id, error)
        return None
    if done is not None and done.message_id is not None:
        return done.message_id
    return interaction.message.id if interaction.message else None


async def _answered(interaction: Interaction) -> int | None:
    """Find the answer there is: Discord has heard us before, but we have not heard Discord."""
    try:
        return (await interaction.original_response()).id
    except FAILURES as error:
        log.info("the answer to interaction %s is not found: %s", interaction.id, error)
        return None
