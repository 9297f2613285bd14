from __future__ import annotations

import io
from collections.abc import AsyncGenerator

import pytest
from PIL import Image
from telegram import Bot

from tests.fakes.telegram import Chat, FakeTelegram, Person


@pytest.fixture(autouse=True)
def durations(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


@pytest.fixture
async def telegram() -> AsyncGenerator[FakeTelegram]:
    async with FakeTelegram.running() as telegram:
        yield telegram


@pytest.fixture
async def bot(telegram: FakeTelegram) -> AsyncGenerator[Bot]:
    async with Bot(telegram.token, telegram.base_url, telegram.base_file_url) as bot:
        yield bot


@pytest.fixture
def ann(telegram: FakeTelegram) -> Person:
    return telegram.person("Ann", username="ann_a", language="zh-hans")


@pytest.fixture
def chat(telegram: FakeTelegram, ann: Person) -> Chat:
    return telegram.private(ann)


@pytest.fixture
def jpeg() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (400, 300), "teal").save(written, "JPEG")
    return written.getvalue()


@pytest.fixture
def mp4() -> bytes:
    return b"\0\0\0\x18ftypmp42" + b"frames" * 20
