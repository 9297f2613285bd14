"""A fake Telegram, and what the bot hears of it."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest

from bots.store.database import Database
from bots.store.inbox import Inbox
from tests.fakes.telegram import Chat, FakeTelegram, Person
from tests.unit.bots.telegram_bot.ear import Ear, a_jpeg


@pytest.fixture(autouse=True)
def durations(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


@pytest.fixture
def telegram() -> FakeTelegram:
    """A Telegram that has updates, and answers nobody."""
    return FakeTelegram()


@pytest.fixture
async def served() -> AsyncGenerator[FakeTelegram]:
    """A Telegram that answers over HTTP."""
    async with FakeTelegram.running() as telegram:
        yield telegram


@pytest.fixture
def ear(telegram: FakeTelegram) -> Ear:
    return Ear.to(telegram)


@pytest.fixture
def ann(telegram: FakeTelegram) -> Person:
    return telegram.person("Ann", username="ann_a", language="zh-hans")


@pytest.fixture
def bob(telegram: FakeTelegram) -> Person:
    return telegram.person("Bob")


@pytest.fixture
def chat(telegram: FakeTelegram, ann: Person) -> Chat:
    """Ann's chat with the bot."""
    return telegram.private(ann)


@pytest.fixture
def inbox(database: Database) -> Inbox:
    return Inbox(database)


@pytest.fixture
def jpeg() -> bytes:
    return a_jpeg()
