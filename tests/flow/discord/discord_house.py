"""A whole Discord bot on a fake Discord, with a worker that makes clips when it is told to."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import TypeVar

from bots.discord_bot.app import running
from bots.services import Services, opened
from bots.settings import BotSettings
from deploy.polling import wait_until
from engine.jobs.catalogue import Offer
from engine.jobs.job import Clip, Outcome, Progress, Succeeded, WorkerId
from engine.jobs.media.store import clip_keys
from engine.jobs.presence import Presence
from engine.jobs.queue import Claim
from tests.effect_cards import OFFER, a_card
from tests.fakes.discord import Channel, FakeDiscord, Interaction, Message, Person
from tests.fakes.photos import astronaut_jpeg
from tests.job_samples import able

Found = TypeVar("Found")
WORKER = WorkerId("worker-1")
SOON_S = 20.0
MORPH = a_card("morph", "Morph", ["turn me into another person"], photos=2, chinese="变脸")
EFFECTS = Offer(effects=(*OFFER.effects, MORPH))
SELFIE = astronaut_jpeg()
CLIP = b"\x00\x00\x00\x18ftypisom a clip"


@dataclass(frozen=True, slots=True)
class DiscordHouse:
    """A bot at work on Discord."""

    discord: FakeDiscord
    services: Services
    _numbers: count[int] = field(default_factory=lambda: count(1))

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

    async def claim(self) -> Claim:
        """Take the next job, as a worker does."""
        ability = able(*(variant.needs for card in EFFECTS.effects for variant in card.variants))
        claims: list[Claim] = []

        async def taken() -> bool:
            nonce = f"n{next(self._numbers)}"
            claim = await self.services.queue.claim(WORKER, ability, nonce=nonce)
            claims.extend([claim] if claim else [])
            return bool(claims)

        assert await wait_until(taken, within_s=SOON_S), "nothing is queued"
        return claims[0]

    async def progress(self, claim: Claim, fraction: float) -> None:
        """Say how far a clip is."""
        await self.services.queue.beat(
            claim, Progress(job=claim.job.id, stage="rendering", fraction=fraction)
        )

    async def finish(
        self, claim: Claim, outcome: Outcome | None = None, *, clip: bytes = CLIP
    ) -> None:
        """End a job: with a clip, unless it ends otherwise."""
        keys = clip_keys(claim.job.id)
        if outcome is None:
            await self.services.media.put(keys.video, clip)
            await self.services.media.put(keys.poster, SELFIE)
            made = Clip(
                key=keys.video, poster=keys.poster, width=512, height=512, seconds=4.0, bytes=1000
            )
            outcome = Succeeded(clip=made, variant="look", seed=claim.job.seed, took_s=8.0)
        assert await self.services.queue.finish(claim, outcome)

    async def make(self) -> Claim:
        """Make the next clip."""
        claim = await self.claim()
        await self.finish(claim)
        return claim


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
            yield DiscordHouse(discord, services)
