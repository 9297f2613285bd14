from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from tests.fakes.discord import Channel, FakeDiscord, Guild, Person
from tests.flow.discord.discord_house import DiscordHouse, a_discord_house
from tests.valkey import ValkeyProcess


@pytest.fixture
async def discord() -> AsyncGenerator[FakeDiscord]:
    async with FakeDiscord.running() as discord:
        yield discord


@pytest.fixture
def house_settings() -> dict[str, object]:
    """Settings of the bot, for tests that want other ones."""
    return {}


@pytest.fixture
async def house(
    discord: FakeDiscord,
    friends: Guild,  # the bot is in it before it connects
    tmp_path: Path,
    valkey: ValkeyProcess,
    redis: Redis,
    house_settings: dict[str, object],
) -> AsyncGenerator[DiscordHouse]:
    async with a_discord_house(tmp_path, valkey.url, discord, **house_settings) as house:
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
