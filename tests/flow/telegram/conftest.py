from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from tests.fakes.telegram import Chat, FakeTelegram, Person
from tests.flow.telegram.telegram_house import TelegramHouse, a_telegram_house
from tests.valkey import ValkeyProcess


@pytest.fixture
async def telegram() -> AsyncGenerator[FakeTelegram]:
    async with FakeTelegram.running() as telegram:
        yield telegram


@pytest.fixture
def house_settings() -> dict[str, object]:
    """Settings of the bot, for tests that want other ones."""
    return {}


@pytest.fixture
async def house(
    telegram: FakeTelegram,
    tmp_path: Path,
    valkey: ValkeyProcess,
    redis: Redis,
    house_settings: dict[str, object],
) -> AsyncGenerator[TelegramHouse]:
    async with a_telegram_house(tmp_path, valkey.url, telegram, **house_settings) as house:
        yield house


@pytest.fixture
def ann(telegram: FakeTelegram) -> Person:
    return telegram.person("Ann")


@pytest.fixture
def bob(telegram: FakeTelegram) -> Person:
    return telegram.person("Bob")


@pytest.fixture
def chat(telegram: FakeTelegram, ann: Person) -> Chat:
    """Ann's chat with the bot."""
    return telegram.private(ann)
