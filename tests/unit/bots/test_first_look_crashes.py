"""A bot that dies at each of its steps around a first look: the clip is seen and paid for once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import pytest

from bots.accounts import LedgerKind
from bots.chat import Ask
from deploy.polling import wait_until
from engine.jobs.first_look import first_look_id
from engine.jobs.job import JobState
from engine.jobs.media.store import clip_keys
from engine.jobs.outbox import Outbox
from tests.house import House, at_work
from tests.unit.bots.crashes import crashes, in_the_process
from tests.unit.bots.eyes import SOON_S, delivered
from tests.unit.bots.first_looks import (
    FILMS,
    LOOKS,
    filmed,
    finished_first_look,
    is_stored,
    made_first_look,
    offering_films,
)
from tests.unit.bots.test_money_crashes import (
    GIVEN_BACK,
    MOST_STEPS,
    SPENT,
    Crash,
    CrashAt,
    Step,
    cancels,
    deletes,
    lives_through,
    shows,
    submits,
    sweeps,
    the_bot,
)


@pytest.fixture
async def house(house: House) -> House:
    return await offering_films(house)


async def is_drawn(house: House, ask: Ask) -> None:
    """Have the first look made, if it is queued."""
    if await house.services.queue.state(first_look_id(ask.id)) is JobState.QUEUED:
        await finished_first_look(house, await house.claim(LOOKS))


async def is_filmed(house: House, ask: Ask) -> None:
    """Have the clip made, if it is queued."""
    if await house.services.queue.state(ask.id) is JobState.QUEUED:
        claim = await house.claim(FILMS)
        await house.services.queue.finish(claim, filmed(claim))


async def hears(house: House, _: Ask) -> None:
    """Take what has come, and show none of it."""
    services = house.services
    if await Outbox(services.redis, "web").jobs():
        with the_bot():
            await services.outcomes().take()


@dataclass(frozen=True, slots=True)
class Life:
    """What goes well, then what the bot may die in, and what the ledger says in the end."""

    before: tuple[Step, ...]
    steps: tuple[Step, ...]
    ledger: Sequence[LedgerKind]


LIVES = {
    "made": Life((), (submits, sweeps, is_drawn, hears, is_filmed, shows), SPENT),
    "drawn too late": Life((submits, is_filmed), (hears, is_drawn, shows), SPENT),
    "cancelled": Life((submits, is_drawn), (hears, cancels, sweeps, shows), GIVEN_BACK),
    "deleted": Life((submits, is_drawn), (hears, deletes, shows), GIVEN_BACK),
}


@pytest.mark.parametrize("life", LIVES)
async def test_whichever_step_the_bot_dies_at_only_the_full_one_is_paid_for(
    house: House, life: str
) -> None:
    lived = LIVES[life]
    for step in range(1, MOST_STEPS):
        crash, ask = CrashAt(step), await house.ask(effect="robot")
        await lives_through(house, ask, lived.before)
        with crash.armed(), suppress(Crash):
            await lives_through(house, ask, lived.steps)
        if crash.has_happened:
            await lives_through(house, ask, lived.steps)
        where = f"after a crash at step {step}"
        assert await house.credits(ask.id) == lived.ledger, where
        assert await house.credits(first_look_id(ask.id)) == [], where
        assert await Outbox(house.services.redis, "web").jobs() == frozenset(), where
        if life == "deleted":
            assert not await is_stored(house, first_look_id(ask.id)), where
        if not crash.has_happened:
            return
    pytest.fail("it takes more steps than expected")


async def a_process(house: House) -> None:
    in_the_process.set(True)
    await house.delivery().run()


async def dies(house: House, ask: Ask, *, at: int) -> bool:
    """Run a process that dies at a step; False if it has shown the first look before."""
    with crashes(house.chat, {at}) as steps:
        process = asyncio.create_task(a_process(house))

        async def is_over() -> bool:
            return process.done() or house.chat.clips(ask.id) == 1

        assert await wait_until(is_over, within_s=SOON_S)
        happened = bool(steps.happened)
        process.cancel()
        await asyncio.wait([process])
    return happened


async def test_the_full_one_is_seen_once_whichever_step_of_the_quick_one_the_bot_dies_at(
    house: House,
) -> None:
    for step in range(1, MOST_STEPS):
        ask = await house.opened(house.delivery(), effect="robot")
        await made_first_look(house, ask)
        died = await dies(house, ask, at=step)
        async with at_work(house.delivery().run()):
            await is_filmed(house, ask)
            message = await delivered(house, ask.id)
        assert message.clip is not None
        assert message.clip.key == clip_keys(ask.id).video, f"after a crash at step {step}"
        assert house.chat.most_clips[ask.id] == 1
        if not died:
            assert step > 5
            return
    pytest.fail("it takes more steps than expected")
