"""The first answer to an interaction, which Discord awaits for three seconds."""

from __future__ import annotations

import logging

import discord

from bots.discord_api.handles import Interaction
from bots.discord_api.refusals import is_too_late

log = logging.getLogger(__name__)


async def acknowledge(
    interaction: Interaction, *, thinking: bool, ephemeral: bool = False
) -> int | None:
    """Tell Discord that an answer comes; the number of the message that it goes to, if any.

    Who was told by Discord that we do not respond asks again; what another process has taken is
    not done twice.
    """
    try:
        done = await interaction.response.defer(thinking=thinking, ephemeral=ephemeral)
    except discord.HTTPException as error:
        if not is_too_late(error):
            log.warning("interaction %s could not be acknowledged: %s", interaction.id, error)
        else:
            log.info("interaction %s came too late: %s", interaction.id, error)
        return None
    except OSError as error:
        log.warning("interaction %s could not be acknowledged: %s", interaction.id, error)
        return None
    except discord.InteractionResponded:
        return None
    if done is not None and done.message_id is not None:
        return done.message_id
    return interaction.message.id if interaction.message else None
