"""A bot, a worker and the queue at work beside each other, until everything is answered."""

from __future__ import annotations

import os
import signal
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.chat.stamps import Stamps
from deploy.errors import CommandFailed
from deploy.polling import wait_until
from tests.faults.processes import Process

ROOT = Path(__file__).parents[2]
START_S = 60.0
_END_S = 30.0


@dataclass(slots=True, kw_only=True)
class House(ABC):
    """A bot at work."""

    folder: Path
    bot: Process

    @abstractmethod
    def unanswered(self) -> int:
        """Count what has no answer yet."""

    @abstractmethod
    async def is_idle(self) -> bool:
        """Tell whether the bot has taken up everything that it was told of."""

    async def all_answered(self, within_s: float, otherwise: str) -> None:
        """Wait until everything is answered.

        Raises:
            CommandFailed: it takes too long.
        """

        async def is_over() -> bool:
            return not self.unanswered()

        await self.until(is_over, within_s, otherwise)

    async def drained(self, within_s: float, patience_s: float) -> None:
        """Wait until everything is answered, or until nothing has changed for a while."""
        last, since = -1, time.monotonic()

        async def is_over() -> bool:
            nonlocal last, since
            open_now = self.unanswered()
            if open_now != last:
                last, since = open_now, time.monotonic()
            if not await self.is_idle():
                return False
            return not open_now or time.monotonic() - since > patience_s

        await wait_until(is_over, within_s=within_s)

    async def until(
        self, happened: Callable[[], Awaitable[bool]], within_s: float, otherwise: str
    ) -> None:
        """Wait for something.

        Raises:
            CommandFailed: it takes too long, or the bot has ended and it will not be.
        """

        async def is_decided() -> bool:
            return await happened() or not self.bot.is_running

        await wait_until(is_decided, within_s=within_s)
        if not await happened():
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
async def at_work(
    module: str, folder: Path, settings: Mapping[str, str], options: Sequence[str]
) -> AsyncGenerator[Process]:
    """Run a bot by the module of its process, and a worker; neither runs on afterwards."""
    bot = [module, str(folder / "stamps.json"), *options]
    processes: list[Process] = []
    try:
        processes.append(_python("worker", ["benchmarks.chat.worker_process"], folder, settings))
        processes.append(_python("bot", bot, folder, settings))
        yield processes[-1]
    finally:
        for process in processes:
            await process.kill()


def _python(name: str, module: Sequence[str], folder: Path, settings: Mapping[str, str]) -> Process:
    return Process(
        name,
        [sys.executable, "-m", *module],
        folder=ROOT,
        log=folder / f"{name}.log",
        environment={"HOME": os.environ.get("HOME", "/")}
        | {f"ZOETROPE_{key.upper()}": value for key, value in settings.items()},
    )
