"""One of several processes leads: the one that holds a lock in Redis, and renews it."""

from __future__ import annotations

import asyncio
import logging
import uuid
from contextlib import suppress
from datetime import timedelta

from engine.jobs.errors import JobsError
from engine.jobs.library import FunctionLibrary

LASTS = timedelta(seconds=4)
"""How long nobody else leads after a leader died; what a late one still writes is refused."""

RENEW_S = 1.0

log = logging.getLogger(__name__)


class Leader:
    """This process's claim to lead; `name` is what scripts check it by."""

    def __init__(self, library: FunctionLibrary) -> None:
        self.name = uuid.uuid4().hex
        self._library = library
        self._leads = asyncio.Event()

    @property
    def leads(self) -> bool:
        """Tell whether this process leads, as far as it knows."""
        return self._leads.is_set()

    async def wait_to_lead(self) -> None:
        """Return once this process leads, as far as it knows."""
        await self._leads.wait()

    async def run(self) -> None:
        """Lead, or stand by to; at the end, make room for another."""
        try:
            while True:
                await self._try()
                await asyncio.sleep(RENEW_S)
        finally:
            self._leads.clear()
            with suppress(JobsError):
                await self._library.call("plan_resign", self.name)

    async def _try(self) -> None:
        try:
            lasts_ms = LASTS // timedelta(milliseconds=1)
            leads = await self._library.call("plan_lead", self.name, lasts_ms)
        except JobsError as error:
            if self.leads:
                log.warning("the lead is lost: %s", error)
            leads = None
        if leads:
            self._leads.set()
        else:
            self._leads.clear()
