"""An interaction's token is good for a quarter of an hour; clips and buttons are for longer."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from simcord import ChannelHandle, MemberActor

from deploy.polling import wait_until
from engine.jobs.job import JobId
from tests.flow.at_work import CLIP, SOON_S
from tests.flow.discord_simcord.simcord_house import PHOTO, SimcordHouse, files, from_bot

FADING_S = timedelta(minutes=13, seconds=1).total_seconds()
DEAD_S = timedelta(minutes=15, seconds=1).total_seconds()


async def test_before_the_token_dies_the_ask_goes_on_in_a_message_that_mentions_who_asked(
    house: SimcordHouse, room: ChannelHandle, ann: MemberActor
) -> None:
    asked = await house.ask(ann, room)
    claim = await house.claim()
    await house.env.advance_time(FADING_S)
    moved = await house.posted(room, lambda it: "goes on here" in it.content)
    assert [user.id for user in moved.mentions] == [ann.id]
    assert house.pinged(room) == [ann.id]
    await house.until(lambda: asked.response is None)
    await house.env.advance_time(DEAD_S)
    await house.progress(claim, 0.7)
    await house.posted(room, lambda it: "70 %" in it.content)
    await house.finish(claim)
    shown = await house.posted(room, lambda it: bool(it.attachments))
    assert shown.id == moved.id
    assert await files(shown) == [CLIP]
    line = await house.posted(room, lambda it: "is ready" in it.content)
    assert [user.id for user in line.mentions] == [ann.id]
    assert [it.id for it in from_bot(room)] == [shown.id, line.id]


async def test_a_clip_that_is_ready_after_the_token_has_died_is_not_lost(
    house: SimcordHouse, room: ChannelHandle, ann: MemberActor
) -> None:
    asked = await house.ask(ann, room)
    claim = await house.claim()
    await house.env.advance_time(DEAD_S)
    await house.finish(claim)
    shown = await house.posted(room, lambda it: bool(it.attachments))
    assert await files(shown) == [CLIP]
    assert house.pinged(room)[0] == ann.id
    await house.until(lambda: asked.response is None)
    assert sum(bool(it.attachments) for it in from_bot(room)) == 1


async def test_in_private_too_the_ask_goes_on_in_a_message_of_the_bots_own(
    house: SimcordHouse, ann: MemberActor
) -> None:
    chat = ann.user.dm_channel
    asked = await ann.user.slash("effect", photo=PHOTO, effect="Robot")
    claim = await house.claim()
    await house.env.advance_time(FADING_S)
    moved = await house.posted(chat, lambda it: "goes on here" in it.content)
    await house.until(lambda: asked.response is None)
    await house.finish(claim)
    shown = await house.posted(chat, lambda it: bool(it.attachments))
    assert shown.id == moved.id


async def test_where_the_bot_may_not_write_the_clip_is_kept_behind_a_button(
    house: SimcordHouse, room: ChannelHandle, ann: MemberActor
) -> None:
    await house.ask(ann, room)
    claim = await house.claim()
    posting = f"/channels/{room.id}/messages"
    house.env.inject_error("POST", posting, status=403, code=50013, times=None)
    await house.env.advance_time(DEAD_S)
    await house.finish(claim)
    assert await wait_until(partial(is_kept, house, claim.job.id), within_s=SOON_S)
    listed = (await ann.slash(room, "jobs")).response
    assert listed is not None
    got = await ann.click(listed, label="Show Robot")
    assert await files(await house.clip(got)) == [CLIP]


async def is_kept(house: SimcordHouse, job: JobId) -> bool:
    """Tell whether a clip waits until somebody gets it."""
    request = await house.services.journal.get(job)
    return request is not None and request.undeliverable


async def test_the_buttons_under_a_clip_work_as_long_as_it_is_there(
    house: SimcordHouse, room: ChannelHandle, ann: MemberActor
) -> None:
    asked = await house.ask(ann, room)
    await house.make()
    shown = await house.clip(asked)
    await house.env.advance_time(DEAD_S)
    again = await ann.click(shown, label="Again")
    await house.make()
    assert (await house.clip(again)).id != shown.id
    assert len(from_bot(room)) == 2


async def test_a_form_may_be_filled_in_at_leisure(
    house: SimcordHouse, room: ChannelHandle, ann: MemberActor
) -> None:
    gallery = await ann.slash(room, "effects")
    assert gallery.response is not None
    form = await ann.click(gallery.response, label="Use Morph")
    await house.env.advance_time(2 * DEAD_S)
    asked = await ann.submit_modal(form, {"photos": [PHOTO, PHOTO]})
    await house.make()
    await house.clip(asked)
