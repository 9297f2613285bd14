"""The effects a bot can show: what live workers offer, or what was offered last.

Of each it shows the version that most people get.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, Sequence

from bots.chat import PersonId
from bots.errors import StoreUnavailable
from bots.rollout import Rollouts, shown, version_for, without_pin
from bots.texts.forms_talk import FormsTalk
from bots.texts.languages import LANGUAGES
from bots.texts.texts import Texts
from engine.jobs.catalogue import EffectCard, Offer
from engine.jobs.errors import QueueUnavailable
from engine.jobs.presence import Presence

log = logging.getLogger(__name__)


ReadRollouts = Callable[[], Awaitable[Rollouts]]


async def nothing_rolled_out() -> Rollouts:
    """Leave everybody the usual versions."""
    return {}


class Gallery:
    """Asks the workers' presence now and then, and keeps the answer while nobody answers."""

    def __init__(
        self,
        presence: Presence,
        rollouts: ReadRollouts = nothing_rolled_out,
        *,
        fresh_s: float = 2.0,
    ) -> None:
        self._presence = presence
        self._read_rollouts = rollouts
        self._fresh_s = fresh_s
        self._offer = Offer(effects=())
        self._rollouts: Rollouts = {}
        self._shown: tuple[EffectCard, ...] = ()
        self._seen: set[str] = set()
        self._live = 0
        self._asked_at = float("-inf")

    async def offer(self) -> Offer:
        """Give what workers offer, hidden effects included; empty if none was ever seen."""
        await self._refresh()
        return self._offer

    async def cards(self) -> tuple[EffectCard, ...]:
        """Give the effects people may pick; where there are several versions, that is an option."""
        await self._refresh()
        return tuple(card for card in self._shown if not card.hidden)

    async def version_for(self, person: PersonId, effect: str, pin: str) -> EffectCard | None:
        """Give the version of an effect that somebody gets; None if nobody offers the effect."""
        versions = (await self.offer()).versions(effect)
        shares = self._rollouts.get(effect, {})
        return version_for(person, versions, shares, pin) if versions else None

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
            await self._take(offer)
            self._asked_at = time.monotonic()

    async def _take(self, offer: Offer) -> None:
        try:
            self._rollouts = await self._read_rollouts()
        except StoreUnavailable as error:
            log.warning("which versions have which share is not known for now: %s", error)
        self._offer = offer
        self._seen |= {card.id for card in offer.effects}
        label = {tag: FormsTalk(Texts.of(tag)).version() for tag in LANGUAGES}
        self._shown = tuple(
            shown(offer.versions(card.id), self._rollouts.get(card.id, {}), label)
            for card in offer.effects
        )


def called(cards: Sequence[EffectCard], words: str) -> EffectCard | None:
    """Find the effect that somebody calls by its very name, in any language, perhaps `@1.0.0`."""
    name = " ".join(without_pin(words)[0].casefold().replace("_", " ").split())
    for card in cards:
        names = (card.id.replace("_", " "), *card.title.values())
        if name in (each.casefold() for each in names):
            return card
    return None
