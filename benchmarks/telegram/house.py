"""Everything that runs: Telegram and its people here, the bot, a worker and the queue beside."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.queue.server import running_server
from benchmarks.telegram.crowd import BOT, Crowd
from benchmarks.telegram.load import Load
from benchmarks.telegram.stamps import Stamps
from benchmarks.telegram.verdict import Shown
from bots.store.database import Database
from bots.store.drafts import Drafts
from bots.store.inbox import Inbox
from bots.store.photos import Photos
from deploy.errors import CommandFailed
from deploy.polling import wait_until
from deploy.ports import free_port
from engine.jobs.media.store import MediaStore
from tests.fakes.telegram import FakeTelegram
from tests.faults.processes import Process

ROOT = Path(__file__).parents[2]
_START_S = 60.0
_END_S = 30.0
_LOOK_S = 5.0


@dataclass(slots=True, kw_only=True)
class House:
    """A bot at work, and the people who keep it busy."""

    folder: Path
    telegram: FakeTelegram
    load: Load
    inbox: Inbox
    bot: Process
    options: Sequence[str] = ()

    async def opened(self) -> None:
        """Wait until the bot takes updates.

        Raises:
            CommandFailed: it does not.
        """
        updates = self.telegram.world.updates

        async def takes() -> bool:
            return bool(self.telegram.calls("getUpdates")) or updates.webhook is not None

        await self.until(takes, _START_S, "the bot does not start")

    async def drained(self, within_s: float, patience_s: float) -> None:
        """Wait until everything is answered, or until nothing has changed for a while."""
        last, since = -1, time.monotonic()

        async def is_over() -> bool:
            nonlocal last, since
            open_now = self.unanswered()
            if open_now != last:
                last, since = open_now, time.monotonic()
            chats = await self.inbox.chats(BOT, datetime.now(UTC))
            if not chats and not open_now:
                return True
            return not chats and time.monotonic() - since > patience_s

        await wait_until(is_over, within_s=within_s)

    def unanswered(self) -> int:
        """Count what has no answer yet."""
        shown = Shown.in_chats(self.telegram)
        return sum(not shown.times(sent) for sent in self.load.sent)

    async def until(
        self, happened: Callable[[], Awaitable[bool]], within_s: float, otherwise: str
    ) -> None:
        """Wait for something.

        Raises:
            CommandFailed: it takes too long.
        """
        if not await wait_until(happened, within_s=within_s):
            log = self.bot.log.read_text()[-2000:]
            raise CommandFailed(f"{otherwise}; the last it said:\n{log}")

    async def end(self) -> Stamps:
        """Let the bot come to its end, and read what it wrote down.

        Raises:
            CommandFailed: it does not end.
        """
        os.kill(self.bot.pid, signal.SIGTERM)

        async def is_over() -> bool:
            return not self.bot.is_running

        await self.until(is_over, _END_S, "the bot does not end")
        return Stamps.read(self.folder / "stamps.json")


@asynccontextmanager
async def a_house(
    folder: Path, *, pages: int, webhook: bool, options: Sequence[str]
) -> AsyncGenerator[House]:
    """Open a house in a folder; nothing of it runs on afterwards."""
    processes: list[Process] = []
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
                processes.append(_python("worker", ["worker_process"], folder, settings))
                command = ["bot_process", str(folder / "stamps.json"), *options]
                processes.append(_python("bot", command, folder, settings))
                house = House(
                    folder=folder,
                    telegram=telegram,
                    load=Load(crowd),
                    inbox=Inbox(database),
                    bot=processes[-1],
                )
                await house.opened()
                yield house
            finally:
                for process in processes:
                    await process.kill()
                await database.close()


def _python(name: str, module: Sequence[str], folder: Path, settings: dict[str, str]) -> Process:
    return Process(
        name,
        [sys.executable, "-m", f"benchmarks.telegram.{module[0]}", *module[1:]],
        folder=ROOT,
        log=folder / f"{name}.log",
        environment={"HOME": os.environ.get("HOME", "/")}
        | {f"ZOETROPE_{key.upper()}": value for key, value in settings.items()},
    )


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
