"""A whole Telegram bot on a fake Telegram, with a worker that makes clips when it is told to."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path

from bots.services import Services, opened
from bots.settings import BotSettings
from bots.telegram_bot.app import running
from deploy.polling import wait_until
from engine.jobs.catalogue import Offer
from engine.jobs.job import Clip, Outcome, Progress, Succeeded, WorkerId
from engine.jobs.keys import Key, prefix
from engine.jobs.media.store import clip_keys
from engine.jobs.presence import Presence
from engine.jobs.queue import Claim
from tests.effect_cards import OFFER, a_card
from tests.fakes.photos import astronaut_jpeg
from tests.fakes.telegram import Chat, FakeTelegram, Message
from tests.house import Time
from tests.job_samples import able

WORKER = WorkerId("worker-1")
SOON_S = 20.0
MORPH = a_card("morph", "Morph", ["turn me into another person"], photos=2, chinese="变脸")
EFFECTS = Offer(effects=(*OFFER.effects, MORPH))
SELFIE = astronaut_jpeg()
CLIP = b"\x00\x00\x00\x18ftypisom a clip"


@dataclass(frozen=True, slots=True)
class TelegramHouse:
    """A bot at work on Telegram."""

    telegram: FakeTelegram
    services: Services
    time: Time
    _numbers: count[int] = field(default_factory=lambda: count(1))

    async def answer(self, chat: Chat, condition: Callable[[Message], object]) -> Message:
        """Wait until a message of the bot's is as it should be."""

        def found() -> Message | None:
            return next((it for it in reversed(chat.from_bot) if condition(it)), None)

        return await self.telegram.until(found, within_s=SOON_S)

    async def said(self, chat: Chat, words: str) -> Message:
        """Wait until the bot says something."""
        return await self.answer(chat, lambda it: words in (it.text or it.caption or ""))

    async def clip(self, chat: Chat) -> Message:
        """Wait until the bot shows a clip."""
        return await self.answer(chat, lambda it: it.video is not None)

    async def claim(self) -> Claim:
        """Take the next job, as a worker does."""
        ability = able(*(variant.needs for card in EFFECTS.effects for variant in card.variants))

        claims: list[Claim] = []

        async def taken() -> bool:
            claim = await self.services.queue.claim(
                WORKER, ability, nonce=f"n{next(self._numbers)}"
            )
            claims.extend([claim] if claim else [])
            return bool(claims)

        assert await wait_until(taken, within_s=SOON_S), "nothing is queued"
        return claims[0]

    async def progress(self, claim: Claim, fraction: float) -> None:
        """Say how far a clip is."""
        await self.services.queue.beat(
            claim, Progress(job=claim.job.id, stage="rendering", fraction=fraction)
        )

    async def finish(self, claim: Claim, outcome: Outcome | None = None) -> None:
        """End a job: with a clip, unless it ends otherwise."""
        keys = clip_keys(claim.job.id)
        if outcome is None:
            await self.services.media.put(keys.video, CLIP)
            await self.services.media.put(keys.poster, SELFIE)
            clip = Clip(
                key=keys.video, poster=keys.poster, width=512, height=512, seconds=4.0, bytes=1000
            )
            outcome = Succeeded(clip=clip, variant="look", seed=claim.job.seed, took_s=8.0)
        assert await self.services.queue.finish(claim, outcome)

    async def rest(self) -> None:
        """Let Telegram's limits be as they are after a quiet minute."""
        redis = self.services.redis
        async for key in redis.scan_iter(f"{prefix('main')}{Key.FLOOD}*"):
            await redis.delete(key)

    async def make(self) -> Claim:
        """Make the next clip."""
        claim = await self.claim()
        await self.finish(claim)
        return claim


@asynccontextmanager
async def a_telegram_house(
    folder: Path, redis_url: str, telegram: FakeTelegram, **settings: object
) -> AsyncGenerator[TelegramHouse]:
    """Open a bot for everybody on a fake Telegram, with a live worker's offer."""
    time = Time()
    values: dict[str, object] = {
        "data": folder,
        "redis_url": redis_url,
        "telegram_token": telegram.token,
        "telegram_api_url": telegram.url,
        "allowed_people": ("telegram:*",),
    }
    read = BotSettings(_env_file=None, **(values | settings))  # pyright: ignore[reportCallIssue, reportArgumentType]
    async with opened("telegram", read, time) as services:
        await Presence(services.redis).announce(WORKER, EFFECTS, timedelta(minutes=5))
        async with running(services, read):
            yield TelegramHouse(telegram, services, time)
