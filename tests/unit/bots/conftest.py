"""A bot at work, for every test of the chat side."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bots.store.database import Database
from tests.house import House, a_house
from tests.valkey import ValkeyProcess


@pytest.fixture
async def house(tmp_path: Path, valkey: ValkeyProcess, redis: Redis) -> AsyncGenerator[House]:
    """A bot on an empty database and an empty queue."""
    async with a_house(tmp_path, valkey.url) as house:
        yield house


@pytest.fixture
async def database(tmp_path: Path) -> AsyncGenerator[Database]:
    """An empty database on a file."""
    database = Database.at(f"sqlite:///{tmp_path / 'zoetrope.db'}")
    await database.migrate()
    yield database
    await database.close()
