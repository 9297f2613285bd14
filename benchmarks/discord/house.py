"""Everything that runs: Discord and its people here, the bot, a worker and the queue beside."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.chat.house import START_S, House, at_work
from benchmarks.discord.crowd import Crowd
from benchmarks.discord.gateway import watched
from benchmarks.discord.load import Load
from benchmarks.queue.server import running_server
from bots.discord_api.names import PLATFORM
from tests.fakes.discord import FakeDiscord

CALLS_PER_S = 50
"""What Discord takes of a bot; what goes through the token of an interaction does not count."""


@dataclass(slots=True, kw_only=True)
class DiscordHouse(House):
    """A bot on Discord at work, and the people who keep it busy.

    Attributes:
        written: when each interaction was written to the gateway.
    """

    discord: FakeDiscord
    load: Load
    written: Mapping[int, float]

    async def opened(self) -> None:
        """Wait until the bot has told its commands, and listens.

        Raises:
            CommandFailed: it does not.
        """

        async def listens() -> bool:
            return bool(self.discord.commands) and self.discord.is_connected

        await self.until(listens, START_S, "the bot does not start")

    def unanswered(self) -> int:
        """Count what has no answer yet."""
        return sum(not sent.is_answered for sent in self.load.sent)

    async def is_idle(self) -> bool:
        """Tell that whatever the bot was told of it has taken up: it keeps no inbox."""
        return True


@asynccontextmanager
async def a_house(folder: Path, options: Sequence[str]) -> AsyncGenerator[DiscordHouse]:
    """Open a house in a folder; nothing of it runs on afterwards."""
    with running_server() as redis_url, watched() as written:
        async with FakeDiscord.running() as discord:
            discord.keep_requests = discord.keep_files = False
            discord.limit_all(CALLS_PER_S)
            settings = {
                "data": str(folder),
                "redis_url": redis_url,
                "allowed_people": f"{PLATFORM}:*",
                "discord_token": discord.token,
                "discord_api_url": discord.api_url,
            }
            crowd = Crowd.of(discord)
            process = "benchmarks.discord.bot_process"
            async with at_work(process, folder, settings, options) as bot:
                house = DiscordHouse(
                    folder=folder, discord=discord, load=Load(crowd), written=written, bot=bot
                )
                await house.opened()
                yield house
