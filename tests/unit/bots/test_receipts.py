"""A clip's note holds the words of whoever asked: it leaves with the clip, however that leaves."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from bots.chat import Ask
from engine.jobs.media.store import clip_keys
from engine.jobs.note import read_receipt, write_note
from tests.house import House
from tests.job_samples import receipt, success

WORDS = "something private"


async def a_clip(house: House) -> Ask:
    """Have a clip made, with all that a worker stores beside it."""
    ask = await house.submitted(prompt=WORDS)
    claim = await house.work(lambda claim: success(claim.job))
    await house.services.journal.conclude(ask.id, success(claim.job), house.time())
    await house.services.journal.set_delivered(ask.id, house.time())
    keys, media = clip_keys(ask.id), house.services.media
    for key in (keys.video, keys.poster):
        await media.put(key, b"a clip")
    await write_note(ask.id, success(claim.job), receipt(claim.job), media)
    made = await read_receipt(ask.id, media)
    assert made is not None
    assert made.prompt == WORDS
    return ask


async def deleted(house: House, ask: Ask) -> None:
    await house.services.studio.delete(house.me, ask.id)


async def forgotten(house: House, ask: Ask) -> None:
    await house.services.studio.forget(house.me)


async def expired(house: House, ask: Ask) -> None:
    house.time.ahead += timedelta(days=8)
    await house.services.retention.expire(house.time())


async def orphaned(house: House, ask: Ask) -> None:
    await house.services.journal.erase(ask.id, house.time())
    house.time.ahead += timedelta(hours=2)
    await house.services.retention.remove_orphans(house.time())


@pytest.mark.parametrize("leaves", [deleted, forgotten, expired, orphaned])
async def test_the_note_leaves_with_its_clip(
    house: House, leaves: Callable[[House, Ask], Awaitable[None]]
) -> None:
    ask = await a_clip(house)
    await leaves(house, ask)
    assert await house.services.media.list("clips") == []
