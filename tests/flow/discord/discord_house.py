"""A whole Discord bot on a fake Discord, with a worker that makes clips when it is told to."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from bots.discord_bot.app import PACE, running
from bots.services import opened
from bots.settings import BotSettings
from deploy.polling import wait_until
from engine.jobs.presence import Presence
from engine.jobs.queue import Claim
from tests.fakes.discord import Channel, FakeDiscord, Interaction, Message, Person
from tests.flow.at_work import CLIP, EFFECTS, SELFIE, SOON_S, WORKER, AtWork

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

    async def begun(self, who: Person, room: Channel) -> tuple[Interaction, Claim]:
        """Ask for a clip, and see that a worker has begun to make it."""
        asked = await self.ask(who, room)
        claim = await self.claim()
        await self.progress(claim, 0.1)
        await self.shown(asked, "10 %")
        return asked, claim

    async def listed(self, who: Person, room: Channel) -> Message:
        """List somebody's clips with /jobs."""
        asked = await self.discord.slash(who, room, "jobs")
        return await self.confided(asked, "Your last clips")

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

    async def own_message(self, room: Channel, *words: str) -> Message:
        """Wait until a message that is no answer to an interaction says something."""

        def found() -> Message | None:
            own = [message for message in room.from_bot if message.asked is None]
            return next((it for it in own if all(word in it.text for word in words)), None)

        return await self.until(found)

    async def has_ended(self, claim: Claim) -> None:
        """Wait until the bot knows what became of a job."""

        async def is_known() -> bool:
            request = await self.services.journal.get(claim.job.id)
            return request is not None and request.finished is not None

        assert await wait_until(is_known, within_s=SOON_S)

    async def until(self, condition: Callable[[], Found | None]) -> Found:
        """Wait for something to be so."""
        return await self.discord.until(condition, within_s=SOON_S)


AHouse = Callable[..., AbstractAsyncContextManager[DiscordHouse]]
"""Opens a bot with some settings."""


def clips(room: Channel) -> list[Message]:
    """List the messages with a clip that everyone in a channel sees."""
    return [message for message in room.from_bot if message.files]


def uploads(discord: FakeDiscord) -> int:
    """Count how often a clip was sent to Discord."""
    files = [file.data for call in discord.requests for file in call.files.values()]
    return files.count(CLIP)


QUICK = replace(PACE, pulse_s=0.2)


@asynccontextmanager
async def a_discord_house(
    folder: Path, redis_url: str, discord: FakeDiscord, **settings: object
) -> AsyncGenerator[DiscordHouse]:
    """Open a bot for everybody on a fake Discord, with a live worker's offer."""
    read = _settings(folder, redis_url, discord, **settings)
    async with opened("discord", read, discord.world.clock.now) as services:
        await Presence(services.redis).announce(WORKER, EFFECTS, timedelta(minutes=5))
        before = set(discord.gateway.connections)
        async with running(services, read, pace=QUICK):
            await discord.until(
                lambda: any(it.session for it in discord.gateway.connections - before)
            )
            yield DiscordHouse(discord=discord, services=services)


@asynccontextmanager
async def a_worker_alone(
    folder: Path, redis_url: str, discord: FakeDiscord
) -> AsyncGenerator[AtWork]:
    """Open what a worker works with while no bot is running."""
    read = _settings(folder, redis_url, discord)
    async with opened("discord", read, discord.world.clock.now) as services:
        yield AtWork(services=services)


def _settings(
    folder: Path, redis_url: str, discord: FakeDiscord, **settings: object
) -> BotSettings:
    values: dict[str, object] = {
        "data": folder,
        "redis_url": redis_url,
        "discord_token": discord.token,
        "discord_api_url": discord.api_url,
        "allowed_people": ("discord:*",),
    }
    return BotSettings(_env_file=None, **(values | settings))  # pyright: ignore[reportCallIssue, reportArgumentType]
