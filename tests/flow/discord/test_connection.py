"""The line to Discord breaks, the bot restarts, or is several: every clip comes exactly once."""

from __future__ import annotations

import pytest

from tests.fakes.discord import Channel, FakeDiscord, Guild, Message, Person
from tests.flow.discord.discord_house import AHouse, DiscordHouse, uploads


async def works(house: DiscordHouse, who: Person, clip: Message) -> None:
    """See that the buttons under a clip still do something."""
    pressed = await house.discord.press(who, clip, "Details")
    await house.confided(pressed, "512×512")


async def test_the_gateway_drops_while_a_clip_renders(
    house: DiscordHouse, discord: FakeDiscord, room: Channel, ann: Person
) -> None:
    asked, claim = await house.begun(ann, room)
    discord.drop_gateway()
    await house.finish(claim)
    clip = await house.clip(asked)
    await discord.until(lambda: discord.gateway.resumes == 1)
    await works(house, ann, clip)
    assert discord.gateway.identifies == 1
    assert (room.from_bot, uploads(discord)) == ([clip], 1)


async def test_the_session_is_lost_while_a_clip_renders(
    house: DiscordHouse, discord: FakeDiscord, room: Channel, ann: Person
) -> None:
    asked, claim = await house.begun(ann, room)
    discord.invalidate_sessions()
    await house.finish(claim)
    clip = await house.clip(asked)
    await discord.until(lambda: discord.gateway.identifies == 2, within_s=30)
    await works(house, ann, clip)
    assert (room.from_bot, uploads(discord)) == ([clip], 1)


async def test_what_is_asked_while_the_line_is_broken_is_heard_when_it_is_back(
    house: DiscordHouse, discord: FakeDiscord, room: Channel, ann: Person
) -> None:
    with discord.without_gateway():
        asked = await house.ask(ann, room)
    await discord.until(lambda: discord.gateway.resumes == 1, within_s=30)
    await house.make()
    clip = await house.clip(asked)
    assert (room.from_bot, uploads(discord)) == ([clip], 1)


async def test_the_bot_restarts_while_a_clip_renders(
    a_house: AHouse, discord: FakeDiscord, room: Channel, ann: Person
) -> None:
    async with a_house() as house:
        asked, claim = await house.begun(ann, room)
    async with a_house() as house:
        await house.progress(claim, 0.6)
        await house.shown(asked, "60 %")
        await house.finish(claim)
        clip = await house.clip(asked)
        await works(house, ann, clip)
        again = await discord.press(ann, clip, "Again")
        await house.make()
        second = await house.clip(again)
    assert (room.from_bot, uploads(discord)) == ([clip, second], 2)


@pytest.fixture
def others(discord: FakeDiscord, ann: Person) -> Guild:
    """A server that another of two shards is told of."""
    return discord.guild("Others", ann)


async def test_a_bot_on_two_shards_serves_the_servers_of_both(
    discord: FakeDiscord, others: Guild, room: Channel, ann: Person, a_house: AHouse
) -> None:
    discord.gateway.shards = 2
    async with a_house() as house:
        await discord.until(lambda: len(discord.gateway.sessions) == 2, within_s=30)
        for channel in (room, others.channel("general")):
            asked = await house.ask(ann, channel)
            await house.make()
            clip = await house.clip(asked)
            await works(house, ann, clip)
            assert channel.from_bot == [clip]
    assert uploads(discord) == 2


async def test_two_processes_with_a_shard_each_show_every_clip_once(
    discord: FakeDiscord, others: Guild, room: Channel, ann: Person, a_house: AHouse
) -> None:
    channels = [room, others.channel("general"), discord.dm(ann)]
    async with (
        a_house(discord_shard_ids=(0,), discord_shard_count=2) as first,
        a_house(discord_shard_ids=(1,), discord_shard_count=2),
    ):
        begun = [await first.begun(ann, channel) for channel in channels]
        for _, claim in begun:
            await first.finish(claim)
        shown = [await first.clip(asked) for asked, _ in begun]
        for clip in shown:
            await works(first, ann, clip)
    assert [channel.from_bot for channel in channels] == [[clip] for clip in shown]
    assert uploads(discord) == len(channels)


async def test_one_of_two_processes_ends_and_the_other_shows_its_clip(
    discord: FakeDiscord, others: Guild, ann: Person, room: Channel, a_house: AHouse
) -> None:
    channels = [room, others.channel("general")]
    async with a_house(discord_shard_ids=(1,), discord_shard_count=2) as stays:
        async with a_house(discord_shard_ids=(0,), discord_shard_count=2) as ends:
            begun = [await ends.begun(ann, channel) for channel in channels]
        for _, claim in begun:
            await stays.finish(claim)
        shown = [await stays.clip(asked) for asked, _ in begun]
    assert [channel.from_bot for channel in channels] == [[clip] for clip in shown]
    assert uploads(discord) == len(shown)
