"""Which workers are alive and what they offer, as workers say and bots ask."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import groupby
from operator import attrgetter
from statistics import median

from pydantic import ValidationError
from redis.asyncio import Redis

from engine.jobs.catalogue import OFFER_JSON, EffectCard, Offer
from engine.jobs.job import WorkerId
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
        return merge(_read(await self._library.call("live_offers")))

    async def last_known(self) -> Offer:
        """Merge what live workers offer, or else what those did that were alive last."""
        return merge(_read(await self._library.call("last_offers")))

    async def live_workers(self) -> int:
        """Count the workers that are alive."""
        return await self._library.call("live_workers")


def merge(offers: Sequence[Offer]) -> Offer:
    """Make one offer of several: every effect once, in its newest version, with all variants."""
    cards = sorted(
        (card for offer in offers for card in offer.effects),
        key=lambda card: (card.id, _version_order(card.version)),
    )
    return Offer(
        effects=tuple(_newest(group) for _, group in groupby(cards, key=attrgetter("id"))),
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


def _newest(cards: Iterable[EffectCard]) -> EffectCard:
    """Take the newest of one effect's cards, oldest first, with the variants of its like."""
    by_age = list(cards)
    newest = by_age[-1]
    alike = [card for card in by_age if card.version == newest.version]
    variants = {variant.name: variant for card in alike for variant in card.variants}
    return replace(newest, variants=tuple(variants.values()))


def _usual_seconds(offers: Sequence[Offer]) -> Iterator[tuple[str, float]]:
    for kind in sorted({kind for offer in offers for kind in offer.measured_s}):
        yield kind, median(o.measured_s[kind] for o in offers if kind in o.measured_s)


def _version_order(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version))
