"""What a worker does beside its jobs: say what it offers, and put lost jobs back in the queue."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path

from engine.effects.catalogue import Effect
from engine.jobs.catalogue import EffectCard, Offer
from engine.jobs.errors import MediaFull, MediaUnavailable, QueueUnavailable
from engine.jobs.job import MediaKey, WorkerId
from engine.jobs.media.store import MediaStore, preview_keys
from engine.jobs.order import Ability
from engine.jobs.presence import Presence
from engine.jobs.queue import JobQueue
from engine.worker.pace import Measured

ANNOUNCE_S = 3.0
OFFER_LASTS = timedelta(seconds=10)  # a few missed announcements and the worker counts as gone
REAP_S = 2.0

log = logging.getLogger(__name__)


async def keep_announcing(
    presence: Presence, worker: WorkerId, cards: tuple[EffectCard, ...], measured: Measured
) -> None:
    """Publish the worker's offer until cancelled, then take it back."""

    async def announce() -> None:
        offer = Offer(effects=cards, measured_s=measured.medians())
        await presence.announce(worker, offer, OFFER_LASTS)

    try:
        await _every(ANNOUNCE_S, announce)
    finally:
        await _unless_away(partial(presence.withdraw, worker))


async def keep_reaping(queue: JobQueue) -> None:
    """Put jobs whose worker went silent back in the queue, until cancelled."""
    await _every(REAP_S, queue.reap)


async def publish_previews(
    effects: Mapping[str, Effect], media: MediaStore, ability: Ability
) -> tuple[EffectCard, ...]:
    """Store previews where the bots can read them; answers the cards of what can be made.

    Waits for a store that is away: without it a worker can do nothing anyway.
    """
    while True:
        try:
            cards = [await _card(effect, media, ability) for effect in effects.values()]
            return tuple(card for card in cards if card.variants)
        except MediaUnavailable as error:
            log.warning("the media store is waited for: %s", error)
            await asyncio.sleep(ANNOUNCE_S)


async def _card(effect: Effect, media: MediaStore, ability: Ability) -> EffectCard:
    keys = preview_keys(effect.id, effect.about.version)
    return effect.card(
        preview=await _publish(effect.preview, keys.video, media),
        poster=await _publish(effect.poster, keys.poster, media),
        needs=ability.switch_s,
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
