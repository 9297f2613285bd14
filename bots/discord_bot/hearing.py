"""What people write to the bot: in private, by name, or in answer to a message of its."""

from __future__ import annotations

from dataclasses import dataclass

import discord

from bots.desk.desk import Desk
from bots.discord_api.reading import said_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """Takes in what is meant for us; Discord shows us nothing else."""

    desk: Desk

    async def hear(self, message: discord.Message, me: discord.ClientUser) -> None:
        """Carry out what somebody has written."""
        said = said_in(message, me)
        if said is not None:
            await self.desk.hear([said])
