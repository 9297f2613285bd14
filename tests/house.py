"""A whole bot but for its platform: real database, queue and media, on a fake chat."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from bots.accounts import LedgerKind
from bots.chat import Ask, Person, PersonId, Place, PlaceId, job_id
from bots.delivery.budget import CallBudget
from bots.delivery.delivery import Delivery
from bots.delivery.pace import Pace
from bots.services import Services, opened
from bots.settings import BotSettings
from bots.store.requests import Request
from engine.jobs.job import JobId, MediaKey, Outcome, WorkerId
from engine.jobs.media.store import photo_key
from engine.jobs.order import Ability
from engine.jobs.presence import Presence
from engine.jobs.queue import Claim
from tests.effect_cards import OFFER
from tests.fakes.chat import FakeChat
from tests.job_samples import able

WORKER = WorkerId("worker-1")
ABILITY = able(*(variant.needs for card in OFFER.effects for variant in card.variants))
ME = Person(id=PersonId("web:me"))
HERE = Place(id=PlaceId("web:here"), local=True)
QUICK = Pace(
    pulse_s=0.02,
    opening_s=0.3,
    longest_wait_s=0.1,
    longest_doubt_s=0.1,
    give_up_s=3600.0,
    unnoticed_s=30.0,
    watch_s=0.2,
)


class Time:
    """A clock that tests can set forward."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass(frozen=True, slots=True)
class House:
    """A bot at work, with someone in front of it."""

    services: Services
    chat: FakeChat
    time: Time
    me: Person = ME
    here: Place = HERE
    _numbers: count[int] = field(default_factory=lambda: count(1))

    async def photo(self, owner: Person | None = None) -> MediaKey:
        """Have a photo of someone's in the house, as if it had been taken in."""
        key, person = photo_key(), owner or self.me
        photos = self.services.studio.photos
        await photos.add(key, person.id, width=640, height=480, now=self.time())
        await self.services.media.put(key, b"a photo")
        return key

    async def ask(self, **changes: object) -> Ask:
        """Make an ask for the symbiote with a photo, unless said otherwise."""
        number = str(next(self._numbers))
        usual: dict[str, object] = {
            "id": job_id("web", "tests", number),
            "who": self.me,
            "where": self.here,
            "effect": "symbiote",
        }
        if "photos" not in changes:
            usual["photos"] = (await self.photo(),)
        return Ask(**(usual | changes))  # pyright: ignore[reportArgumentType]

    async def submitted(self, **changes: object) -> Ask:
        """Make an ask that has been taken."""
        ask = await self.ask(**changes)
        await self.services.studio.submit(ask)
        return ask

    async def opened(self, delivery: Delivery, **changes: object) -> Ask:
        """Make an ask that has been taken and has its placeholder."""
        ask = await self.ask(**changes)
        await delivery.open(await self.services.studio.submit(ask))
        return ask

    async def is_delivered(self, job: JobId) -> bool:
        """Tell whether a request's end is recorded as shown."""
        return (await self.request(job)).delivered is not None

    async def has_ended(self, job: JobId) -> bool:
        """Tell whether a request's end is in the journal."""
        return (await self.request(job)).finished is not None

    async def credits(self, job: JobId) -> list[LedgerKind]:
        """What the ledger says of a job, in the order of the kinds' names."""
        return sorted(entry.kind for entry in await self.services.ledger.entries(job))

    async def request(self, job: JobId) -> Request:
        """Look a request up in the journal."""
        request = await self.services.journal.get(job)
        assert request is not None
        return request

    async def claim(self, ability: Ability = ABILITY) -> Claim:
        """Take the next job as a worker does."""
        nonce = str(next(self._numbers))
        claim = await self.services.queue.claim(WORKER, ability, nonce=nonce)
        assert claim is not None, "nothing is queued"
        return claim

    async def work(self, outcome: Callable[[Claim], Outcome]) -> Claim:
        """Do the next job as a worker does."""
        claim = await self.claim()
        assert await self.services.queue.finish(claim, outcome(claim))
        return claim

    def delivery(self, pace: Pace = QUICK, budget: CallBudget | None = None) -> Delivery:
        """Start what delivers, as a new process would."""
        return self.services.delivery(self.chat, pace, budget)


@asynccontextmanager
async def a_house(
    folder: Path, redis_url: str, *, bot: str = "web", **settings: object
) -> AsyncGenerator[House]:
    """Open a house with a live worker's offer in it."""
    time = Time()
    values = {"data": folder, "redis_url": redis_url} | settings
    read = BotSettings(_env_file=None, **values)  # pyright: ignore[reportCallIssue, reportArgumentType]
    async with opened(bot, read, time) as services:
        await Presence(services.redis).announce(WORKER, OFFER, timedelta(minutes=5))
        yield House(services, FakeChat(), time)


@asynccontextmanager
async def at_work(*running: Coroutine[object, object, None]) -> AsyncGenerator[None]:
    """Have things running until the block ends; what breaks them breaks the test."""
    tasks = [asyncio.ensure_future(coroutine) for coroutine in running]
    await asyncio.sleep(0)  # they have begun before the block does
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
