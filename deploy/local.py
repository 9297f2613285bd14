"""`zoetrope up`: every process of one installation on this machine, watched by one more.

Starts the queue server, then the worker, the web chat and the bots there are tokens for; stops them
the other way round.
"""

from __future__ import annotations

import asyncio
import http.client
import itertools
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

from bots.settings import BotSettings
from deploy import folder, valkey
from deploy.errors import NoFreePort, NoQueueServer
from deploy.gpus import WorkerHere, count_gpus, workers_here
from deploy.platforms import PLATFORMS, Platform
from deploy.polling import wait_until
from deploy.ports import first_free_port, free_port, is_free
from deploy.programs import Program, Supervisor
from engine.jobs.addresses import Addresses
from engine.jobs.connection import connect
from engine.jobs.errors import QueueUnavailable
from engine.jobs.presence import Presence
from engine.settings import EngineSettings

PATIENCE_S = 60.0
MARGIN_S = 5.0

Say = Callable[[str], None]


def run(bot: BotSettings, engine: EngineSettings, say: Say) -> None:
    """Run everything until Ctrl-C or SIGTERM; nothing is left running.

    Raises:
        CommandFailed: something cannot start.
    """
    folder.make(engine.folder)
    with folder.held(engine.folder, f"process {os.getpid()}"):
        workers = workers_here(engine, count_gpus() if engine.device == "auto" else 0)
        try:
            asyncio.run(_serve(Installation(bot, engine, workers, say), say))
        except BaseExceptionGroup as group:
            raise _first(group) from group


async def _serve(installation: Installation, say: Say) -> None:
    serving = asyncio.create_task(installation.serve())

    def stop() -> None:
        if serving.cancelling():
            installation.supervisor.hurry()
            return
        say("Stopping; Ctrl-C again does not wait for the clip in the making ...")
        serving.cancel()

    for signum in _stopping_signals():
        asyncio.get_running_loop().add_signal_handler(signum, stop)
    with suppress(asyncio.CancelledError):
        await serving
    say("Stopped.")


def _stopping_signals() -> Iterator[signal.Signals]:
    yield signal.SIGINT
    yield signal.SIGTERM
    # Under nohup it stays ignored.
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        yield signal.SIGHUP


class Installation:
    """The programs of one data folder, and when they are ready."""

    def __init__(
        self, bot: BotSettings, engine: EngineSettings, workers: Sequence[WorkerHere], say: Say
    ) -> None:
        self._bot = bot
        self._engine = engine
        self._workers = workers
        self._say = say
        self._port = _web_port(bot)
        self.supervisor = Supervisor(say)

    async def serve(self) -> None:
        """Start everything and keep it running until cancelled."""
        self._say(f"Zoetrope keeps its data in {self._engine.folder}")
        async with self._queue() as url, self.supervisor.running(*self._programs(url)):
            await self._announce(url)
            await asyncio.Event().wait()

    @asynccontextmanager
    async def _queue(self) -> AsyncIterator[str]:
        if "redis_url" in self._engine.model_fields_set:
            if not await valkey.answers(self._engine.redis_url):
                raise NoQueueServer
            yield self._engine.redis_url
            return
        place = self._engine.folder / valkey.FOLDER
        await valkey.stop_orphan(place)
        server = valkey.prepare(place)
        async with self.supervisor.running(valkey.program(place, self._log("queue"))):
            await self._until_ready("queue", lambda: valkey.answers(server.url))
            yield server.url

    def _programs(self, redis_url: str) -> list[Program]:
        shared = {
            "ZOETROPE_DATA": str(self._engine.folder),
            "ZOETROPE_REDIS_URL": redis_url,
            "ZOETROPE_WEB_PORT": str(self._port),
            "PYTHONUNBUFFERED": "1",
        }
        # those that there are only on some machines come last, so that no port depends on them
        places = itertools.chain([1], itertools.count(2 + len(PLATFORMS)))
        return [
            self._program("web chat", shared | self._metrics(0), "bots", "web"),
            *(
                self._worker(worker, shared | self._metrics(place))
                for worker, place in zip(self._workers, places, strict=False)
            ),
            *(
                self._program(platform.bot, shared | self._metrics(place), "bots", platform.id)
                for place, platform in enumerate(PLATFORMS, start=2)
                if platform.has_bot(self._bot)
            ),
        ]

    def _worker(self, worker: WorkerHere, environment: Mapping[str, str]) -> Program:
        program = self._program(worker.name, {**environment, **worker.environment}, "engine")
        return replace(program, grace_s=self._engine.drain_s + MARGIN_S)

    def _program(self, name: str, environment: Mapping[str, str], *module: str) -> Program:
        return Program(
            name=name,
            command=(sys.executable, "-P", "-m", *module),
            environment=environment,
            log=self._log(name),
        )

    def _metrics(self, place: int) -> dict[str, str]:
        """Give each process a port of its own for its metrics, the next after the other's."""
        first = self._engine.metrics_port
        return {"ZOETROPE_METRICS_PORT": str(first + place)} if first else {}

    async def _announce(self, redis_url: str) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._announce_house(redis_url))
            for platform in PLATFORMS:
                if platform.has_bot(self._bot):
                    group.create_task(self._announce_bot(platform, redis_url))

    async def _announce_house(self, redis_url: str) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._until_ready("web chat", self._web_answers))
            group.create_task(self._until_worker_ready(redis_url))
        self._say(f"Zoetrope is ready: http://{self._bot.web_host}:{self._port}/")
        await self._announce_further_workers(redis_url)

    async def _announce_bot(self, platform: Platform, redis_url: str) -> None:
        """Say where a bot is once its platform has answered; the rest does not wait for it."""
        async with connect(redis_url) as redis:
            addresses = Addresses(redis)
            found: list[str] = []

            async def is_there() -> bool:
                with suppress(QueueUnavailable):
                    found.extend(filter(None, [await addresses.of(platform.id)]))
                return bool(found)

            await self._until_ready(platform.bot, is_there)
        self._say(platform.invitation.format(address=found[0]))
        if not platform.lets_somebody_in(self._bot.policy):
            self._say(platform.how_to_let_in)

    async def _until_worker_ready(self, redis_url: str) -> None:
        """Wait for the first: with it everything can be made, if not so much at once."""
        async with connect(redis_url) as redis:
            are_there = partial(_are_there, Presence(redis))
            await self._until_ready(self._workers[0].name, partial(are_there, 1), "worker")

    async def _announce_further_workers(self, redis_url: str) -> None:
        """Say of several workers how many are ready, each time one more is."""
        async with connect(redis_url) as redis:
            are_there = partial(_are_there, Presence(redis))
            for number in range(2, len(self._workers) + 1):
                while not await wait_until(partial(are_there, number), within_s=PATIENCE_S):
                    pass
                self._say(f"worker: {number} of {len(self._workers)} ready")

    async def _until_ready(
        self, name: str, is_ready: Callable[[], Awaitable[bool]], title: str = ""
    ) -> None:
        title = title or name
        self._say(f"{title}: starting")
        while not await wait_until(is_ready, within_s=PATIENCE_S):
            self._say(f"{title}: still warming up (its log is {self._log(name)})")
        self._say(f"{title}: ready")

    async def _web_answers(self) -> bool:
        return await asyncio.to_thread(_answers_http, self._bot.web_host, self._port)

    def _log(self, name: str) -> Path:
        return self._engine.folder / "logs" / f"{name.lower().replace(' ', '-')}.log"


async def _are_there(presence: Presence, number: int) -> bool:
    with suppress(QueueUnavailable):
        return await presence.live_workers() >= number
    return False


def _answers_http(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("HEAD", "/")
        return connection.getresponse().status < http.HTTPStatus.INTERNAL_SERVER_ERROR
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _web_port(bot: BotSettings) -> int:
    if bot.web_port == 0:
        return free_port(0)
    if "web_port" not in bot.model_fields_set:
        return first_free_port(bot.web_port, bot.web_host)
    if not is_free(bot.web_port, bot.web_host):
        raise NoFreePort(bot.web_port)
    return bot.web_port


def _first(group: BaseExceptionGroup) -> BaseException:
    first = group.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first
