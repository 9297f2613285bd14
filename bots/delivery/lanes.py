"""A chat within its budget: results have the right of way, progress is dropped where it is short.

Every verb may raise what the chat's does. ChatBusy is raised, too, without the platform's being
asked, while it has said to wait.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager

from bots.chat import Chat, Message, Placeholder, PlaceId
from bots.delivery.budget import CallBudget
from bots.errors import BotsError, ChatBusy, ChatForbidden, ChatUnavailable, ClipTooLarge
from bots.metrics import BotMetrics, DeliveryOutcome
from engine.jobs.job import JobId

log = logging.getLogger(__name__)

_COUNTED_AS: Mapping[type[BotsError], DeliveryOutcome] = {
    ChatBusy: "busy",
    ChatForbidden: "forbidden",
    ChatUnavailable: "unavailable",
    ClipTooLarge: "too_large",
}


class Lanes:
    """The verbs of one chat: those of the result lane, and `try_` ones that may do nothing."""

    def __init__(self, chat: Chat, budget: CallBudget, metrics: BotMetrics) -> None:
        self._chat = chat
        self._budget = budget
        self._metrics = metrics

    async def post(
        self, place: PlaceId, job: JobId, message: Message, *, replaces: Placeholder | None
    ) -> Placeholder:
        """Show a new message for a job."""
        async with self._turn(place, job):
            return await self._chat.post(place, job, message, replaces=replaces)

    async def edit(self, placeholder: Placeholder, job: JobId, message: Message) -> None:
        """Replace a message."""
        async with self._turn(placeholder.place, job):
            await self._chat.edit(placeholder, job, message)

    async def remove(self, placeholder: Placeholder, job: JobId) -> None:
        """Take a message away."""
        async with self._turn(placeholder.place, job):
            await self._chat.remove(placeholder, job)

    def is_fading(self, placeholder: Placeholder) -> bool:
        """Tell whether a message can soon be changed no more."""
        return self._chat.is_fading(placeholder)

    async def try_edit(self, placeholder: Placeholder, job: JobId, message: Message) -> bool:
        """Replace a message if there is room; tell whether it was done."""
        if not await self._budget.spare(placeholder.place, job):
            return False
        async with self._heeding(placeholder.place):
            await self._chat.edit(placeholder, job, message)
        return True

    async def try_nudge(self, placeholder: Placeholder, job: JobId, text: str) -> None:
        """Say one line if there is room, and the platform is willing."""
        if not await self._budget.spare(placeholder.place, job):
            return
        try:
            async with self._heeding(placeholder.place):
                await self._chat.nudge(placeholder, job, text)
        except BotsError as error:
            log.info("a nudge was dropped: %s", error)

    @asynccontextmanager
    async def _turn(self, place: PlaceId, job: JobId) -> AsyncGenerator[None]:
        wait_s = await self._budget.turn(place, job)
        if wait_s > 0:
            raise ChatBusy(wait_s)
        async with self._heeding(place):
            yield

    @asynccontextmanager
    async def _heeding(self, place: PlaceId) -> AsyncGenerator[None]:
        """Count what the platform refuses, and tell the budget when it is about that."""
        try:
            yield
        except BotsError as refusal:
            if type(refusal) in _COUNTED_AS:
                self._metrics.delivered(_COUNTED_AS[type(refusal)])
            if isinstance(refusal, ChatBusy):
                await self._budget.refused(place, refusal.retry_after_s)
            raise
