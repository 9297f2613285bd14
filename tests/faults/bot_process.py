"""`python -m tests.faults.bot_process PLATFORM EFFECT`: a bot, all real but its platform."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from dataclasses import dataclass

import aiohttp

from bots.chat import Ask, Person, PersonId, Place, PlaceId, job_id
from bots.delivery.delivery import Delivery
from bots.delivery.pace import Pace
from bots.errors import BotsError
from bots.services import Services, opened
from bots.settings import BotSettings
from bots.sweeper import Sweeper
from engine.jobs.errors import JobsError, Refused
from engine.jobs.job import JobId, MediaKey
from engine.jobs.refusal import RefusalCode
from tests.faults.http_chat import HttpChat
from tests.faults.platform import UPDATES_JSON, Update

BOT = "fake"
PACE = Pace(pulse_s=0.5, opening_s=3.0, longest_wait_s=1.0, longest_doubt_s=1.0, watch_s=2.0)
SWEEP_S = 1.0
POLL_S = 0.1
PATIENCE = aiohttp.ClientTimeout(total=10)

log = logging.getLogger(__name__)


def job_of(number: int) -> JobId:
    """Derive the job of an update."""
    return job_id(BOT, str(number))


@dataclass(frozen=True, slots=True)
class Adapter:
    """Takes the platform's updates to the studio."""

    services: Services
    delivery: Delivery
    session: aiohttp.ClientSession
    platform: str
    effect: str

    async def run(self) -> None:
        """Take updates until cancelled; each comes again until it is answered."""
        while True:
            async with self.session.get(f"{self.platform}/updates/{os.getpid()}") as answer:
                updates = UPDATES_JSON.validate_json(await answer.read())
            await asyncio.gather(*map(self._take, updates))
            await asyncio.sleep(POLL_S)

    async def _take(self, update: Update) -> None:
        try:
            ticket = await self.services.studio.submit(_ask(update, self.effect))
        except Refused as refused:
            log.info("update %d is refused: %s", update.number, refused)
            if refused.refusal.code is not RefusalCode.TRY_LATER:
                await self._answer(update, "refused")
            return
        await self._answer(update, "accepted")
        if ticket.new:
            try:
                await self.delivery.open(ticket)
            except (BotsError, JobsError) as error:
                log.info("update %d has no placeholder: %s", update.number, error)

    async def _answer(self, update: Update, answer: str) -> None:
        url = f"{self.platform}/updates/{update.number}/{answer}"
        async with self.session.post(url):
            pass


def _ask(update: Update, effect: str) -> Ask:
    return Ask(
        id=job_of(update.number),
        who=Person(id=PersonId(update.person)),
        where=Place(id=PlaceId(update.person)),
        effect=effect,
        photos=(MediaKey(update.photo),),
        seed=update.seed,
    )


async def _sweep(sweeper: Sweeper) -> None:
    """Sweep as a sweeper does, but for its patience."""
    while True:
        try:
            await sweeper.requeue()
        except (BotsError, JobsError) as error:
            log.info("sweeping has to wait: %s", error)
        await asyncio.sleep(SWEEP_S)


async def serve(platform: str, effect: str, settings: BotSettings) -> None:
    """Be a bot until killed."""
    async with (
        opened(BOT, settings) as services,
        aiohttp.ClientSession(timeout=PATIENCE) as session,
        asyncio.TaskGroup() as tasks,
    ):
        delivery = services.delivery(HttpChat(session, platform), PACE)
        tasks.create_task(Adapter(services, delivery, session, platform, effect).run())
        tasks.create_task(delivery.run())
        tasks.create_task(services.planner.run())
        tasks.create_task(_sweep(services.sweeper))


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    asyncio.run(serve(sys.argv[1], sys.argv[2], BotSettings.read()))
