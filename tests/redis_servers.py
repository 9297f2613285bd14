"""Real Redis servers as production has them: over TLS, or replicated and watched by Sentinels."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from deploy.polling import wait_until
from deploy.ports import free_port
from deploy.valkey import binary
from engine.jobs.connection import connect_to_look
from tests.tls import Certificates

SOON_S = 60
MASTER = "mymaster"

# The shell holds the other end of a pipe to us, so the server goes even when the tests are killed.
UNTIL_WE_ARE_GONE = '"$0" "$@" & cat > /dev/null; kill -KILL $!; wait'


class RedisProcess:
    """A server: Redis where it is installed, else the Valkey of its wheel, which lacks TLS."""

    def __init__(self, folder: Path, *config: str, tls: Certificates | None = None) -> None:
        self._folder = folder
        self._tls = tls
        self.port = free_port(0)
        listen = f"port {self.port}" if tls is None else f"port 0\ntls-port {self.port}"
        folder.mkdir(parents=True)
        (folder / "server.conf").write_text(
            "\n".join(
                [f"bind 127.0.0.1\ndir {folder}", listen, tls.for_redis if tls else "", *config]
            )
        )
        self._shell: subprocess.Popen[bytes] | None = None

    def url(self, login: str = "") -> str:
        """Say where it listens; a login as user:password."""
        place = f"{login}@127.0.0.1:{self.port}"
        return f"rediss://{place}?{self._tls.as_query}" if self._tls else f"redis://{place}"

    def start(self, *options: str) -> None:
        """Start it; it answers a little later."""
        program = shutil.which("redis-server") or str(binary())
        self._shell = subprocess.Popen(
            ["sh", "-c", UNTIL_WE_ARE_GONE, program, "server.conf", *options],
            cwd=self._folder,
            env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def kill(self) -> None:
        """End it at once, without a chance to say goodbye."""
        if self._shell is not None:
            self._shell.communicate()
            self._shell = None

    async def is_up(self, login: str = "") -> bool:
        """Wait until it answers; False when it takes too long."""

        async def answers() -> bool:
            async with connect_to_look(self.url(login)) as client:
                try:
                    return bool(await client.ping())
                except RedisError:
                    return False

        return await wait_until(answers, within_s=SOON_S)


class Replicated:
    """A master and its replica, watched by three Sentinels.

    The first master cannot be told to follow another, so that it goes on taking writes after a
    failover, as a partitioned one does.
    """

    def __init__(self, folder: Path, password: str, tls: Certificates | None = None) -> None:
        self._login = f":{password}"
        self._tls = tls
        shared = (
            f"requirepass {password}",
            f"masterauth {password}",
            "appendonly yes",
            "repl-diskless-sync-delay 0",
        )
        stubborn = ('rename-command REPLICAOF ""', 'rename-command SLAVEOF ""')
        self.first = RedisProcess(folder / "first", *shared, *stubborn, tls=tls)
        self.second = RedisProcess(
            folder / "second", *shared, f"replicaof 127.0.0.1 {self.first.port}", tls=tls
        )
        watching = (
            f"sentinel monitor {MASTER} 127.0.0.1 {self.first.port} 2",
            f"sentinel auth-pass {MASTER} {password}",
            f"sentinel down-after-milliseconds {MASTER} 2000",
            f"sentinel failover-timeout {MASTER} 5000",
        )
        self.sentinels = [
            RedisProcess(folder / f"sentinel{number}", *watching, tls=tls) for number in range(3)
        ]

    @property
    def url(self) -> str:
        """What operators write."""
        hosts = ",".join(f"127.0.0.1:{sentinel.port}" for sentinel in self.sentinels)
        place = f"+sentinel://{self._login}@{hosts}/{MASTER}/0"
        return f"rediss{place}?{self._tls.as_query}" if self._tls else f"redis{place}"

    async def start(self) -> None:
        """Start everything; return once the Sentinels know each other and the replica."""
        for server in (self.first, self.second):
            server.start()
        for server in (self.first, self.second):
            assert await server.is_up(self._login), "a server does not answer"
        assert await wait_until(self._follows, within_s=SOON_S), "the replica does not follow"
        for sentinel in self.sentinels:
            sentinel.start("--sentinel")
        assert await wait_until(self._have_met, within_s=SOON_S), "the Sentinels do not meet"

    def stop(self) -> None:
        """End whatever still runs."""
        for server in (*self.sentinels, self.first, self.second):
            server.kill()

    async def fail_over(self) -> None:
        """Have the replica made master, as an operator would."""

        async def is_taken() -> bool:
            async with self._sentinel(self.sentinels[0]) as sentinel:
                try:
                    return bool(await sentinel.execute_command("SENTINEL FAILOVER", MASTER))
                except RedisError:  # it does not know yet how good the replica is
                    return False

        assert await wait_until(is_taken, within_s=SOON_S), "no replica is good enough"

    async def _follows(self) -> bool:
        async with connect_to_look(self.second.url(self._login)) as second:
            info: Any = await second.info("replication")
        return info["master_link_status"] == "up"

    async def _have_met(self) -> bool:
        return all([await self._knows_all(sentinel) for sentinel in self.sentinels])

    async def _knows_all(self, sentinel: RedisProcess) -> bool:
        async with self._sentinel(sentinel) as client:
            try:
                masters: Any = await client.sentinel_masters()
            except RedisError:
                return False
        known = masters[MASTER]
        return (known["num-slaves"], known["num-other-sentinels"]) == (1, 2)

    def _sentinel(self, process: RedisProcess) -> Redis:
        return connect_to_look(process.url())
