"""The bot is started anew: what it said before still works, and what it began goes on."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path

import pytest
from redis.asyncio import Redis
from simcord import ChannelHandle, Env, MemberActor, ResponseMessage

from tests.flow.at_work import CLIP
from tests.flow.discord_simcord.simcord_house import (
    PHOTO,
    SimcordHouse,
    a_simcord_house,
    choices,
    confided,
    files,
    from_bot,
)
from tests.valkey import ValkeyProcess

Start = Callable[[], AbstractAsyncContextManager[SimcordHouse]]


@pytest.fixture
def start(tmp_path: Path, valkey: ValkeyProcess, redis: Redis, simcord_env: Env) -> Start:
    """What starts one bot after the other, with the same stores."""
    return partial(a_simcord_house, tmp_path, valkey.url, simcord_env)


async def a_clip(house: SimcordHouse, who: MemberActor, room: ChannelHandle) -> ResponseMessage:
    asked = await house.ask(who, room)
    await house.make()
    return await house.clip(asked)


async def test_the_buttons_under_a_clip_still_work(
    start: Start, room: ChannelHandle, ann: MemberActor, bob: MemberActor
) -> None:
    async with start() as house:
        shown = await a_clip(house, ann, room)
    async with start() as house:
        again = await ann.click(shown, label="Again")
        await house.make()
        assert await files(await house.clip(again)) == [CLIP]
        details = await bob.click(shown, label="Details")
        assert "512×512" in confided(details)
        await ann.click(shown, label="Delete")
        await house.until(lambda: shown.id not in [it.id for it in from_bot(room)])


async def test_an_effect_is_picked_from_a_list_that_was_shown_before(
    start: Start, room: ChannelHandle, ann: MemberActor
) -> None:
    async with start() as house:
        shown = await a_clip(house, ann, room)
        offered = (await ann.click(shown, label="Other effect")).response
        assert offered is not None
    async with start() as house:
        picked = await ann.select(offered, [choices(offered)["Head turn"]])
        claim = await house.make()
        assert claim.job.effect == "head_turn"
        await house.clip(picked)


async def test_a_form_that_was_opened_before_is_sent_in(
    start: Start, room: ChannelHandle, ann: MemberActor
) -> None:
    async with start():
        gallery = (await ann.slash(room, "effects")).response
        assert gallery is not None
        form = await ann.click(gallery, label="Use Morph")
    async with start() as house:
        asked = await ann.submit_modal(form, {"photos": [PHOTO, PHOTO]})
        claim = await house.make()
        assert claim.job.effect == "morph"
        await house.clip(asked)


async def test_a_clip_that_renders_meanwhile_is_shown_where_it_was_asked_for(
    start: Start, room: ChannelHandle, ann: MemberActor
) -> None:
    async with start() as house:
        asked = await house.ask(ann, room)
        claim = await house.claim()
    async with start() as house:
        await house.finish(claim)
        assert await files(await house.clip(asked)) == [CLIP]
    assert len(from_bot(room)) == 1


async def test_a_bot_that_was_away_too_long_for_its_token_goes_on_in_a_message_of_its_own(
    start: Start, room: ChannelHandle, ann: MemberActor, simcord_env: Env
) -> None:
    async with start() as house:
        asked = await house.ask(ann, room)
        claim = await house.claim()
    await simcord_env.advance_time(3600)
    async with start() as house:
        await house.finish(claim)
        shown = await house.posted(room, lambda it: bool(it.attachments))
        assert house.pinged(room)[0] == ann.id
        assert await files(shown) == [CLIP]
        await house.until(lambda: asked.response is None)
