"""Delivery ended at each of its steps, and started anew: the clip is seen, once."""

from __future__ import annotations

import asyncio

from bots.chat import Ask
from deploy.polling import wait_until
from tests.house import House, at_work
from tests.job_samples import success
from tests.unit.bots.crashes import crashes, in_the_process

SOON_S = 10
MOST_STEPS = 100


async def a_process(house: House, ask: Ask) -> None:
    """Open the placeholder and deliver, as a bot does."""
    in_the_process.set(True)
    delivery = house.delivery()
    await delivery.open(await house.services.studio.submit(ask))
    await delivery.run()


async def is_ended(house: House, ask: Ask, *, at: int) -> bool:
    """Run a process that crashes at a step; False if all was done before it."""
    with crashes(house.chat, {at}) as steps:
        process = asyncio.create_task(a_process(house, ask))

        async def is_over() -> bool:
            return process.done() or await house.is_delivered(ask.id)

        assert await wait_until(is_over, within_s=SOON_S)
    if steps.happened:
        await asyncio.wait([process], timeout=SOON_S)
        assert process.exception() is not None
    else:
        process.cancel()
        await asyncio.wait([process])
    return bool(steps.happened)


async def delivers_once(house: House, *, crash_at: int) -> bool:
    """Crash at a step, deliver in a new process; False if all was done before that step."""
    ask = await house.submitted()
    await house.work(lambda claim: success(claim.job))
    ended = await is_ended(house, ask, at=crash_at)
    async with at_work(house.delivery().run()):
        assert await wait_until(lambda: house.is_delivered(ask.id), within_s=SOON_S)
    assert house.chat.clips(ask.id) == 1, f"after a crash at step {crash_at}"
    return ended


async def test_a_clip_is_seen_once_whichever_step_the_bot_dies_at(house: House) -> None:
    step = 1
    while await delivers_once(house, crash_at=step):
        step += 1
    assert step in range(10, MOST_STEPS)
