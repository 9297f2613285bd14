"""`python -m bots web`: it starts, it stops, and what keeps it from starting is one sentence."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bots.store.conversation import Answered, Conversation
from deploy.polling import wait_until
from tests.house import a_house
from tests.job_samples import success
from tests.valkey import ValkeyProcess

SOON_S = 60


@asynccontextmanager
async def bot(folder: Path, **settings: str) -> AsyncGenerator[Process]:
    environment = {"PATH": os.environ["PATH"], "ZOETROPE_DATA": str(folder / "data")}
    environment |= {f"ZOETROPE_{name.upper()}": value for name, value in settings.items()}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bots", "web", env=environment, stdout=PIPE, stderr=PIPE
    )
    yield process
    if process.returncode is None:
        process.kill()
    await process.communicate()


async def ending(process: Process) -> tuple[int | None, list[str]]:
    """Wait for the end; the exit code and what was said."""
    async with asyncio.timeout(SOON_S):
        _, said = await process.communicate()
    return process.returncode, said.decode().splitlines()


async def listens(process: Process) -> None:
    """Read until the bot says where it is."""
    assert process.stderr is not None
    async with asyncio.timeout(SOON_S):
        async for line in process.stderr:
            if b"the web chat is at" in line:
                return
    raise AssertionError("it ended before it listened")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_stops_it_cleanly(
    tmp_path: Path, valkey: ValkeyProcess, number: signal.Signals
) -> None:
    async with bot(tmp_path, redis_url=valkey.url, web_port="0") as process:
        await listens(process)
        process.send_signal(number)
        code, said = await ending(process)
    assert code == 0
    assert not any("Error" in line or "Traceback" in line for line in said)


async def test_it_starts_while_the_queue_is_away(tmp_path: Path) -> None:
    nowhere = "redis://127.0.0.1:1/0"
    async with bot(tmp_path, redis_url=nowhere, web_port="0") as process:
        await listens(process)


async def test_a_killed_bot_shows_at_its_next_start_what_it_missed(
    tmp_path: Path, valkey: ValkeyProcess, redis: Redis
) -> None:
    settings = {"redis_url": valkey.url, "web_port": "0"}
    async with a_house(tmp_path / "data", valkey.url) as house:
        house.time.ahead = -timedelta(minutes=1)
        ask = await house.submitted()

        async def has_placeholder() -> bool:
            return (await house.request(ask.id)).placeholder is not None

        async with bot(tmp_path, **settings) as process:
            assert await wait_until(has_placeholder, within_s=SOON_S)
            process.kill()
            await process.wait()
        await house.work(lambda claim: success(claim.job))
        async with bot(tmp_path, **settings):
            assert await wait_until(lambda: house.is_delivered(ask.id), within_s=SOON_S)
        lines = await Conversation(house.services.database).latest(house.here.id, limit=9)
    assert [
        isinstance(line.entry, Answered) and bool(line.entry.message.clip) for line in lines
    ] == [True]


async def test_a_bad_setting_is_one_sentence(tmp_path: Path) -> None:
    async with bot(tmp_path, daily_limit="many") as process:
        code, said = await ending(process)
    assert (code, said) == (
        2,
        ['ZOETROPE_DAILY_LIMIT: must be a whole number from 0, not "many"'],
    )


async def test_a_database_that_cannot_be_opened_is_one_sentence(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/nowhere/zoetrope.db"
    async with bot(tmp_path, database_url=url) as process:
        code, said = await ending(process)
    assert (code, said) == (2, ["The database cannot be used: unable to open database file"])


async def test_a_port_that_is_taken_is_one_sentence(tmp_path: Path, valkey: ValkeyProcess) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        async with bot(tmp_path, redis_url=valkey.url, web_port=port) as process:
            code, said = await ending(process)
    assert code == 2
    assert port in said[-1]
    assert not any("Traceback" in line for line in said)
