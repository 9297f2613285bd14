"""What the bot hears, and how it comes back."""

from __future__ import annotations

import asyncio
from typing import ClassVar

import discord
import pytest

from tests.fakes.discord import Channel, FakeDiscord, Person
from tests.fakes.discord.gateway import MESSAGE_CONTENT
from tests.unit.fakes.discord.bot import Again, Bot, a_bot


async def test_the_bot_knows_its_places(
    fake: FakeDiscord, bot: Bot, ann: Person, room: Channel
) -> None:
    assert [guild.name for guild in bot.guilds] == ["Friends"]
    later = fake.guild("Later", ann, tier=3)
    thread = later.channel("one").thread("robots")
    await fake.until(lambda: (it := bot.get_guild(later.id)) and it.get_thread(thread.id))
    known = bot.get_channel(room.id)
    assert isinstance(known, discord.TextChannel)
    assert known.permissions_for(known.guild.me).attach_files
    room.deny("attach_files", "send_messages")
    await fake.until(lambda: not known.permissions_for(known.guild.me).attach_files)
    later.remove_bot()
    await fake.until(lambda: bot.get_guild(later.id) is None)
    assert bot.guilds[0].filesize_limit == 10 << 20


async def test_the_bot_reads_what_is_meant_for_it(
    fake: FakeDiscord, bot: Bot, ann: Person, room: Channel
) -> None:
    room.send(ann, "chatter")
    room.send(ann, f"{fake.bot.mention} robot")
    sent = await bot.get_partial_messageable(room.id).send("mine")
    mine = room.find(sent.id)
    room.send(ann, "yes", reply_to=mine)
    room.send(ann, "quietly", reply_to=mine, ping=False)
    fake.dm(ann).send(ann, "between us")
    asked = await fake.slash(ann, room, "do")
    answer = await fake.until(lambda: asked.original)
    room.send(ann, "yes", reply_to=answer)
    room.send(ann, fake.bot.mention, reply_to=room.messages[0])
    named = fake.bot.mention
    heard = ["", f"{named} robot", "mine", "yes", "", "between us", "pong", "", named]
    await fake.until(lambda: len(bot.heard) == len(heard))
    assert bot.heard == heard


async def test_what_a_message_answers_is_no_more_open_than_it_was(
    fake: FakeDiscord, bot: Bot, ann: Person, room: Channel
) -> None:
    said = room.send(ann, "not for you")
    called = room.send(ann, fake.bot.mention, reply_to=said)
    message = await bot.get_partial_messageable(room.id).fetch_message(called.id)
    assert message.reference is not None
    assert isinstance(message.reference.resolved, discord.Message)
    assert message.reference.resolved.content == ""


async def test_what_happened_while_the_line_was_broken_is_told_again(
    fake: FakeDiscord, bot: Bot, ann: Person, room: Channel
) -> None:
    sent = await bot.get_partial_messageable(room.id).send("x", view=_again())
    message = room.find(sent.id)
    assert message is not None
    await fake.until(lambda: bot.heard)
    fake.drop_gateway()
    await fake.until(lambda: not fake.is_connected)
    fake.dm(ann).send(ann, "are you there?")
    pressed = await fake.press(ann, message, "Again")
    await fake.until(lambda: pressed.original)
    assert bot.heard == ["x", "are you there?"]
    assert (fake.gateway.identifies, fake.gateway.resumes) == (1, 1)


def _again() -> discord.ui.View:
    return discord.ui.View(timeout=None).add_item(Again(3))


@pytest.mark.parametrize(("code", "resumes"), [(4000, 1), (4009, 0)])
async def test_a_connection_that_is_closed_is_resumed_where_it_can_be(
    fake: FakeDiscord, bot: Bot, ann: Person, room: Channel, code: int, resumes: int
) -> None:
    await fake.close_gateway(code)
    asked = await fake.slash(ann, room, "do")
    await fake.until(lambda: asked.original)
    assert (fake.gateway.resumes, fake.gateway.identifies) == (resumes, 2 - resumes)


class OneShard(discord.Client):
    """Unlike one with shards, it resumes although it found no gateway at first."""

    heard: ClassVar[list[str]] = []

    async def on_message(self, message: discord.Message) -> None:
        self.heard.append(message.content)


async def test_a_gateway_that_is_down_for_a_while_is_found_again(
    fake: FakeDiscord, ann: Person, room: Channel
) -> None:
    async with OneShard(intents=discord.Intents(dm_messages=True)) as client:
        running = asyncio.create_task(client.start(fake.token))
        await fake.until(lambda: fake.is_connected)
        with fake.without_gateway():
            await fake.until(lambda: fake.gateway.refused)
            fake.dm(ann).send(ann, "are you there?")
        await fake.until(lambda: client.heard)
        await client.close()
        await running
    assert client.heard == ["are you there?"]
    assert (fake.gateway.resumes, fake.gateway.identifies) == (1, 1)


async def test_a_session_that_is_invalid_is_begun_anew(
    fake: FakeDiscord, bot: Bot, ann: Person, room: Channel
) -> None:
    fake.invalidate_sessions()
    asked = await fake.slash(ann, room, "do")
    await fake.until(lambda: asked.original)
    assert (fake.gateway.identifies, fake.gateway.resumes) == (2, 0)


async def test_two_processes_hold_a_shard_each(
    fake: FakeDiscord, ann: Person, room: Channel
) -> None:
    other = fake.guild("Others", ann).channel("general")
    async with (
        a_bot(fake, shard_count=2, shard_ids=[0]) as zero,
        a_bot(fake, shard_count=2, shard_ids=[1]) as one,
    ):
        assert [len(zero.guilds), len(one.guilds)] == [1, 1]
        for where in (room, other, fake.dm(ann)):
            asked = await fake.slash(ann, where, "do")
            await fake.until(lambda asked=asked: asked.original)
    assert sorted([len(zero.interactions), len(one.interactions)]) == [1, 2]
    assert zero.interactions[-1].guild_id is None


async def test_one_process_holds_as_many_shards_as_it_is_told(
    fake: FakeDiscord, ann: Person, room: Channel
) -> None:
    other = fake.guild("Others", ann).channel("general")
    fake.gateway.shards = 2
    async with a_bot(fake) as bot:
        assert bot.shard_count == 2
        assert len(bot.guilds) == 2
        for where in (room, other):
            asked = await fake.slash(ann, where, "do")
            await fake.until(lambda asked=asked: asked.original)


async def test_a_wrong_token_and_intents_that_were_not_granted_are_refused(
    fake: FakeDiscord, room: Channel, ann: Person
) -> None:
    client = discord.Client(intents=discord.Intents(guilds=True, message_content=True))
    async with client:
        with pytest.raises(discord.LoginFailure):
            await client.start("wrong")
    async with discord.Client(intents=client.intents) as client:
        with pytest.raises(discord.PrivilegedIntentsRequired):
            await client.start(fake.token)
    fake.grant(MESSAGE_CONTENT)
    async with a_bot(fake, reads=True) as bot:
        room.send(ann, "chatter")
        await fake.until(lambda: bot.heard)
    assert bot.heard == ["chatter"]
