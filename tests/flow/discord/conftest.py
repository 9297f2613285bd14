from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from tests.fakes.discord import Channel, FakeDiscord, Guild, Person
from tests.flow.at_work import AtWork
from tests.flow.discord.discord_house import (
    AHouse,
    DiscordHouse,
    a_discord_house,
    a_worker_alone,
)
from tests.peers.discord_schema import DiscordSchema
from tests.valkey import ValkeyProcess


@dataclass(frozen=True, slots=True)
class Sent:
    method: str
    path: str
    json: Any


@pytest.fixture(scope="session")
def schema() -> DiscordSchema:
    """What Discord's API document says of requests."""
    return DiscordSchema()


@pytest.fixture
async def discord(schema: DiscordSchema) -> AsyncGenerator[FakeDiscord]:
    """A Discord; at the end, everything the bot asked of it is as Discord documents it."""
    async with FakeDiscord.running() as discord:
        yield discord
    sent = [
        Sent(call.method, call.path, call.body or None)
        for call in discord.requests
        if call.route != "cdn"
    ]
    assert not schema.complaints(sent)


@pytest.fixture
def house_settings() -> dict[str, object]:
    """Settings of the bot, for tests that want other ones."""
    return {}


@pytest.fixture
def a_house(
    discord: FakeDiscord,
    friends: Guild,  # the bot is in it before it connects
    tmp_path: Path,
    valkey: ValkeyProcess,
    redis: Redis,
) -> AHouse:
    """What opens a bot, as often as a test wants to, on the same stores."""
    return partial(a_discord_house, tmp_path, valkey.url, discord)


@pytest.fixture
def a_worker(
    discord: FakeDiscord, tmp_path: Path, valkey: ValkeyProcess
) -> Callable[[], AbstractAsyncContextManager[AtWork]]:
    """What opens the same stores with no bot."""
    return partial(a_worker_alone, tmp_path, valkey.url, discord)


@pytest.fixture
async def house(a_house: AHouse, house_settings: dict[str, object]) -> AsyncGenerator[DiscordHouse]:
    async with a_house(**house_settings) as house:
        yield house


@pytest.fixture
def ann(discord: FakeDiscord) -> Person:
    return discord.person("Ann")


@pytest.fixture
def bob(discord: FakeDiscord) -> Person:
    return discord.person("Bob")


@pytest.fixture
def friends(discord: FakeDiscord, ann: Person, bob: Person) -> Guild:
    """A server with Ann, Bob and the bot."""
    return discord.guild("Friends", ann, bob)


@pytest.fixture
def room(friends: Guild) -> Channel:
    """A channel of that server."""
    return friends.channel("general")
