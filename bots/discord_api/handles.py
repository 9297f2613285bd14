"""What an interaction lets us answer with.

It comes with a token that is good for a quarter of an hour, also where the bot is no member.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

import discord

from bots.discord_api.names import Numbers

DIES = timedelta(minutes=15)
FADES = timedelta(minutes=13)
"""Long enough before a token dies for the ask to move elsewhere, also when we are busy."""

Interaction = discord.Interaction[discord.Client]


@dataclass(frozen=True, slots=True, kw_only=True)
class Handle:
    """What an interaction lets us answer with.

    Attributes:
        user: who it is for, who reads `language`.
        may_write: whether the bot may write there without it.
        only_theirs: whether the answer is seen by nobody else.
    """

    interaction: int
    user: int
    language: str
    token: str
    may_write: bool
    only_theirs: bool

    def __str__(self) -> str:
        flags = "w" * self.may_write + "e" * self.only_theirs
        return f"{flags}:{self.interaction}:{self.user}:{self.language}:{self.token}"

    @classmethod
    def read(cls, through: str | None) -> Self | None:
        """Read a handle that was written down."""
        if through is None:
            return None
        flags, interaction, user, language, token = through.split(":", 4)
        return cls(
            interaction=int(interaction),
            user=int(user),
            language=language,
            token=token,
            may_write="w" in flags,
            only_theirs="e" in flags,
        )

    def reaches(self, message: Numbers) -> bool:
        """Tell whether a message is to be taken away through this, while the token is good."""
        return message.interaction == self.interaction or not self.may_write

    def works(self, now: datetime) -> bool:
        """Tell whether the token is still good."""
        return now < began(self.interaction) + DIES


def began(interaction: int) -> datetime:
    """Tell when an interaction began."""
    return discord.utils.snowflake_time(interaction)


def may_write(interaction: Interaction) -> bool:
    """Tell whether the bot is in the server, or in a chat of its own with somebody."""
    if interaction.guild_id is not None:
        return interaction.is_guild_integration()
    return bool(interaction.context.dm_channel)
