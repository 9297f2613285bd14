"""Which workers are alive and what they offer, as workers say and bots ask."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import groupby
from operator import attrgetter
from statistics import median

from pydantic import ValidationError
from redis.asyncio import Redis

from engine.jobs.catalogue import OFFER_JSON, EffectCard, Offer, newness
from engine.jobs.job import WorkerId
from engine.jobs.length import within_reach
from engine.jobs.library import FunctionLibrary

log = logging.getLogger(__name__)


class Presence:
    """The workers of one pool."""

    def __init__(self, redis: Redis, *, pool: str = "main") -> None:
        self._library = FunctionLibrary(redis, pool=pool)

    async def announce(self, worker: WorkerId, offer: Offer, ttl: timedelta) -> None:
        """Say that a worker is alive for a while, and what it offers."""
        ttl_ms = round(ttl.total_seconds() * 1000)
        await self._library.call("announce", worker, OFFER_JSON.dump_json(offer).decode(), ttl_ms)

    async def withdraw(self, worker: WorkerId) -> None:
        """Say that a worker is gone."""
        await self._library.call("withdraw", worker)

    async def offers(self) -> Offer:
        """Merge what live workers offer; empty when none is alive."""
        return merge(await self.each())

    async def each(self) -> list[Offer]:
        """List what live workers offer, one by one."""
        return _read(await self._library.call("live_offers"))

    async def last_known(self) -> Offer:
        """Merge what live workers offer, or else what those did that were alive last."""
        return merge(_read(await self._library.call("last_offers")))

    async def live_workers(self) -> int:
        """Count the workers that are alive."""
        return await self._library.call("live_workers")


def merge(offers: Sequence[Offer]) -> Offer:
    """Make one offer of several: every version of every effect once, with all variants.

    Usual is the newest of what is usual for some worker; the newest at all where nothing is.
    """
    usual = {(card.id, card.version) for offer in offers for card in offer.effects}
    cards = (card for offer in offers for card in offer.cards)
    effects: list[EffectCard] = []
    beside: list[EffectCard] = []
    for _, same_id in groupby(sorted(cards, key=attrgetter("id")), key=attrgetter("id")):
        versions = _versions(same_id)
        chosen = next((it for it in versions if (it.id, it.version) in usual), versions[0])
        effects.append(chosen)
        beside += [card for card in versions if card is not chosen]
    return Offer(
        effects=tuple(effects),
        beside=tuple(beside),
        measured_s=dict(_usual_seconds(offers)),
        models=tuple(sorted({model for offer in offers for model in offer.models})),
    )


def _read(texts: Iterable[str | None]) -> list[Offer]:
    """Parse offers, without those of workers whose version we do not understand."""
    offers: list[Offer] = []
    for text in texts:
        try:
            offers.append(OFFER_JSON.validate_json(text or ""))
        except ValidationError as error:
            log.warning("a worker's offer was not understood: %s", error)
    return offers


def _versions(cards: Iterable[EffectCard]) -> list[EffectCard]:
    """Make one card of each version of an effect, with the variants of its like; newest first."""
    alike: dict[str, list[EffectCard]] = {}
    for card in cards:
        alike.setdefault(card.version, []).append(card)
    newest_first = sorted(alike.items(), key=lambda each: newness(each[0]), reverse=True)
    return [_together(same) for _, same in newest_first]


def _together(alike: Sequence[EffectCard]) -> EffectCard:
    """Keep the order of preference: that of whoever can do most, and what models make first."""
    by_most = sorted(alike, key=lambda card: len(card.variants), reverse=True)
    variants = {variant.name: variant for card in by_most for variant in card.variants}
    in_order = sorted(variants.values(), key=attrgetter("is_look"))
    return within_reach(replace(alike[-1], variants=tuple(in_order)))


def _usual_seconds(offers: Sequence[Offer]) -> Iterator[tuple[str, float]]:
    for kind in sorted({kind for offer in offers for kind in offer.measured_s}):
        yield kind, median(o.measured_s[kind] for o in offers if kind in o.measured_s)
