"""Everything that runs: Telegram and its people here, the bot, a worker and the queue beside."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.chat.house import START_S, House, at_work
from benchmarks.queue.server import running_server
from benchmarks.telegram.crowd import BOT, Crowd
from benchmarks.telegram.load import Load
from benchmarks.telegram.verdict import Shown
from bots.store.database import Database
from bots.store.drafts import Drafts
from bots.store.inbox import Inbox
from bots.store.photos import Photos
from deploy.ports import free_port
from engine.jobs.media.store import MediaStore
from tests.fakes.telegram import FakeTelegram


@dataclass(slots=True, kw_only=True)
class TelegramHouse(House):
    """A bot on Telegram at work, and the people who keep it busy."""

    telegram: FakeTelegram
    load: Load
    inbox: Inbox

    async def opened(self) -> None:
        """Wait until the bot takes updates.

        Raises:
            CommandFailed: it does not.
        """
        updates = self.telegram.world.updates

        async def takes() -> bool:
            return bool(self.telegram.calls("getUpdates")) or updates.webhook is not None

        await self.until(takes, START_S, "the bot does not start")

    def unanswered(self) -> int:
        """Count what has no answer yet."""
        shown = Shown.in_chats(self.telegram)
        return sum(not shown.times(sent) for sent in self.load.sent)

    async def is_idle(self) -> bool:
        """Tell whether the bot's inbox is empty."""
        return not await self.inbox.chats(BOT, datetime.now(UTC))


@asynccontextmanager
async def a_house(
    folder: Path, *, pages: int, webhook: bool, options: Sequence[str]
) -> AsyncGenerator[TelegramHouse]:
    """Open a house in a folder; nothing of it runs on afterwards."""
    with running_server() as redis_url:
        async with FakeTelegram.unchecked() as telegram:
            settings = _settings(folder, redis_url, telegram, webhook=webhook)
            database = Database.at(f"sqlite+aiosqlite:///{folder / 'zoetrope.db'}")
            try:
                await database.migrate()
                crowd = Crowd.of(telegram)
                media = MediaStore.at(folder / "media")
                await crowd.draft(pages, Drafts(database), Photos(database), media)
                telegram.limit()
                process = "benchmarks.telegram.bot_process"
                async with at_work(process, folder, settings, options) as bot:
                    house = TelegramHouse(
                        folder=folder,
                        telegram=telegram,
                        load=Load(crowd),
                        inbox=Inbox(database),
                        bot=bot,
                    )
                    await house.opened()
                    yield house
            finally:
                await database.close()


def _settings(
    folder: Path, redis_url: str, telegram: FakeTelegram, *, webhook: bool
) -> dict[str, str]:
    settings = {
        "data": str(folder),
        "redis_url": redis_url,
        "allowed_people": f"{BOT}:*",
        "telegram_token": telegram.token,
        "telegram_api_url": telegram.url,
    }
    if webhook:
        port = free_port(0)
        settings["telegram_webhook_port"] = str(port)
        settings["telegram_webhook_url"] = f"http://127.0.0.1:{port}"
    return settings
