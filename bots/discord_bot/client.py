"""The connection to Discord: what comes in goes to where it is carried out."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bots.discord_api.handles import Interaction
from bots.discord_api.menu_translator import MenuTranslator
from bots.discord_bot.commands import Commands
from bots.discord_bot.hearing import Hearing
from bots.discord_bot.presses import Press, Presses
from bots.errors import BotsError
from engine.jobs.errors import JobsError

log = logging.getLogger(__name__)

_INTENTS = discord.Intents(guilds=True, guild_messages=True, dm_messages=True)
"""None that Discord has to grant: what is said to the bot comes without."""
_LONGEST_WAIT_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What carries things out."""

    commands: Commands
    presses: Presses
    hearing: Hearing


class DiscordClient(commands.AutoShardedBot):
    """A bot on any number of shards; what it knows is in Redis and SQL, and nothing here."""

    def __init__(self, shard_ids: Sequence[int] = (), shard_count: int = 0) -> None:
        shards: dict[str, Any] = {"shard_ids": list(shard_ids)} if shard_ids else {}
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            intents=_INTENTS,
            allowed_mentions=discord.AllowedMentions.none(),
            allowed_contexts=app_commands.AppCommandContext(
                guild=True, dm_channel=True, private_channel=True
            ),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
            chunk_guilds_at_startup=False,
            member_cache_flags=discord.MemberCacheFlags.none(),
            max_messages=None,
            max_ratelimit_timeout=_LONGEST_WAIT_S,
            shard_count=shard_count or None,
            **shards,
        )
        self._parts: Parts | None = None

    def serve_with(self, parts: Parts) -> None:
        """Say what carries things out; before it connects."""
        self._parts = parts
        for command in parts.commands.all():
            self.tree.add_command(command)

    @property
    def presses(self) -> Presses:
        """What carries out presses."""
        if self._parts is None:
            raise LookupError("nothing is served yet")
        return self._parts.presses

    async def setup_hook(self) -> None:
        """Tell Discord our commands, in every language; again is fine."""
        self.add_dynamic_items(Press)
        await self.tree.set_translator(MenuTranslator())
        try:
            await self.tree.sync()
        except discord.HTTPException as error:
            log.warning("the bot's commands are not shown yet: %s", error)

    async def on_interaction(self, interaction: Interaction) -> None:
        """Take forms: the library forgets them when it is started anew."""
        if interaction.type is discord.InteractionType.modal_submit:
            await self.presses.submit(interaction)

    async def on_message(self, message: discord.Message, /) -> None:
        """Hear what is said to us."""
        if self._parts is None or self.user is None:
            return
        try:
            await self._parts.hearing.hear(message, self.user)
        except (BotsError, JobsError) as error:
            log.warning("message %s is not answered: %s", message.id, error)
