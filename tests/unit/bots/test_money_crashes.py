"""A bot ended at each of its steps, and started anew: every clip is held, and paid for, once.

A step is one statement to the database or one command to the queue.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event

from bots.accounts import LedgerKind
from bots.chat import Ask
from engine.jobs.job import Failed, JobState, Outcome
from engine.jobs.outbox import Outbox
from engine.jobs.queue import Claim
from engine.jobs.round_trip import LeanConnection
from tests.house import House
from tests.job_samples import success

SPENT = [LedgerKind.HOLD, LedgerKind.SETTLE]
GIVEN_BACK = [LedgerKind.HOLD, LedgerKind.RELEASE]
MOST_STEPS = 100

in_the_bot: ContextVar[bool] = ContextVar("in_the_bot", default=False)


class Crash(BaseException):
    """The process ends here: nothing of it may catch this."""


@dataclass(slots=True)
class CrashAt:
    """Counts the steps of the bot, and ends it at one of them."""

    step: int
    taken: int = 0

    def count(self, *_: object) -> None:
        if in_the_bot.get():
            self.taken += 1
            if self.taken == self.step:
                raise Crash

    @property
    def has_happened(self) -> bool:
        return self.taken >= self.step

    @contextmanager
    def armed(self) -> Generator[None]:
        send = LeanConnection.send_packed_command

        async def counted(its: LeanConnection, *command: Any, **options: Any) -> None:
            self.count()
            await send(its, *command, **options)

        LeanConnection.send_packed_command = counted
        event.listen(Engine, "before_cursor_execute", self.count)
        try:
            yield
        finally:
            event.remove(Engine, "before_cursor_execute", self.count)
            LeanConnection.send_packed_command = send


@contextmanager
def the_bot() -> Generator[None]:
    """Tell what the bot does from what the worker and the test do."""
    before = in_the_bot.set(True)
    try:
        yield
    finally:
        in_the_bot.reset(before)


async def submits(house: House, ask: Ask) -> None:
    with the_bot():
        await house.services.studio.submit(ask)


async def cancels(house: House, ask: Ask) -> None:
    with the_bot():
        await house.services.studio.cancel(house.me, ask.id)


async def deletes(house: House, ask: Ask) -> None:
    if not (await house.request(ask.id)).erased:
        with the_bot():
            await house.services.studio.delete(house.me, ask.id)


async def shows(house: House, ask: Ask) -> None:
    """Journal what has come, and note it as shown."""
    services = house.services
    if await Outbox(services.redis, "web").jobs():
        with the_bot():
            await services.outcomes().take()
    with the_bot():
        await services.journal.set_delivered(ask.id, house.time())


async def gives_up(house: House, ask: Ask) -> None:
    with the_bot():
        await house.services.journal.set_undeliverable(ask.id, house.time())


async def sweeps(house: House, _: Ask) -> None:
    house.time.ahead += timedelta(seconds=30)
    with the_bot():
        await house.services.sweeper.requeue()


async def is_claimed(house: House, ask: Ask) -> None:
    """Have a worker take the job; here and below, if it is not done already."""
    if await house.services.queue.state(ask.id) is JobState.QUEUED:
        await house.claim()


def is_worked(outcome: Callable[[Claim], Outcome]) -> Step:
    async def work(house: House, ask: Ask) -> None:
        if await house.services.queue.state(ask.id) is JobState.QUEUED:
            await house.work(outcome)

    return work


def a_clip(claim: Claim) -> Outcome:
    return success(claim.job)


def a_failure(_: Claim) -> Outcome:
    return Failed(error="ours")


async def is_forgotten(house: House, _: Ask) -> None:
    """Have the queue lose everything, as a fail-over may."""
    await house.services.redis.flushdb()


Step = Callable[[House, Ask], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Life:
    """What goes well, then what the bot may die in, and what the ledger says in the end."""

    before: tuple[Step, ...]
    steps: tuple[Step, ...]
    ledger: list[LedgerKind]


A_CLIP, A_FAILURE = is_worked(a_clip), is_worked(a_failure)
LIVES = {
    "made": Life((), (submits, sweeps, A_CLIP, shows), SPENT),
    "failed": Life((submits, A_FAILURE), (shows,), GIVEN_BACK),
    "lost and made": Life((submits, is_forgotten), (sweeps, A_CLIP, shows), SPENT),
    "cancelled in the queue": Life((submits,), (cancels, sweeps, shows), GIVEN_BACK),
    "lost and cancelled": Life((submits, is_forgotten), (cancels, sweeps, shows), GIVEN_BACK),
    "deleted in the queue": Life((submits,), (deletes, sweeps, shows), GIVEN_BACK),
    "deleted before it was shown": Life((submits, A_CLIP), (deletes, shows), GIVEN_BACK),
    "undeliverable": Life((submits, A_CLIP), (gives_up, shows), GIVEN_BACK),
}


async def lives_through(house: House, ask: Ask, steps: tuple[Step, ...]) -> None:
    for step in steps:
        await step(house, ask)


@pytest.mark.parametrize("life", LIVES)
async def test_whichever_step_the_bot_dies_at_everything_again_comes_to_the_same(
    house: House, life: str
) -> None:
    lived = LIVES[life]
    for step in range(1, MOST_STEPS):
        crash, ask = CrashAt(step), await house.ask()
        await lives_through(house, ask, lived.before)
        with crash.armed(), suppress(Crash):
            await lives_through(house, ask, lived.steps)
        if crash.has_happened:
            await lives_through(house, ask, lived.steps)
        assert await house.credits(ask.id) == lived.ledger, f"after a crash at step {step}"
        assert await Outbox(house.services.redis, "web").jobs() == frozenset()
        if not crash.has_happened:
            return
    pytest.fail("it takes more steps than expected")


async def test_an_ask_that_is_never_repeated_is_made_and_paid_for_or_was_never_taken(
    house: House,
) -> None:
    for step in range(1, MOST_STEPS):
        crash, ask = CrashAt(step), await house.ask()
        with crash.armed(), suppress(Crash):
            await submits(house, ask)
        taken = await house.services.journal.get(ask.id) is not None
        if taken:
            await lives_through(house, ask, (sweeps, is_worked(a_clip), shows))
        assert await house.credits(ask.id) == (SPENT if taken else [])
        if not crash.has_happened:
            return
    pytest.fail("it takes more steps than expected")
