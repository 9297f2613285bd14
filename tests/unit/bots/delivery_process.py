"""A bot process whose time the test decides: every look is a call, and waiting takes no time."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta

from bots.delivery.budget import Budget
from bots.delivery.delivery import Delivery
from bots.delivery.lanes import Lanes
from bots.delivery.memory import Memory
from bots.delivery.pace import USUAL_PACE
from bots.delivery.showing import Showing
from bots.errors import BotsError, ChatBusy
from bots.store.requests import Request
from engine.jobs.job import JobId
from engine.jobs.queue import Claim
from tests.house import House
from tests.job_samples import success
from tests.unit.bots.crashes import Crash, in_the_process

BETWEEN_LOOKS_S = 15.0
MOST_LOOKS = 40


class BotProcess:
    """Looks after one request; a process that crashes is followed by one that knows nothing."""

    def __init__(self, house: House, job: JobId) -> None:
        self._house = house
        self._job = job
        self._start()

    def _start(self) -> None:
        house, metrics = self._house, self._house.services.metrics
        self.memory = Memory()
        self._showing = Showing(
            lanes=Lanes(house.chat, Budget(now_s=self._now_s), metrics),
            journal=house.services.journal,
            reporter=house.services.reporter(),
            metrics=metrics,
            pace=USUAL_PACE,
            now=house.time,
        )

    async def open(self) -> None:
        """Post the placeholder, as an adapter does."""
        async with self._one_step():
            await self._showing.open(await self._request(), self.memory)

    async def reopen(self) -> None:
        """Show the request in a new message, as an adapter does."""
        async with self._one_step():
            await self._showing.reopen(await self._request(), self.memory)

    async def look(self) -> None:
        """Bring the message up to date."""
        async with self._one_step():
            await self._showing.look_after(await self._request(), self.memory)

    async def look_until_over(self) -> None:
        """Look again and again, until the request needs it no more."""
        for _ in range(MOST_LOOKS):
            if await self._house.is_delivered(self._job):
                return
            await self.look()
        raise AssertionError("its delivery does not end")

    async def _request(self) -> Request:
        return await self._house.request(self._job)

    @asynccontextmanager
    async def _one_step(self) -> AsyncGenerator[None]:
        """Do something, whatever comes of it, and wait until it may have to be done again."""
        wait_s = BETWEEN_LOOKS_S
        in_the_process.set(True)
        try:
            yield
        except Crash:
            self._start()
        except ChatBusy as busy:
            wait_s = busy.retry_after_s
        except BotsError:
            pass
        finally:
            in_the_process.set(False)
        self._house.time.ahead += timedelta(seconds=wait_s)

    def _now_s(self) -> float:
        return self._house.time.ahead.total_seconds()


async def ended_with_its_placeholder_gone(house: House) -> JobId:
    """Have a request whose clip is there, and whose placeholder the person has deleted."""
    await house.opened(house.delivery())
    house.chat.lose()
    return await concluded(house)


async def opened_and_fading(house: House, delivery: Delivery | None = None) -> JobId:
    """Have a request whose message can soon be changed no more."""
    ask = await house.opened(delivery or house.delivery())
    house.chat.fade(ask.id)
    return ask.id


async def concluded(house: House) -> JobId:
    """Have the next job's clip made, and journalled, while nobody looks."""
    return await concluded_as(house, await house.claim())


async def concluded_as(house: House, claim: Claim) -> JobId:
    """Have the clip of a job made, and journalled, while nobody looks."""
    outcome = success(claim.job)
    await house.services.media.put(outcome.clip.key, b"a clip")
    assert await house.services.queue.finish(claim, outcome)
    await house.services.journal.conclude(claim.job.id, outcome, house.time())
    return claim.job.id
