"""What Discord refuses: nobody loses a clip over it, or gets one twice."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest

from engine.jobs.queue import Claim
from tests.fakes.discord import Channel, FakeDiscord, Message, Person
from tests.fakes.discord.errors import (
    ApiError,
    already_acknowledged,
    internal,
    invalid_webhook_token,
    unavailable,
    unknown_interaction,
    unknown_webhook,
)
from tests.fakes.faults import LOST, Lost
from tests.flow.discord.discord_house import DiscordHouse, clips, uploads

FADING = timedelta(minutes=13)


async def moved(house: DiscordHouse, who: Person, room: Channel) -> tuple[Message, Claim]:
    """Ask for a clip that takes so long that it goes on in a message of the bot's own."""
    asked, claim = await house.begun(who, room)
    house.discord.pass_time(FADING)
    message = await house.own_message(room, who.mention, "goes on here")
    await house.until(lambda: asked.original and asked.original.deleted)
    return message, claim


@pytest.mark.parametrize("error", [invalid_webhook_token(), unknown_webhook()], ids=str)
async def test_a_token_that_dies_too_early_costs_no_clip(
    house: DiscordHouse, room: Channel, ann: Person, error: ApiError
) -> None:
    _, claim = await house.begun(ann, room)
    house.discord.fail("edit_followup", error=error)
    await house.finish(claim)
    clip = await house.until(lambda: clips(room))
    assert clip[0].mentions == ["Ann"]
    await house.until(lambda: room.from_bot == clip)


@pytest.mark.parametrize(
    "error",
    [unknown_interaction(), already_acknowledged(), LOST],
    ids=["too late", "taken by another", "lost"],
)
async def test_what_cannot_be_acknowledged_is_not_done(
    house: DiscordHouse,
    room: Channel,
    ann: Person,
    error: ApiError | Lost,
    caplog: pytest.LogCaptureFixture,
) -> None:
    house.discord.fail("callback", error=error)
    await house.ask(ann, room)
    await house.until(lambda: house.discord.calls("callback"))
    asked = await house.ask(ann, room, "Head turn")
    assert "head" in (await house.make()).job.effect
    clip = await house.clip(asked)
    assert room.from_bot == [clip]
    assert "Robot" not in (await house.listed(ann, room)).text
    assert not [said for said in caplog.records if said.levelno >= logging.ERROR]


async def test_what_was_asked_while_the_line_was_broken_for_long_is_not_done(
    house: DiscordHouse, room: Channel, ann: Person
) -> None:
    discord = house.discord
    with discord.without_gateway():
        await house.ask(ann, room)
        discord.pass_time(timedelta(seconds=4))
    await discord.until(lambda: [call.code for call in discord.calls("callback")] == [10062])
    asked = await house.ask(ann, room)
    await house.make()
    clip = await house.clip(asked)
    assert room.from_bot == [clip]


async def test_an_acknowledgement_that_is_heard_but_not_answered_counts(
    house: DiscordHouse, room: Channel, ann: Person
) -> None:
    house.discord.fail("callback", error=internal(), after=True)
    asked = await house.ask(ann, room)
    await house.make()
    clip = await house.clip(asked)
    assert room.from_bot == [clip]


async def test_whoever_takes_no_messages_of_the_bot_fetches_the_clip_with_a_button(
    house: DiscordHouse, discord: FakeDiscord, ann: Person
) -> None:
    private = discord.dm(ann)
    asked, claim = await house.begun(ann, private)
    private.close()
    discord.pass_time(FADING)
    waiting = await house.shown(asked, "will wait for you")
    assert [call.code for call in discord.calls("send")] == [50007]
    await house.finish(claim)
    await discord.press(ann, waiting, "Get result")
    await house.until(lambda: clips(private))
    assert private.from_bot == clips(private)


async def test_where_the_bot_may_attach_no_files_any_more_the_clip_can_be_fetched(
    house: DiscordHouse, room: Channel, ann: Person
) -> None:
    message, claim = await moved(house, ann, room)
    room.deny("attach_files")
    await house.finish(claim)
    await house.until(lambda: 50013 in [call.code for call in house.discord.calls("edit")])
    await house.has_ended(claim)
    listed = await house.listed(ann, room)
    assert (await house.clip(await house.discord.press(ann, listed, "Show Robot"))).is_ephemeral
    await house.until(lambda: "will wait for you" in message.text)


@pytest.mark.parametrize("after", [False, True], ids=["not heard", "heard"])
@pytest.mark.parametrize("error", [internal(), unavailable(), LOST], ids=["500", "503", "lost"])
async def test_discord_fails_while_a_clip_is_put_into_the_answer(
    house: DiscordHouse, room: Channel, ann: Person, error: ApiError | Lost, *, after: bool
) -> None:
    asked, claim = await house.begun(ann, room)
    house.discord.fail("edit_followup", error=error, after=after)
    await house.finish(claim)
    clip = await house.clip(asked)
    await house.until(lambda: uploads(house.discord) == 2)
    assert room.from_bot == [clip]


async def test_discord_fails_for_a_while_and_everyone_gets_their_clip(
    house: DiscordHouse, room: Channel, ann: Person, bob: Person
) -> None:
    begun = [await house.begun(who, room) for who in (ann, bob)]
    house.discord.fail("*", error=unavailable(), times=4)
    for _, claim in begun:
        await house.finish(claim)
    shown = [await house.clip(asked) for asked, _ in begun]
    assert room.from_bot == shown


async def test_discord_limits_how_often_an_answer_may_be_changed(
    house: DiscordHouse, room: Channel, ann: Person
) -> None:
    house.discord.limit("edit_followup", 1, per_s=2)
    asked, claim = await house.begun(ann, room)
    for percent in (10, 40, 70):
        await house.progress(claim, percent / 100)
    await house.finish(claim)
    clip = await house.clip(asked)
    assert room.from_bot == [clip]
    assert house.discord.too_many <= 1


async def test_discord_limits_everything_the_bot_does(
    house: DiscordHouse, room: Channel, ann: Person, bob: Person
) -> None:
    (first, one), (second, other) = [await moved(house, who, room) for who in (ann, bob)]
    house.discord.limit_all(1, per_s=1)
    for claim in (one, other):
        await house.finish(claim)
    await house.until(lambda: first.files and second.files)
    assert clips(room) == [first, second]
    assert house.discord.too_many
