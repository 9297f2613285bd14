"""What Discord refuses, and that nobody loses a clip over it or gets one twice."""

from __future__ import annotations

import discord
import pytest
from simcord import ChannelHandle, GuildHandle, InteractionResult, MemberActor

from engine.jobs.queue import Claim
from tests.flow.at_work import CLIP
from tests.flow.discord_simcord.simcord_house import SimcordHouse, confided, files, from_bot

CALLBACK = "/interactions/*/callback"
ANSWERS = "/webhooks/*/messages/*"
OVERDUE_S = 15.0
"""After so long whoever took the ask does not answer it any more."""


async def rendering(house: SimcordHouse, asked: InteractionResult) -> Claim:
    """Take an ask, and wait until its answer says that it is being made."""
    claim = await house.claim()
    await house.progress(claim, 0.4)
    await house.shown(asked, "40 %")
    return claim


@pytest.mark.parametrize(
    ("permission", "called"), [("attach_files", "Attach Files"), ("send_messages", "Send Messages")]
)
async def test_without_a_permission_whoever_asks_is_told_its_name(
    house: SimcordHouse, friends: GuildHandle, ann: MemberActor, permission: str, called: str
) -> None:
    forbidden = discord.PermissionOverwrite(**{permission: False})
    room = friends.create_text_channel("quiet", overwrites={friends.default_role: forbidden})
    asked = await house.ask(ann, room)
    assert f"I need the permission “{called}”" in confided(asked)
    assert not from_bot(room)
    assert await house.is_asked_for_nothing()


@pytest.mark.parametrize(
    ("status", "code"),
    [
        pytest.param(404, 10062, id="too_late"),
        pytest.param(400, 40060, id="answered_by_another_process"),
        pytest.param(503, 0, id="discord_is_down"),
    ],
)
async def test_what_cannot_be_acknowledged_is_not_made_and_can_be_asked_for_again(
    house: SimcordHouse, room: ChannelHandle, ann: MemberActor, status: int, code: int
) -> None:
    house.env.inject_error("POST", CALLBACK, status=status, code=code)
    lost = await house.ask(ann, room)
    assert not lost.acknowledged
    assert await house.is_asked_for_nothing()
    asked = await house.ask(ann, room)
    await house.make()
    await house.clip(asked)
    assert len(from_bot(room)) == 1


@pytest.mark.parametrize("status", [503, 429])
async def test_a_clip_that_is_turned_away_is_shown_once_discord_takes_it(
    house: SimcordHouse, room: ChannelHandle, ann: MemberActor, status: int
) -> None:
    asked = await house.ask(ann, room)
    claim = await rendering(house, asked)
    house.env.inject_error("PATCH", ANSWERS, status=status)
    await house.finish(claim)
    shown = await house.clip(asked)
    assert await files(shown) == [CLIP]
    assert not house.env.backend.faults
    assert [it.id for it in from_bot(room)] == [shown.id]


@pytest.mark.parametrize("status", [503, 429])
async def test_an_ask_whose_first_answer_is_turned_away_still_becomes_a_clip(
    house: SimcordHouse, room: ChannelHandle, ann: MemberActor, status: int
) -> None:
    house.env.inject_error("PATCH", ANSWERS, status=status)
    asked = await house.ask(ann, room)
    await house.make()
    await house.env.advance_time(OVERDUE_S)
    shown = await house.clip(asked)
    assert [it.id for it in from_bot(room)] == [shown.id]


async def test_a_clip_that_discord_finds_too_large_can_be_made_to_fit(
    house: SimcordHouse, room: ChannelHandle, ann: MemberActor
) -> None:
    asked = await house.ask(ann, room)
    claim = await rendering(house, asked)
    house.env.inject_error("PATCH", ANSWERS, status=413, code=40005)
    await house.finish(claim)
    told = await house.shown(asked, "its file is too large")
    again = await ann.click(told, label="Again")
    await house.make()
    await house.clip(again)


async def test_a_token_that_dies_early_makes_the_clip_a_message_of_the_bots_own(
    house: SimcordHouse, room: ChannelHandle, ann: MemberActor
) -> None:
    asked = await house.ask(ann, room)
    claim = await rendering(house, asked)
    house.env.inject_error("PATCH", ANSWERS, status=401, code=50027, times=None)
    await house.finish(claim)
    shown = await house.posted(room, lambda it: bool(it.attachments))
    assert await files(shown) == [CLIP]
    assert house.pinged(room) == [ann.id]


async def test_an_answer_whose_token_died_early_does_not_stay_beside_the_clip(
    house: SimcordHouse, room: ChannelHandle, ann: MemberActor
) -> None:
    asked = await house.ask(ann, room)
    claim = await rendering(house, asked)
    house.env.inject_error("PATCH", ANSWERS, status=401, code=50027, times=None)
    await house.finish(claim)
    await house.until(lambda: asked.response is None)
    shown = await house.posted(room, lambda it: bool(it.attachments))
    assert [it.id for it in from_bot(room)] == [shown.id]


async def test_an_answer_that_a_moderator_deletes_does_not_take_the_clip_with_it(
    house: SimcordHouse, friends: GuildHandle, room: ChannelHandle, ann: MemberActor
) -> None:
    rights = discord.Permissions(manage_messages=True)
    moderators = friends.create_role("Moderators", permissions=rights)
    mod = friends.add_member(house.env.create_user("mod"), roles=[moderators])
    asked = await house.ask(ann, room)
    claim = await house.claim()
    assert asked.response is not None
    await mod.delete(asked.response)
    await house.finish(claim)
    shown = await house.posted(room, lambda it: bool(it.attachments))
    assert [it.id for it in from_bot(room)] == [shown.id]


async def test_a_form_that_comes_too_late_is_opened_the_next_time(
    house: SimcordHouse, room: ChannelHandle, ann: MemberActor
) -> None:
    gallery = (await ann.slash(room, "effects")).response
    assert gallery is not None
    house.env.inject_error("POST", CALLBACK, status=404, code=10062)
    assert (await ann.click(gallery, label="Use Morph")).modal is None
    assert (await ann.click(gallery, label="Use Morph")).modal is not None
