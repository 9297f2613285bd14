"""How Discord may misbehave."""

from __future__ import annotations

import asyncio
import io
from datetime import timedelta

import aiohttp
import discord
import pytest

from tests.fakes.discord import Channel, FakeDiscord, Person
from tests.fakes.discord.errors import unavailable
from tests.fakes.faults import LOST
from tests.unit.fakes.discord.bot import Bot
from tests.unit.fakes.discord.refusals import refused


async def test_a_route_takes_so_many_calls(fake: FakeDiscord, bot: Bot, room: Channel) -> None:
    fake.limit("send", 2, per_s=0.3)
    channel = bot.get_partial_messageable(room.id)
    await asyncio.gather(*(channel.send(str(it)) for it in range(5)))
    assert len(room.messages) == 5
    limited = [call for call in fake.calls("send") if call.status == 429]
    assert len(limited) == fake.too_many == fake.invalid_requests
    assert room.messages[-1].at - room.messages[0].at >= timedelta(seconds=0.5)


async def test_edits_of_an_answer_may_be_limited(
    fake: FakeDiscord, bot: Bot, ann: Person, room: Channel
) -> None:
    async def does(interaction: discord.Interaction) -> None:
        await interaction.response.defer()
        for number in range(3):
            await interaction.edit_original_response(content=str(number))

    bot.does = does
    fake.limit("edit_original", 1, per_s=0.2)
    asked = await fake.slash(ann, room, "do")
    await fake.until(lambda: asked.original and asked.original.content == "2")
    assert fake.too_many == 0


async def test_all_routes_together_take_so_many_calls_but_those_of_interactions(
    fake: FakeDiscord, bot: Bot, ann: Person, room: Channel
) -> None:
    fake.limit_all(1, per_s=0.3)
    channel = bot.get_partial_messageable(room.id)
    await channel.send("one")
    waiting = asyncio.create_task(channel.send("two"))
    await fake.until(lambda: fake.too_many)
    asked = await fake.slash(ann, room, "do")
    await fake.until(lambda: asked.original)
    await waiting
    assert [call.status for call in fake.calls("callback")] == [200]
    assert room.last.text == "two"
    fake.unlimit()


async def test_a_call_fails_before_anything_is_done(
    fake: FakeDiscord, bot: Bot, room: Channel
) -> None:
    fake.fail("send", error=unavailable())
    channel = bot.get_partial_messageable(room.id)
    await refused(channel.send("hi"), 503, 0)
    assert room.messages == []
    await channel.send("hi")
    assert [call.status for call in fake.calls("send")] == [503, 200]


async def test_an_answer_is_lost_although_the_message_is_there(
    fake: FakeDiscord, bot: Bot, room: Channel
) -> None:
    channel = bot.get_partial_messageable(room.id)
    for after in (False, True):
        fake.fail("send", error=LOST, after=after)
        with pytest.raises(aiohttp.ClientError):
            await channel.send("hi")
        assert len(room.messages) == after


async def test_a_call_is_held_back(
    fake: FakeDiscord, bot: Bot, ann: Person, room: Channel, jpeg: bytes
) -> None:
    gate = fake.hold("edit_original")
    asked = await fake.slash(ann, room, "effect", photo=jpeg, effect="robot")
    await fake.until(lambda: gate.waiting)
    assert asked.original is not None
    assert asked.original.is_loading
    gate.open()
    await fake.until(lambda: asked.original and asked.original.files)


async def test_files_cannot_be_had_for_once(
    fake: FakeDiscord, bot: Bot, ann: Person, room: Channel, jpeg: bytes
) -> None:
    sent = room.send(ann, fake.bot.mention, files=[jpeg])
    (file,) = (await bot.get_partial_messageable(room.id).fetch_message(sent.id)).attachments
    fake.fail("cdn", error=unavailable())
    with pytest.raises(discord.HTTPException):
        await file.read()
    assert await file.read() == jpeg


async def test_waiting_for_what_never_happens_says_what_is_there(
    fake: FakeDiscord, bot: Bot, ann: Person, room: Channel
) -> None:
    room.send(ann, "hello?")
    await bot.get_partial_messageable(room.id).typing()
    with pytest.raises(AssertionError) as error:
        await fake.until(lambda: room.from_bot, within_s=0.05)
    assert "<Ann: 'hello?'>" in str(error.value)
    assert "typing 204" in str(error.value)


async def test_a_long_run_need_not_be_remembered(
    fake: FakeDiscord, bot: Bot, room: Channel
) -> None:
    fake.requests.clear()
    fake.keep_requests = False
    await bot.get_partial_messageable(room.id).send("hi")
    assert fake.requests == []
    fake.keep_files = False
    await bot.get_partial_messageable(room.id).send(file=discord.File(io.BytesIO(b"clip"), "c.mp4"))
    assert room.last.files == {"c.mp4": b""}
    assert room.last.content_now.attachments[0].size == 4
