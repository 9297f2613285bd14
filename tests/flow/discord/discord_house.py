"""A whole Discord bot on a fake Discord, with a worker that makes clips when it is told to."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from bots.discord_bot.app import running
from bots.services import opened
from bots.settings import BotSettings
from engine.jobs.presence import Presence
from tests.fakes.discord import Channel, FakeDiscord, Interaction, Message, Person
from tests.flow.at_work import EFFECTS, SELFIE, SOON_S, WORKER, AtWork

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscordHouse(AtWork):
    """A bot at work on Discord."""

    discord: FakeDiscord

    async def ask(
        self, who: Person, room: Channel, effect: str = "Robot", **options: object
    ) -> Interaction:
        """Ask for an effect of a photo."""
        values = {"photo": SELFIE, "effect": effect} | options
        return await self.discord.slash(who, room, "effect", **values)

    async def shown(self, asked: Interaction, words: str) -> Message:
        """Wait until the answer says something."""
        return await self.until(
            lambda: asked.original if asked.original and words in asked.original.text else None
        )

    async def clip(self, asked: Interaction) -> Message:
        """Wait until the answer is a clip."""
        return await self.until(
            lambda: asked.original if asked.original and asked.original.files else None
        )

    async def confided(self, asked: Interaction, words: str) -> Message:
        """Wait until something is said to who asked alone."""

        def found() -> Message | None:
            said = [*asked.followups, *([asked.original] if asked.original else [])]
            return next((it for it in said if it.is_ephemeral and words in it.text), None)

        return await self.until(found)

    async def until(self, condition: Callable[[], Found | None]) -> Found:
        """Wait for something to be so."""
        return await self.discord.until(condition, within_s=SOON_S)


@asynccontextmanager
async def a_discord_house(
    folder: Path, redis_url: str, discord: FakeDiscord, **settings: object
) -> AsyncGenerator[DiscordHouse]:
    """Open a bot for everybody on a fake Discord, with a live worker's offer."""
    values: dict[str, object] = {
        "data": folder,
        "redis_url": redis_url,
        "discord_token": discord.token,
        "discord_api_url": discord.api_url,
        "allowed_people": ("discord:*",),
    }
    read = BotSettings(_env_file=None, **(values | settings))  # pyright: ignore[reportCallIssue, reportArgumentType]
    async with opened("discord", read, discord.world.clock.now) as services:
        await Presence(services.redis).announce(WORKER, EFFECTS, timedelta(minutes=5))
        async with running(services, read) as client:
            await client.wait_until_ready()
            yield DiscordHouse(discord=discord, services=services)
