"""A whole installation of real processes in a folder, with people who ask for things."""

from __future__ import annotations

import asyncio
import io
import os
import sys
import time
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from PIL import Image

from bots.chat import PersonId
from bots.store.database import Database
from bots.store.photos import Photos
from deploy.polling import PAUSE_S, wait_until
from engine.jobs.media.store import MediaStore, photo_key
from tests.faults.audit import start_audit
from tests.faults.bot_process import job_of
from tests.faults.platform import Platform
from tests.faults.processes import DidNotHappen, Process
from tests.faults.progress import say
from tests.faults.queue_server import QueueServer
from tests.faults.verdict import Row, journalled, judge, read_books, under_way
from tests.faults.work import Kind, Record, Work
from tests.lossy_proxy import LossyProxy

ROOT = Path(__file__).parents[2]
PATIENCE_S = 180
PEOPLE = 8


@dataclass(frozen=True, slots=True)
class Trial:
    """One fault about to happen, in a folder; `migrating` is held by who makes tables."""

    fault: str
    folder: Path
    migrating: asyncio.Lock


class World:
    """Bots, workers, a queue server, a database, and the platform in front of them."""

    def __init__(self, trial: Trial, queue: QueueServer, database_url: str, *, effect: str) -> None:
        self.fault = trial.fault
        self.effect = effect
        self.folder = trial.folder
        self.queue = queue
        self.platform = Platform()
        self.record = Record(trial.folder)
        self.database_url = database_url
        self.database = Database.at(database_url)
        self.processes: list[Process] = []
        self._photos: list[tuple[str, str]] = []
        self._asks = count(1)
        self._poison: list[int] = []
        self._began = time.monotonic()

    def say(self, text: str) -> None:
        """Tell whoever watches how far the fault is."""
        say(f"  {self.fault}, {time.monotonic() - self._began:.0f} s: {text}")

    def bot(
        self, name: str = "bot", *, redis_url: str | None = None, release: Path = ROOT
    ) -> Process:
        """Start a bot."""
        module = ["tests.faults.bot_process", self.platform.url, self.effect]
        return self._python(name, module, redis_url, release)

    def worker(
        self, name: str = "worker", *, redis_url: str | None = None, release: Path = ROOT
    ) -> Process:
        """Start a worker that draws."""
        return self._python(name, ["tests.faults.worker_process", name], redis_url, release)

    def filming_worker(self, name: str) -> Process:
        """Start a worker that films."""
        return self._python(name, ["tests.faults.worker_process", name, "films"], None, ROOT)

    @asynccontextmanager
    async def supervised(self, start: Callable[[], Process]) -> AsyncGenerator[None]:
        """Start a process, and anew whenever it ends."""

        async def look_after() -> None:
            while True:
                process = start()
                while process.is_running:
                    await asyncio.sleep(PAUSE_S)

        looking = asyncio.create_task(look_after())
        try:
            yield
        finally:
            looking.cancel()

    @asynccontextmanager
    async def network(self) -> AsyncGenerator[LossyProxy]:
        """Put a network before the queue server, for those that are told its URL."""
        network = LossyProxy(self.queue.url)
        async with network.running():
            yield network

    def ask(self, times: int, *, ms: int = 100, kind: Kind = Kind.ORDINARY) -> list[int]:
        """Have people ask for clips, in turn; the numbers of their asks."""
        asks = [next(self._asks) for _ in range(times)]
        if kind is Kind.POISON:
            self._poison += asks
        for number in asks:
            person, photo = self._photos[number % len(self._photos)]
            self.platform.ask(Work(ask=number, ms=ms, kind=kind), person=person, photo=photo)
        return asks

    async def until(self, happened: Callable[[], Awaitable[bool]], what: str) -> None:
        """Wait for something that the fault needs.

        Raises:
            DidNotHappen: it takes too long.
        """
        if not await wait_until(happened, within_s=PATIENCE_S):
            raise DidNotHappen(f"{what} within {PATIENCE_S} s")

    def must(self, happened: bool, what: str) -> None:
        """Go on only if the fault is what it claims to be.

        Raises:
            DidNotHappen: it is not.
        """
        if not happened:
            raise DidNotHappen(what)

    async def accepted(self, asks: Sequence[int]) -> None:
        """Wait until asks are accepted."""

        async def all_are() -> bool:
            return self.platform.accepted.issuperset(asks)

        await self.until(all_are, "asks were to be accepted")

    async def has_accepted(self, asks: int) -> None:
        """Wait until so many asks have ever been accepted."""

        async def enough_are() -> bool:
            return len(self.platform.accepted) >= asks

        await self.until(enough_are, "more asks were to be accepted")

    async def journalled(self, asks: Sequence[int]) -> None:
        """Wait until asks are in the journal."""
        jobs = [job_of(ask) for ask in asks]

        async def all_are() -> bool:
            return await journalled(self.database, jobs) == len(jobs)

        await self.until(all_are, "asks were to be in the journal")

    async def shown(self, asks: Sequence[int]) -> None:
        """Wait until people see what became of asks."""

        async def all_are() -> bool:
            return all(self.platform.outcomes.get(job_of(ask)) for ask in asks)

        await self.until(all_are, "outcomes were to be shown")

    async def has_shown(self, outcomes: int) -> None:
        """Wait until so many outcomes have ever been shown."""

        async def enough_are() -> bool:
            return len(self.platform.outcomes) >= outcomes

        await self.until(enough_are, "more outcomes were to be shown")

    async def has_shown_first_looks(self, times: int) -> None:
        """Wait until so many clips have ever been shown before their ends."""

        async def enough_are() -> bool:
            return len(self.platform.first_looks) >= times

        await self.until(enough_are, "more first looks were to be shown")

    async def attended(self, *, bots: int) -> None:
        """Wait until so many bots take updates."""

        async def enough_do() -> bool:
            return len(self.platform.bots) >= bots

        await self.until(enough_do, "more bots were to take updates")

    async def left_hanging(self) -> None:
        """Wait until another call to the platform is left hanging."""
        before = self.platform.hanging

        async def one_is() -> bool:
            return self.platform.hanging > before

        await self.until(one_is, "a call was to be left hanging")

    async def caught_working(self, worker: Process, *, clips: int = 1) -> int:
        """Freeze a worker while it makes a clip, or several; what, of these the last."""

        async def it_is() -> bool:
            worker.freeze()
            is_working = len(self.record.in_hand(worker.name)) >= clips
            if not is_working:
                worker.thaw()
            return is_working

        await self.until(it_is, f"{worker.name} was to have something in hand")
        return self.record.in_hand(worker.name)[-1]

    async def made(self, ask: int, worker: str) -> None:
        """Wait until a worker has made a clip, whatever becomes of it."""

        async def it_is() -> bool:
            return ask in self.record.ended(worker)

        await self.until(it_is, f"{worker} was to make a clip")

    async def row(self) -> Row:
        """Wait until nothing is under way, and count what went wrong.

        Raises:
            DidNotHappen: asks that are not in the row were not taken.
        """

        async def all_over() -> bool:
            return not self.platform.unanswered and not await under_way(self.database)

        over = await wait_until(all_over, within_s=PATIENCE_S)
        self.say("all is over" if over else "something is still under way, and counts as lost")
        self.must(not self.platform.unanswered, "every ask was to be answered")
        self.must(not self.platform.refused, "no ask was to be refused")
        books = await read_books(self.database)
        states = Counter(row.state for row in books.requests.values())
        self.say(", ".join(f"{times} {state}" for state, times in states.items()))
        if left := self.platform.left_unfinished:
            self.say(f"{left} messages still say that a clip is on its way")
        return judge(
            self.fault,
            books,
            told=[job_of(ask) for ask in self.platform.accepted],
            shown=self.platform.outcomes,
            poison=[job_of(ask) for ask in self._poison],
        )

    async def open(self) -> None:
        """Have photos of the people in the house; the tables are there."""
        await start_audit(self.database)
        media, photos = MediaStore.at(self.folder / "media"), Photos(self.database)
        for number in range(PEOPLE):
            person, photo = f"fake:p{number}", photo_key()
            await photos.add(photo, PersonId(person), width=64, height=64, now=datetime.now(UTC))
            await media.put(photo, _a_photo())
            self._photos.append((person, photo))

    async def close(self) -> None:
        """End every process."""
        for process in self.processes:
            await process.kill()
        await self.database.close()

    def _python(
        self, name: str, module: Sequence[str], redis_url: str | None, release: Path
    ) -> Process:
        process = Process(
            name,
            [sys.executable, "-m", *module],
            folder=release,
            log=self.folder / f"{name}.log",
            environment=self._settings(redis_url or self.queue.url),
        )
        self.processes.append(process)
        return process

    def _settings(self, redis_url: str) -> dict[str, str]:
        settings = {
            "data": str(self.folder),
            "media_url": str(self.folder / "media"),
            "redis_url": redis_url,
            "database_url": self.database_url,
            "allowed_people": "fake:*",
            "daily_limit": "100000",
            "max_waiting": "1000",
            "max_place_waiting": "1000",
        }
        return {"HOME": os.environ.get("HOME", "/")} | {
            f"ZOETROPE_{name.upper()}": value for name, value in settings.items()
        }


@asynccontextmanager
async def a_world(
    trial: Trial,
    *,
    queue: QueueServer | None = None,
    database_url: str | None = None,
    effect: str = "symbiote",
) -> AsyncGenerator[World]:
    """Open an installation without bots and workers; nothing of it runs on afterwards.

    Everybody asks for the same effect.
    """
    server = queue or QueueServer(trial.folder / "queue")
    url = database_url or f"sqlite+aiosqlite:///{trial.folder / 'zoetrope.db'}"
    world = World(trial, server, url, effect=effect)
    try:
        await server.start()
        async with trial.migrating:  # two at once get in each other's way within a process
            await world.database.migrate()
        await world.open()
        async with world.platform.running():
            yield world
    finally:
        await world.close()
        await server.kill()


def _a_photo() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (64, 64), "teal").save(file, "JPEG")
    return file.getvalue()
