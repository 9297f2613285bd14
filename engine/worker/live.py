"""Pictures of a clip while it is filmed, where whoever waits for it can see them.

The maker's thread only leaves word that there is one. All else is done in other threads, of the
newest picture when its time has come: a store that is slow makes pictures fewer, and no film later.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from itertools import count

from engine.effects.maker import ClipMaker
from engine.jobs.errors import MediaFull, MediaUnavailable
from engine.jobs.job import MediaKey
from engine.jobs.media.store import MediaStore, live_key
from engine.jobs.queue import Claim
from engine.pipelines.preview import Develop

EVERY_S = 2.0
_KEPT = 2
"""Whoever was told of the one before may be about to fetch it."""

log = logging.getLogger(__name__)


class Live:
    """Shows one clip while it is filmed, by a picture every `every_s` seconds at most.

    Attributes:
        key: where the newest picture is, as soon as there is one.
    """

    def __init__(
        self, claim: Claim, maker: ClipMaker, media: MediaStore, *, every_s: float = EVERY_S
    ) -> None:
        self.key: MediaKey | None = None
        self._claim = claim
        self._maker = maker
        self._media = media
        self._every_s = every_s
        self._newest: Develop | None = None
        self._stored: list[MediaKey] = []
        self._there_is_one = asyncio.Event()
        self._over = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._showing = asyncio.create_task(self._show_on())

    def show(self, develop: Develop) -> None:
        """Take a picture from the maker's thread; only the newest is looked at."""
        self._newest = develop
        self._loop.call_soon_threadsafe(self._there_is_one.set)

    async def end(self) -> None:
        """Show no more, and take away what was shown; what cannot be is swept some time."""
        self._newest = None
        self._over.set()
        self._there_is_one.set()
        await self._showing
        self.key = None
        with suppress(MediaUnavailable):
            await self._keep(0)

    async def _show_on(self) -> None:
        for number in count(1):
            await self._there_is_one.wait()
            self._there_is_one.clear()
            if self._over.is_set():
                return
            try:
                await self._show(number)
            except (MediaFull, MediaUnavailable) as error:
                log.info("a picture of the film under way is left out: %s", error)
            except Exception:
                log.warning("the film under way is shown no more", exc_info=True)
                return
            with suppress(TimeoutError):
                await asyncio.wait_for(self._over.wait(), self._every_s)

    async def _show(self, number: int) -> None:
        develop, self._newest = self._newest, None
        if develop is None:
            return
        jpeg = await asyncio.to_thread(self._maker.preview, develop)
        if jpeg is None:
            return
        key = live_key(self._claim.job.id, self._claim.token, number)
        self._stored.append(key)
        await self._media.put(key, jpeg)
        self.key = key
        await self._keep(_KEPT)

    async def _keep(self, most: int) -> None:
        while len(self._stored) > most:
            await self._media.delete(self._stored[0])
            del self._stored[0]
