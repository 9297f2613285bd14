"""The calls that Discord counts: what answers an interaction it does not."""

from __future__ import annotations

from dataclasses import dataclass

from bots.chat import PlaceId
from bots.clock import Clock
from bots.delivery.budget import CallBudget
from bots.desk.where import Where
from bots.discord_api.handles import FADES, Handle, began
from bots.store.answers import Answers
from engine.jobs.job import JobId


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedCalls:
    """A budget for what is done about jobs; those go free whose interaction still lives."""

    budget: CallBudget
    answers: Answers
    now: Clock

    async def turn(self, place: PlaceId, key: str) -> float:
        """Take a call for a result, or see in how many seconds it may be made."""
        return 0.0 if await self._is_free(place, key) else await self.budget.turn(place, key)

    async def spare(self, place: PlaceId, key: str) -> bool:
        """Take a call for progress if there is one to spare."""
        return await self._is_free(place, key) or await self.budget.spare(place, key)

    async def refused(self, place: PlaceId, retry_after_s: float) -> None:
        """Note that Discord takes nothing more in a place for a while."""
        await self.budget.refused(place, retry_after_s)

    async def refused_everywhere(self, retry_after_s: float) -> None:
        """Note that Discord takes nothing more of this bot for a while."""
        await self.budget.refused_everywhere(retry_after_s)

    async def _is_free(self, place: PlaceId, job: str) -> bool:
        where = Where(place=place).resumed(await self.answers.get(JobId(job)))
        handle = Handle.read(where.through)
        return handle is not None and self.now() < began(handle.interaction) + FADES
