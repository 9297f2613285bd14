from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.exceptions import AuthenticationError

from deploy import valkey
from deploy.polling import wait_until
from deploy.ports import is_free
from deploy.programs import Supervisor
from deploy.valkey import EmbeddedValkey
from engine.settings import EngineSettings
from tests.processes import ends

SOON_S = 10


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[EmbeddedValkey]:
    await valkey.stop_orphan(folder)
    server = valkey.prepare(folder)
    program = valkey.program(folder, folder / "queue.log")
    async with Supervisor(print).running(program):
        assert await answers(server)
        yield server


async def answers(server: EmbeddedValkey) -> bool:
    return await wait_until(lambda: valkey.answers(server.url), within_s=SOON_S)


@asynccontextmanager
async def client(url: str) -> AsyncIterator[Redis]:
    async with Redis.from_url(url, decode_responses=True) as redis:
        yield redis


@asynccontextmanager
async def orphan(folder: Path) -> AsyncIterator[EmbeddedValkey]:
    """A server that nobody watches, as a killed `up` would leave where children can outlive it."""
    server = valkey.prepare(folder)
    process = subprocess.Popen(valkey.program(folder, folder / "log").command, cwd=folder)
    try:
        assert await answers(server)
        yield server
    finally:
        process.kill()
        process.wait()


async def test_strangers_are_not_let_in(tmp_path: Path) -> None:
    async with running(tmp_path) as server, client(f"redis://127.0.0.1:{server.port}") as stranger:
        with pytest.raises(AuthenticationError):
            await stranger.ping()


async def test_the_password_is_only_in_files_of_their_owner(tmp_path: Path) -> None:
    server = valkey.prepare(tmp_path)

    with_password = [path for path in tmp_path.iterdir() if server.password in path.read_text()]
    assert with_password
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in with_password)
    assert server.password not in str(valkey.program(tmp_path, tmp_path / "log"))


async def test_it_listens_on_loopback_and_never_throws_jobs_away(tmp_path: Path) -> None:
    async with running(tmp_path) as server, client(server.url) as redis:
        settings = await redis.config_get("bind", "maxmemory-policy", "appendonly")

    assert settings == {
        "bind": "127.0.0.1",
        "maxmemory-policy": "noeviction",
        "appendonly": "yes",
    }


async def test_a_killed_server_comes_back_where_it_was_with_what_it_knew(tmp_path: Path) -> None:
    async with running(tmp_path) as server, client(server.url) as redis:
        await redis.set("told", "before")
        pid = int((await redis.info("server"))["process_id"])
        await redis.aclose()

        os.kill(pid, signal.SIGKILL)

        assert await ends(pid)
        assert await answers(server)
        assert await redis.get("told") == "before"


async def test_the_next_start_keeps_the_port_the_password_and_the_data(tmp_path: Path) -> None:
    async with running(tmp_path) as first, client(first.url) as redis:
        await redis.set("told", "before")

    async with running(tmp_path) as second, client(second.url) as redis:
        assert second == first
        assert await redis.get("told") == "before"


async def test_a_port_that_is_taken_is_left_alone(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    async with running(one) as server:
        shutil.copytree(one, other)
        async with running(other) as second:
            assert second.port != server.port
            assert await valkey.answers(server.url)


async def test_a_server_left_behind_is_stopped_and_its_data_kept(tmp_path: Path) -> None:
    async with orphan(tmp_path) as left, client(left.url) as redis:
        await redis.set("told", "before")
        await redis.aclose()

        await valkey.stop_orphan(tmp_path)

        assert is_free(left.port)
    async with running(tmp_path) as server, client(server.url) as redis:
        assert await redis.get("told") == "before"


def test_a_worker_beside_up_finds_its_queue_unless_told_of_another(
    own_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = valkey.prepare(own_data / valkey.FOLDER)

    assert valkey.url_for(EngineSettings.read()) == server.url
    monkeypatch.setenv("ZOETROPE_REDIS_URL", "redis://elsewhere:6379/0")
    assert valkey.url_for(EngineSettings.read()) == "redis://elsewhere:6379/0"


def test_without_up_a_worker_looks_for_the_usual_server() -> None:
    assert valkey.url_for(EngineSettings.read()) == "redis://127.0.0.1:6379/0"
