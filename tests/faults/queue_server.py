"""Queue servers that faults happen to: Valkey as `zoetrope up` has it, or Debian's Redis."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from redis.asyncio import Redis
from redis.exceptions import RedisError

from deploy.polling import wait_until
from deploy.ports import LOOPBACK
from deploy.valkey import binary, prepare
from engine.jobs.connection import connect
from tests.faults.processes import DidNotHappen, NotInstalled, Process

START_S = 60


def redis_server() -> Path:
    """Find the Redis that distributions ship.

    Raises:
        NotInstalled: it is not there.
    """
    found = shutil.which("redis-server")
    if found is None:
        raise NotInstalled("redis-server", "redis-server")
    return Path(found)


class QueueServer:
    """A server on a folder: password, append-only file; it keeps its port from start to start.

    `wrapper` is put before its command line, `options` after it.
    """

    def __init__(
        self,
        folder: Path,
        *,
        program: Path | None = None,
        password: str | None = None,
        wrapper: Sequence[str] = (),
        options: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        prepared = prepare(folder)
        self.port = prepared.port
        self.password = password or prepared.password
        login = ("--requirepass", self.password, "--masterauth", self.password)
        self._folder = folder
        self._command = (*wrapper, program or binary(), "valkey.conf", *login, *options)
        self._environment = {"LC_ALL": "C", **(environment or {})}
        self._process: Process | None = None

    @property
    def url(self) -> str:
        """What clients connect to."""
        return f"redis://:{self.password}@{LOOPBACK}:{self.port}/0"

    @property
    def pid(self) -> int:
        """Number of its process."""
        assert self._process is not None
        return self._process.pid

    async def start(self) -> None:
        """Start, and return once it answers.

        Raises:
            DidNotHappen: it does not.
        """
        self._process = Process(
            "queue",
            self._command,
            folder=self._folder,
            log=self._folder / "server.log",
            environment=self._environment,
        )
        if not await wait_until(self._answers, within_s=START_S):
            raise DidNotHappen(f"the queue server was to answer; see {self._process.log}")

    async def kill(self) -> None:
        """End it at once."""
        if self._process is not None:
            await self._process.kill()

    def client(self) -> Redis:
        """Make a client, for looking."""
        return connect(self.url)

    async def takes_writes(self) -> bool:
        """Tell whether it can keep anything new."""
        async with self.client() as client:
            try:
                await client.set("probe", "")
            except RedisError:
                return False
            return True

    async def _answers(self) -> bool:
        async with self.client() as client:
            try:
                return bool(await client.ping())
            except RedisError:
                return False
