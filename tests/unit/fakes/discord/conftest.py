"""A fake Discord, who uses it, and a bot on it."""

from __future__ import annotations

import io
from collections.abc import AsyncGenerator

import pytest
from PIL import Image

from tests.fakes.discord import Channel, FakeDiscord, Person
from tests.unit.fakes.discord.bot import Bot, a_bot, pointed_at


@pytest.fixture
async def fake(monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[FakeDiscord]:
    async with FakeDiscord.running() as fake:
        pointed_at(fake, monkeypatch)
        yield fake


@pytest.fixture
def ann(fake: FakeDiscord) -> Person:
    return fake.person("Ann", locale="zh-CN")


@pytest.fixture
def bob(fake: FakeDiscord) -> Person:
    return fake.person("Bob")


@pytest.fixture
def room(fake: FakeDiscord, ann: Person, bob: Person) -> Channel:
    return fake.guild("Friends", ann, bob).channel("general")


@pytest.fixture
async def bot(fake: FakeDiscord, room: Channel) -> AsyncGenerator[Bot]:
    async with a_bot(fake) as bot:
        yield bot


@pytest.fixture
def jpeg() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (400, 300), "teal").save(written, "JPEG")
    return written.getvalue()
