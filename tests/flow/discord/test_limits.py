"""How large a clip may be, what the bot may do, whom it calls, and what it does not keep."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import cast

import pytest
from redis.asyncio import Redis

from tests.fakes.discord import Channel, FakeDiscord, Person
from tests.fakes.s3 import FakeS3
from tests.flow.at_work import CLIP
from tests.flow.discord.discord_house import AHouse, DiscordHouse, clips

MIB = 1 << 20
SPARE = 16 << 10
MOST_IN_A_REQUEST = 24 * MIB
TOO_LARGE = CLIP.ljust(10 * MIB + 1, b"\0")


@pytest.mark.parametrize(
    ("tier", "most"), [(0, 10 * MIB), (2, MOST_IN_A_REQUEST), (3, MOST_IN_A_REQUEST)]
)
async def test_a_clip_is_made_as_large_as_the_server_takes_it(
    house: DiscordHouse, discord: FakeDiscord, ann: Person, tier: int, most: int
) -> None:
    room = discord.guild("Boosted", ann, tier=tier).channel("general")
    await house.ask(ann, room)
    assert (await house.claim()).job.format.max_bytes == most - SPARE


async def test_a_boosted_server_takes_a_larger_clip(
    house: DiscordHouse, discord: FakeDiscord, ann: Person
) -> None:
    room = discord.guild("Boosted", ann, tier=2).channel("general")
    asked = await house.ask(ann, room)
    await house.finish(await house.claim(), clip=TOO_LARGE)
    assert list((await house.clip(asked)).files.values()) == [TOO_LARGE]


async def test_a_clip_that_is_too_large_all_the_same_can_be_made_again_to_fit(
    house: DiscordHouse, room: Channel, ann: Person
) -> None:
    asked = await house.ask(ann, room)
    await house.finish(await house.claim(), clip=TOO_LARGE)
    told = await house.shown(asked, "too large for this chat")
    again = await house.discord.press(ann, told, "Again")
    await house.make()
    clip = await house.clip(again)
    assert clips(room) == [clip]


async def test_a_clip_that_is_too_large_all_the_same_has_a_link_where_clips_are_on_the_network(
    a_house: AHouse, s3: FakeS3, room: Channel, ann: Person
) -> None:
    async with a_house(**s3.settings()) as house:
        asked = await house.ask(ann, room)
        claim = await house.claim()
        await house.finish(claim, clip=TOO_LARGE)
        told = await house.shown(asked, "too large to be shown here")
        assert str(told.button("Download").url).startswith(s3.endpoint)
        assert not told.files
    assert room.from_bot == [told]


@pytest.mark.parametrize("is_on_the_network", [False, True])
async def test_a_clip_that_is_fetched_where_less_is_allowed_is_said_to_be_too_large(
    a_house: AHouse, s3: FakeS3, discord: FakeDiscord, ann: Person, *, is_on_the_network: bool
) -> None:
    room = discord.guild("Boosted", ann, tier=2).channel("general")
    async with a_house(**(s3.settings() if is_on_the_network else {})) as house:
        asked = await house.ask(ann, room)
        await house.finish(await house.claim(), clip=TOO_LARGE)
        await house.clip(asked)
        listed = await house.listed(ann, discord.dm(ann))
        fetched = await discord.press(ann, listed, "Show Robot")
        told = await house.confided(fetched, "too large")
        assert ("Download" if is_on_the_network else "Again") in told.labels


@pytest.mark.parametrize(
    ("right", "named"), [("send_messages", "Send Messages"), ("attach_files", "Attach Files")]
)
async def test_a_permission_that_the_bot_lacks_is_named_to_who_asks_alone(
    house: DiscordHouse, room: Channel, ann: Person, right: str, named: str
) -> None:
    room.deny(right)
    asked = await house.ask(ann, room)
    told = await house.confided(asked, f"I need the permission “{named}”")
    assert house.discord.sees(ann, room) == [told]
    room.allow(right)
    asked = await house.ask(ann, room)
    await house.make()
    clip = await house.clip(asked)
    assert room.from_bot == [clip]


async def test_a_permission_that_the_bot_lacks_in_a_thread_is_named(
    house: DiscordHouse, room: Channel, ann: Person
) -> None:
    thread = room.thread("robots")
    room.deny("send_messages")
    asked = await house.ask(ann, thread)
    await house.make()
    clip = await house.clip(asked)
    assert thread.from_bot == [clip]
    room.deny("send_messages_in_threads")
    asked = await house.ask(ann, thread)
    await house.confided(asked, "I need the permission “Send Messages in Threads”")


async def test_no_address_of_a_photo_is_kept(
    house: DiscordHouse, room: Channel, ann: Person, redis: Redis, tmp_path: Path
) -> None:
    asked = await house.ask(ann, room)
    await house.shown(asked, "Queued")
    assert house.discord.calls("cdn")
    kept = stored(tmp_path / "zoetrope.db") + await queued(redis)
    assert str(ann.id) in kept
    assert house.discord.cdn_url not in kept
    assert "attachments/" not in kept


def stored(database: Path) -> str:
    """Write out everything in a database."""
    with sqlite3.connect(database) as connection:
        return "\n".join(connection.iterdump())


async def queued(redis: Redis) -> str:
    """Write out everything in the queue server."""
    kept = [cast("bytes | None", await redis.dump(key)) async for key in redis.scan_iter("*")]
    return b"\n".join(filter(None, kept)).decode(errors="replace")


@pytest.mark.parametrize("words", ["@everyone", "@here"])
async def test_words_that_would_call_everyone_call_nobody(
    house: DiscordHouse, room: Channel, ann: Person, words: str
) -> None:
    asked = await house.ask(ann, room, f"{words} look")
    told = await house.confided(asked, words)
    assert told.mentions == []


async def test_nothing_the_bot_says_may_call_more_than_who_asked(
    house: DiscordHouse, room: Channel, ann: Person
) -> None:
    asked = await house.ask(ann, room, "Robot", prompt="@everyone become robots")
    await house.make()
    await house.clip(asked)
    await house.confided(await house.discord.slash(ann, room, "help"), "Give me a photo")
    said = [call for call in house.discord.requests if "content" in (call.body or {})]
    assert said
    assert [call.json["allowed_mentions"].get("parse", []) for call in said] == [[]] * len(said)
