from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import discord
import pytest
from redis.asyncio import Redis
from simcord import ChannelHandle, Env, GuildHandle, MemberActor

from tests.flow.discord_simcord.differences import (
    await_no_answer_that_was_deleted,
    say_who_has_installed_the_bot,
)
from tests.flow.discord_simcord.simcord_house import SimcordHouse, a_simcord_house
from tests.peers.discord_schema import DiscordSchema
from tests.valkey import ValkeyProcess

SCHEMA = DiscordSchema()


@pytest.fixture
def simcord_bot() -> discord.Client:
    """What is on Discord before a house takes its place."""
    return discord.Client(intents=discord.Intents(guilds=True))


@pytest.fixture(autouse=True)
def _bodies_are_as_documented(simcord_env: Env) -> Generator[None]:
    yield
    assert simcord_env.http_requests, "the bot has sent nothing"
    assert not SCHEMA.complaints(simcord_env.http_requests)


@pytest.fixture(autouse=True)
def _nothing_breaks(caplog: pytest.LogCaptureFixture) -> Generator[None]:
    """What the bot does not know how to take, it logs as an error and apologizes for."""
    yield
    assert not [it for it in caplog.get_records("call") if it.levelno >= logging.ERROR]


@pytest.fixture(autouse=True)
def _discord_is_as_it_is(simcord_env: Env, monkeypatch: pytest.MonkeyPatch) -> None:
    say_who_has_installed_the_bot(monkeypatch)
    await_no_answer_that_was_deleted(simcord_env, monkeypatch)


@pytest.fixture
async def house(
    simcord_env: Env, tmp_path: Path, valkey: ValkeyProcess, redis: Redis
) -> AsyncGenerator[SimcordHouse]:
    async with a_simcord_house(tmp_path, valkey.url, simcord_env) as house:
        yield house


@pytest.fixture
def friends(simcord_env: Env) -> GuildHandle:
    """A server with the bot."""
    return simcord_env.create_guild("Friends")


@pytest.fixture
def room(friends: GuildHandle) -> ChannelHandle:
    """A channel of that server."""
    return friends.create_text_channel("general")


@pytest.fixture
def ann(simcord_env: Env, friends: GuildHandle) -> MemberActor:
    return friends.add_member(simcord_env.create_user("ann", global_name="Ann"))


@pytest.fixture
def bob(simcord_env: Env, friends: GuildHandle) -> MemberActor:
    return friends.add_member(simcord_env.create_user("bob", global_name="Bob"))
