"""Delivery ended at each of its steps, and started anew: the clip is seen, once.

A step is one statement to the database, or one side of a call to the platform.
"""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from sqlalchemy import Engine, event

from bots.chat import Ask
from deploy.polling import wait_until
from tests.house import House, at_work
from tests.job_samples import success

SOON_S = 10
MOST_STEPS = 100

in_the_process: ContextVar[bool] = ContextVar("in_the_process", default=False)


class Crash(BaseException):
    """The process ends here: nothing of it may catch this."""


@dataclass(slots=True)
class CrashAt:
    """Counts the steps of the process, and ends it at one of them."""

    step: int
    taken: int = 0

    def count(self, *_: object) -> None:
        if in_the_process.get():
            self.taken += 1
            if self.taken == self.step:
                raise Crash

    @property
    def has_happened(self) -> bool:
        return self.taken >= self.step

    @contextmanager
    def armed(self, house: House) -> Generator[None]:
        house.chat.step = self.count
        event.listen(Engine, "before_cursor_execute", self.count)
        try:
            yield
        finally:
            event.remove(Engine, "before_cursor_execute", self.count)
            house.chat.step = lambda: None


async def a_process(house: House, ask: Ask) -> None:
    """Open the placeholder and deliver, as a bot does."""
    in_the_process.set(True)
    delivery = house.delivery()
    await delivery.open(await house.services.studio.submit(ask))
    await delivery.run()


async def run_until_delivered_or_crashed(house: House, ask: Ask, crash: CrashAt) -> None:
    with crash.armed(house):
        process = asyncio.create_task(a_process(house, ask))

        async def is_over() -> bool:
            return process.done() or await house.is_delivered(ask.id)

        assert await wait_until(is_over, within_s=SOON_S)
    if crash.has_happened:
        await asyncio.wait([process], timeout=SOON_S)
        assert process.exception() is not None
    else:
        process.cancel()
        await asyncio.wait([process])


async def delivers_once(house: House, *, crash_at: int) -> bool:
    """Crash at a step, deliver in a new process; False if all was done before that step."""
    crash = CrashAt(crash_at)
    ask = await house.submitted()
    await house.work(lambda claim: success(claim.job))
    await run_until_delivered_or_crashed(house, ask, crash)
    async with at_work(house.delivery().run()):
        assert await wait_until(lambda: house.is_delivered(ask.id), within_s=SOON_S)
    assert house.chat.clips(ask.id) == 1, f"after a crash at step {crash_at}"
    return crash.has_happened


async def test_a_clip_is_seen_once_whichever_step_the_bot_dies_at(house: House) -> None:
    step = 1
    while await delivers_once(house, crash_at=step):
        step += 1
    assert step in range(10, MOST_STEPS)
