"""What a worker does beside its jobs: say what it offers, and put lost jobs back in the queue."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Container
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from engine.effects.catalogue import Effect
from engine.errors import EngineError
from engine.jobs.catalogue import EffectCard, Offer
from engine.jobs.errors import MediaFull, MediaUnavailable, QueueUnavailable
from engine.jobs.job import MediaKey, WorkerId
from engine.jobs.media.store import MediaStore, preview_keys
from engine.jobs.presence import Presence
from engine.jobs.queue import JobQueue

if TYPE_CHECKING:
    from engine.worker.bench import Bench  # imports torch

ANNOUNCE_S = 3.0
OFFER_LASTS = timedelta(seconds=10)  # a few missed announcements and the worker counts as gone
REAP_S = 2.0

log = logging.getLogger(__name__)


async def keep_announcing(presence: Presence, worker: WorkerId, showcase: Showcase) -> None:
    """Publish the worker's offer until cancelled, then take it back."""

    async def announce() -> None:
        await showcase.refresh()
        await presence.announce(worker, showcase.offer, OFFER_LASTS)

    try:
        await _every(ANNOUNCE_S, announce)
    finally:
        await _unless_away(partial(presence.withdraw, worker))


async def keep_reaping(queue: JobQueue) -> None:
    """Put jobs whose worker went silent back in the queue, until cancelled."""
    await _every(REAP_S, queue.reap)


class Showcase:
    """What a worker offers, kept up with its effects; their previews where bots can read them."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._is_old = True
        self._cards = Offer(effects=())

    @property
    def offer(self) -> Offer:
        """What to publish: what can be made, and how long that took lately."""
        return replace(self._cards, measured_s=self._bench.measured.medians())

    async def begin(self) -> None:
        """Read the effects for the first time.

        Waits for a store that is away: without it a worker can do nothing anyway.
        """
        while self._is_old:
            await self.refresh()
            if self._is_old:
                await asyncio.sleep(ANNOUNCE_S)

    async def refresh(self) -> None:
        """Have what is offered as the effects are now; as it was while the store is away."""
        try:
            self._is_old |= await asyncio.to_thread(self._bench.look_again)
            if self._is_old:
                self._cards = await self._read()
                self._is_old = False
        except MediaUnavailable as error:
            log.warning("the media store is waited for: %s", error)
        except (EngineError, OSError) as error:
            log.warning("what can be made is not looked at again: %s", error)

    async def _read(self) -> Offer:
        effects, needs = self._bench.effects, self._bench.able.switch_s
        cards = [(name, await self._card(effect, needs)) for name, effect in effects.items()]
        made = [(name, card) for name, card in cards if card.variants]
        return Offer(
            effects=tuple(card for name, card in made if name == card.id),
            beside=tuple(card for name, card in made if name != card.id),
        )

    async def _card(self, effect: Effect, needs: Container[str]) -> EffectCard:
        keys, media = preview_keys(effect.id, effect.version), self._bench.media
        return effect.card(
            preview=await _publish(effect.preview, keys.video, media),
            poster=await _publish(effect.poster, keys.poster, media),
            needs=needs,
        )


async def _publish(path: Path, key: MediaKey, media: MediaStore) -> MediaKey | None:
    try:
        await media.put(key, await asyncio.to_thread(path.read_bytes))
    except FileNotFoundError:
        return None
    except MediaFull:
        log.warning("no room for the preview %s", path.name)
        return None
    return key


async def _every(seconds: float, act: Callable[[], Awaitable[object]]) -> None:
    while True:
        await _unless_away(act)
        await asyncio.sleep(seconds)


async def _unless_away(act: Callable[[], Awaitable[object]]) -> None:
    try:
        await act()
    except QueueUnavailable:
        log.warning("the queue is away")
