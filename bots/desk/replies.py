"""What we say besides the messages of jobs, within what the platform lets us say."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from itertools import count

from bots.chat import MessageId, PersonId, PlaceId
from bots.delivery.budget import CallBudget
from bots.desk.events import Pressed
from bots.desk.keys import Rows
from bots.desk.platform import Platform
from bots.desk.where import Where
from bots.errors import BotsError, ChatBusy
from bots.reception import let_others_by

log = logging.getLogger(__name__)

_PATIENCE_S = 45.0
"""An answer that comes later than that answers nothing any more."""
_MOST_WAITING = 5
"""Answers that may wait in one place: each has a turn there, and results come after it."""


@dataclass(frozen=True, slots=True)
class Replies:
    """Answers to what people say; one that cannot be given is dropped, as they will ask again."""

    platform: Platform
    budget: CallBudget
    _numbers: count[int]
    _waiting: Counter[PlaceId]

    @classmethod
    def over(cls, platform: Platform, budget: CallBudget) -> Replies:
        """Answer on a platform, within a budget."""
        return cls(platform, budget, count(), Counter())

    async def say(self, where: Where, text: str, rows: Rows = ()) -> MessageId | None:
        """Send a message; its name, if it was sent."""
        try:
            async with self._turn(where.place):
                return await self.platform.say(where, text, rows)
        except BotsError as error:
            log.info("an answer was not given: %s", error)
            return None

    async def edit(self, where: Where, message: MessageId, text: str, rows: Rows = ()) -> bool:
        """Replace a message of ours; tell whether it was done."""
        try:
            async with self._turn(where.place):
                await self.platform.edit(where, message, text, rows)
                return True
        except BotsError as error:
            log.info("a message was not changed: %s", error)
            return False

    async def remove(self, where: Where, message: MessageId) -> None:
        """Take a message away, if it can be."""
        try:
            await self.platform.remove(where, message)
        except BotsError as error:
            log.info("a message was not taken away: %s", error)

    async def answer(self, pressed: Pressed, text: str = "") -> None:
        """Answer the press of a button; platforms do not count these."""
        try:
            await self.platform.answer(pressed, text)
        except BotsError as error:
            log.info("a press was not answered: %s", error)

    async def tell(self, person: PersonId, text: str) -> bool:
        """Say something in private; tell whether it was done."""
        try:
            await self.platform.tell(person, text)
        except BotsError as error:
            log.info("%s was not told: %s", person, error)
            return False
        return True

    @asynccontextmanager
    async def _turn(self, place: PlaceId) -> AsyncGenerator[None]:
        """Wait for our turn in a place.

        Raises:
            ChatBusy: that would take too long, or too many wait there already.
        """
        if self._waiting[place] >= _MOST_WAITING:
            raise ChatBusy(_PATIENCE_S)
        with self._in_line(place):
            await self._wait(place)
        try:
            yield
        except ChatBusy as busy:
            await self.budget.refused(place, busy.retry_after_s)
            raise

    @contextmanager
    def _in_line(self, place: PlaceId) -> Generator[None]:
        self._waiting[place] += 1
        try:
            yield
        finally:
            self._waiting[place] -= 1
            if not self._waiting[place]:
                del self._waiting[place]

    async def _wait(self, place: PlaceId) -> None:
        key, waited_s = f"reply:{id(self)}:{next(self._numbers)}", 0.0
        while (wait_s := await self.budget.turn(place, key)) > 0:
            waited_s += wait_s
            if waited_s > _PATIENCE_S:
                raise ChatBusy(wait_s)
            let_others_by()
            await asyncio.sleep(wait_s)
