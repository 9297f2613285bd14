"""Clips that take longer than the quarter of an hour in which an interaction can be answered."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta

import pytest

from engine.jobs.queue import Claim
from tests.fakes.discord import Channel, FakeDiscord, Interaction, Message, Person
from tests.fakes.faults import LOST
from tests.flow.at_work import CLIP, AtWork
from tests.flow.discord.discord_house import AHouse, DiscordHouse, clips

FADING = timedelta(minutes=13)
LATER = timedelta(minutes=7)
DEAD = timedelta(minutes=20)


@pytest.fixture
def dee(discord: FakeDiscord) -> Person:
    """Somebody who has the bot for herself, in a server where it is not."""
    return discord.person("Dee", has_app=True)


@pytest.fixture
def abroad(discord: FakeDiscord, dee: Person) -> Channel:
    """A channel where the bot may only answer."""
    return discord.guild("Strangers", discord.person("Cem"), dee, bot=False).channel("general")


async def kept_waiting(
    house: DiscordHouse, who: Person, room: Channel
) -> tuple[Interaction, Claim, Message]:
    """Ask for a clip where the bot cannot go on in a message of its own."""
    asked, claim = await house.begun(who, room)
    house.discord.pass_time(FADING)
    waiting = await house.shown(asked, "will wait for you")
    assert waiting.labels == ["Get result", "Cancel"]
    return asked, claim, waiting


async def all_seen_by(house: DiscordHouse, who: Person, room: Channel) -> list[Message]:
    """Wait for a clip that somebody sees, and list everything they see with one."""
    await house.until(lambda: any(it.files for it in house.discord.sees(who, room)))
    return [it for it in house.discord.sees(who, room) if it.files]


async def test_a_clip_that_takes_twenty_minutes_comes_in_a_message_that_calls_who_asked(
    house: DiscordHouse, room: Channel, ann: Person
) -> None:
    asked, claim = await house.begun(ann, room)
    house.discord.pass_time(FADING)
    moved = await house.own_message(room, ann.mention, "goes on here", "10 %")
    assert moved.mentions == ["Ann"]
    await house.until(lambda: asked.original and asked.original.deleted)
    house.discord.pass_time(LATER)
    await house.finish(claim)
    await house.until(lambda: moved.files)
    assert list(moved.files.values()) == [CLIP]
    ready = await house.own_message(room, "Your Robot clip is ready")
    assert (ready.reference, ready.mentions) == (moved, ["Ann"])
    assert room.from_bot == [moved, ready]


async def test_the_message_that_goes_on_is_taken_once_however_often_it_is_sent(
    house: DiscordHouse, room: Channel, ann: Person
) -> None:
    _, claim = await house.begun(ann, room)
    house.discord.fail("send", error=LOST, after=True)
    house.discord.pass_time(FADING)
    await house.until(lambda: len(house.discord.calls("send")) == 2)
    await house.finish(claim)
    await house.until(lambda: clips(room))
    first, second = house.discord.calls("send")
    assert first.json["nonce"] == second.json["nonce"]
    assert first.json["enforce_nonce"] is second.json["enforce_nonce"] is True
    assert room.from_bot == clips(room)


async def test_a_clip_that_takes_twenty_minutes_comes_in_private_too(
    house: DiscordHouse, discord: FakeDiscord, ann: Person
) -> None:
    private = discord.dm(ann)
    asked, claim = await house.begun(ann, private)
    discord.pass_time(FADING)
    moved = await house.own_message(private, ann.mention, "goes on here")
    await house.until(lambda: asked.original and asked.original.deleted)
    discord.pass_time(LATER)
    await house.finish(claim)
    await house.until(lambda: moved.files)
    assert clips(private) == [moved]


async def test_where_the_bot_is_not_the_clip_waits_until_it_is_fetched_with_the_button(
    house: DiscordHouse, abroad: Channel, dee: Person
) -> None:
    _, claim, waiting = await kept_waiting(house, dee, abroad)
    house.discord.pass_time(LATER)
    await house.finish(claim)
    await house.discord.press(dee, waiting, "Get result")
    seen = await all_seen_by(house, dee, abroad)
    assert [list(it.files.values()) for it in seen] == [[CLIP]]
    assert "Again" in seen[0].labels


async def test_pressing_get_result_twice_shows_the_clip_once(
    house: DiscordHouse, abroad: Channel, dee: Person
) -> None:
    _, claim, waiting = await kept_waiting(house, dee, abroad)
    house.discord.pass_time(LATER)
    await house.finish(claim)
    for _ in range(2):
        await house.discord.press(dee, waiting, "Get result")
    await all_seen_by(house, dee, abroad)
    await house.until(lambda: len(house.discord.calls("callback")) == 3)
    await house.until(lambda: all(call.is_done for call in house.discord.requests))
    assert len(await all_seen_by(house, dee, abroad)) == 1


async def test_get_result_before_the_clip_is_there_shows_how_far_it_is_and_then_the_clip(
    house: DiscordHouse, abroad: Channel, dee: Person
) -> None:
    _, claim, waiting = await kept_waiting(house, dee, abroad)
    house.discord.pass_time(LATER)
    await house.discord.press(dee, waiting, "Get result")
    await house.progress(claim, 0.7)
    await house.until(lambda: any("70 %" in it.text for it in house.discord.sees(dee, abroad)))
    await house.finish(claim)
    assert len(await all_seen_by(house, dee, abroad)) == 1
    assert not any("Get result" in it.labels for it in house.discord.sees(dee, abroad))


async def test_where_the_bot_is_not_the_clip_can_be_fetched_with_jobs(
    house: DiscordHouse, abroad: Channel, dee: Person
) -> None:
    _, claim, _ = await kept_waiting(house, dee, abroad)
    house.discord.pass_time(DEAD)
    await house.finish(claim)
    await house.has_ended(claim)
    await house.discord.press(dee, await house.listed(dee, abroad), "Show Robot")
    seen = await all_seen_by(house, dee, abroad)
    assert [list(it.files.values()) for it in seen] == [[CLIP]]


async def test_in_a_channel_where_the_bot_may_write_no_more_the_clip_waits(
    house: DiscordHouse, room: Channel, ann: Person
) -> None:
    asked, claim = await house.begun(ann, room)
    room.deny("send_messages")
    house.discord.pass_time(FADING)
    waiting = await house.shown(asked, "will wait for you")
    house.discord.pass_time(LATER)
    await house.finish(claim)
    await house.discord.press(ann, waiting, "Get result")
    assert len(await all_seen_by(house, ann, room)) == 1


async def test_a_clip_that_was_done_while_the_bot_was_down_comes_in_a_message_of_its_own(
    a_house: AHouse,
    a_worker: Callable[[], AbstractAsyncContextManager[AtWork]],
    room: Channel,
    ann: Person,
) -> None:
    async with a_house() as house:
        asked, claim = await house.begun(ann, room)
    async with a_worker() as worker:
        await worker.finish(claim)
    house.discord.pass_time(DEAD)
    async with a_house() as house:
        shown = await house.until(lambda: clips(room))
        assert ann.mention in shown[0].shown[0].text
        assert shown[0].mentions == ["Ann"]
        await house.until(lambda: asked.original and asked.original.deleted)
        assert room.from_bot == shown


async def test_a_clip_that_was_done_while_the_bot_was_down_can_be_fetched_where_it_is_not(
    a_house: AHouse,
    a_worker: Callable[[], AbstractAsyncContextManager[AtWork]],
    abroad: Channel,
    dee: Person,
) -> None:
    async with a_house() as house:
        _, claim = await house.begun(dee, abroad)
    async with a_worker() as worker:
        await worker.finish(claim)
    house.discord.pass_time(DEAD)
    async with a_house() as house:
        await house.has_ended(claim)
        await house.discord.press(dee, await house.listed(dee, abroad), "Show Robot")
        assert len(await all_seen_by(house, dee, abroad)) == 1


async def test_whoever_fetches_a_clip_at_the_very_moment_it_comes_is_answered_too(
    house: DiscordHouse, room: Channel, ann: Person
) -> None:
    _, claim = await house.begun(ann, room)
    house.discord.pass_time(DEAD)
    gate = house.discord.hold("send")
    await house.finish(claim)
    await house.has_ended(claim)
    await house.until(lambda: gate.waiting)
    fetched = await house.discord.press(ann, await house.listed(ann, room), "Show Robot")
    await house.until(lambda: fetched.original)
    gate.open()
    await house.until(lambda: clips(room))
    await house.until(lambda: fetched.original and not fetched.original.is_loading)
