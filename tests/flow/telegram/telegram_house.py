"""A whole Telegram bot on a fake Telegram, with a worker that makes clips when it is told to."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bots.services import opened
from bots.settings import BotSettings
from bots.telegram_bot.app import running
from engine.jobs.keys import Key, prefix
from engine.jobs.presence import Presence
from tests.fakes.telegram import Chat, FakeTelegram, Message
from tests.flow.at_work import EFFECTS, SOON_S, WORKER, AtWork
from tests.house import Time


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramHouse(AtWork):
    """A bot at work on Telegram."""

    telegram: FakeTelegram
    time: Time

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

    async def rest(self) -> None:
        """Let Telegram's limits be as they are after a quiet minute."""
        redis = self.services.redis
        async for key in redis.scan_iter(f"{prefix('main')}{Key.FLOOD}*"):
            await redis.delete(key)


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
            yield TelegramHouse(telegram=telegram, services=services, time=time)
