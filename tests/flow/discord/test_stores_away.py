"""The bot's own stores are away when somebody asks: they are told so, and it works again later."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncGenerator, Generator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from deploy.polling import wait_until
from tests.fakes.discord import Channel, FakeDiscord, Guild, Person
from tests.flow.at_work import SOON_S
from tests.flow.discord.discord_house import DiscordHouse, a_discord_house, clips
from tests.valkey import ValkeyProcess

IN_TIME_S = 3
DATABASE = "bot.db"


@pytest.fixture
def own_valkey(tmp_path: Path) -> Generator[ValkeyProcess]:
    """A queue server that a test may end."""
    server = ValkeyProcess(tmp_path)
    server.start()
    yield server
    server.kill()


@pytest.fixture
async def house(
    discord: FakeDiscord, friends: Guild, tmp_path: Path, own_valkey: ValkeyProcess
) -> AsyncGenerator[DiscordHouse]:
    stored = f"sqlite+aiosqlite:///{tmp_path / DATABASE}?timeout=1"
    async with a_discord_house(tmp_path, own_valkey.url, discord, database_url=stored) as house:
        yield house


@contextmanager
def locked(database: Path) -> Generator[None]:
    """Let nobody else write to a database."""
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        yield
        connection.execute("ROLLBACK")


async def test_what_is_asked_while_the_queue_is_away_is_queued_when_it_is_back(
    house: DiscordHouse, own_valkey: ValkeyProcess, room: Channel, ann: Person
) -> None:
    earlier = await house.ask(ann, room)
    await house.make()
    before = await house.clip(earlier)
    own_valkey.kill()
    asked = await house.ask(ann, room, "Head turn")
    await house.shown(asked, "Queued")
    assert asked.acknowledged_s is not None
    assert asked.acknowledged_s < IN_TIME_S
    own_valkey.start()
    house.discord.pass_time(timedelta(minutes=2))  # what may still be under way is left alone
    await house.services.sweeper.requeue()
    await house.make()
    clip = await house.clip(asked)
    assert clips(room) == [before, clip]


async def test_a_bot_that_has_just_started_while_the_queue_is_away_asks_to_try_again(
    house: DiscordHouse, own_valkey: ValkeyProcess, room: Channel, ann: Person
) -> None:
    own_valkey.kill()
    asked = await house.ask(ann, room)
    await house.confided(asked, "try again in a minute")
    own_valkey.start()

    async def effects_are_known() -> bool:
        return bool(await house.services.studio.effects())

    assert await wait_until(effects_are_known, within_s=SOON_S)
    asked = await house.ask(ann, room)
    await house.make()
    clip = await house.clip(asked)
    assert room.from_bot == [clip]


async def test_the_queue_is_away_while_a_clip_renders(
    house: DiscordHouse, own_valkey: ValkeyProcess, room: Channel, ann: Person
) -> None:
    asked, claim = await house.begun(ann, room)
    own_valkey.kill()
    pressed = await house.discord.press(ann, await house.shown(asked, "10 %"), "Cancel")
    await house.confided(pressed, "try again in a minute")
    own_valkey.start()
    await house.finish(claim)
    clip = await house.clip(asked)
    assert room.from_bot == [clip]


async def test_the_database_is_away_when_somebody_asks(
    house: DiscordHouse, room: Channel, ann: Person, tmp_path: Path
) -> None:
    with locked(tmp_path / DATABASE):
        asked = await house.ask(ann, room)
        await house.confided(asked, "try again in a minute")
        assert asked.acknowledged_s is not None
        assert asked.acknowledged_s < IN_TIME_S
    asked = await house.ask(ann, room)
    await house.make()
    clip = await house.clip(asked)
    assert room.from_bot == [clip]
