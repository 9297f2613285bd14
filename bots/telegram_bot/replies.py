"""What we say besides the messages of jobs, within what Telegram lets us say."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from itertools import count

from bots.chat import Placeholder, PlaceId
from bots.delivery.budget import CallBudget
from bots.errors import BotsError, ChatBusy
from bots.reception import let_others_by
from bots.telegram_bot.where import Where, message_id
from bots.telegram_bot.wire import Markup, Wire

log = logging.getLogger(__name__)

_PATIENCE_S = 45.0
"""An answer that comes later than that answers nothing any more."""
_MOST_WAITING = 5
"""Answers that may wait in one place: each has a turn there, and results come after it."""


@dataclass(frozen=True, slots=True)
class Replies:
    """Answers to what people say; one that cannot be given is dropped, as they will ask again."""

    wire: Wire
    budget: CallBudget
    _numbers: count[int]
    _waiting: Counter[PlaceId]

    @classmethod
    def over(cls, wire: Wire, budget: CallBudget) -> Replies:
        """Answer over a wire, within a budget."""
        return cls(wire, budget, count(), Counter())

    async def say(self, where: Where, text: str, markup: Markup = None) -> int | None:
        """Send a message; its number, if it was sent."""
        try:
            async with self._turn(where.place):
                return await self.wire.say(where, text, markup)
        except BotsError as error:
            log.info("an answer was not given: %s", error)
            return None

    async def edit(self, where: Where, message: int, text: str, markup: Markup = None) -> bool:
        """Replace a message of ours; tell whether it was done."""
        shown = Placeholder(place=where.place, message=message_id(where.chat, message))
        try:
            async with self._turn(where.place):
                await self.wire.edit_text(shown, text, markup)
                return True
        except BotsError as error:
            log.info("a message was not changed: %s", error)
            return False

    async def alert(self, query: str, text: str = "", *, window: bool = False) -> None:
        """Answer the press of a button; Telegram does not count these."""
        try:
            await self.wire.answer_press(query, text, alert=window)
        except BotsError as error:
            log.info("a press was not answered: %s", error)

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
