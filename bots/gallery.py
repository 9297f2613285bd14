"""The effects a bot can show: what live workers offer, or what was offered last."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence

from engine.jobs.catalogue import EffectCard, Offer
from engine.jobs.errors import QueueUnavailable
from engine.jobs.presence import Presence

log = logging.getLogger(__name__)


class Gallery:
    """Asks the workers' presence now and then, and keeps the answer while nobody answers."""

    def __init__(self, presence: Presence, *, fresh_s: float = 2.0) -> None:
        self._presence = presence
        self._fresh_s = fresh_s
        self._offer = Offer(effects=())
        self._seen: set[str] = set()
        self._live = 0
        self._asked_at = float("-inf")

    async def offer(self) -> Offer:
        """Give what workers offer, hidden effects included; empty if none was ever seen."""
        await self._refresh()
        return self._offer

    async def cards(self) -> tuple[EffectCard, ...]:
        """Give the effects people may pick."""
        return tuple(card for card in (await self.offer()).effects if not card.hidden)

    def has_shown(self, effect: str) -> bool:
        """Tell whether a worker has offered an effect since we started, even if none does now."""
        return effect in self._seen

    async def somebody_works(self) -> bool:
        """Tell whether a worker was alive when last asked."""
        await self._refresh()
        return self._live > 0

    async def _refresh(self) -> None:
        if time.monotonic() - self._asked_at < self._fresh_s:
            return
        try:
            offer = await self._presence.last_known()
            self._live = await self._presence.live_workers()
        except QueueUnavailable as error:
            log.warning("the effects of live workers are not known for now: %s", error)
            self._asked_at = time.monotonic()
            return
        if offer.effects:
            # That nobody has offered anything yet is not kept: the first worker may be there now.
            self._offer = offer
            self._seen |= {card.id for card in offer.effects}
            self._asked_at = time.monotonic()


def called(cards: Sequence[EffectCard], words: str) -> EffectCard | None:
    """Find the effect that somebody calls by its very name, in any language."""
    name = " ".join(words.casefold().replace("_", " ").split())
    for card in cards:
        names = (card.id.replace("_", " "), *card.title.values())
        if name in (each.casefold() for each in names):
            return card
    return None
