"""What an ask comes down to: its effect, named or found from its words, and the job to be done."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bots.accounts import Policy
from bots.chat import Ask
from bots.gallery import Gallery
from bots.options import settle_options
from bots.routing import RUNNERS_UP, Route, Router, Suggestion
from bots.store.requests import Request
from engine.jobs.catalogue import EffectCard, Offer
from engine.jobs.errors import Refused
from engine.jobs.job import Job, JobState, Variant
from engine.jobs.planning.costs import Costs
from engine.jobs.refusal import Refusal, RefusalCode

LONGEST_PROMPT = 2000
_SEEDS = 2**31


@dataclass(frozen=True, slots=True)
class Choice:
    """The effect to make; `runners_up` is None when the person named it."""

    card: EffectCard
    runners_up: tuple[Suggestion, ...] | None = None


class Admission:
    """Turns asks into requests, without writing anything down."""

    def __init__(self, bot: str, gallery: Gallery, router: Router, policy: Policy) -> None:
        self._bot = bot
        self._gallery = gallery
        self._router = router
        self._policy = policy

    async def choose(self, ask: Ask) -> Choice:
        """Find the effect that an ask wants.

        Raises:
            Refused: there is nothing to go by, too much of it, or nothing here that fits.
        """
        _check_words(ask)
        offer = await self._gallery.offer()
        if not offer.effects:
            raise Refused(Refusal(RefusalCode.TRY_LATER))
        if ask.effect is None:
            return await self._match(ask)
        return Choice(self._named(offer, ask.effect))

    async def request(self, ask: Ask, choice: Choice, now: datetime) -> Request:
        """Write out what is to be journalled and done.

        Raises:
            Refused: a photo is missing, an option is not one of the effect's, or no worker there
                is can make it.
        """
        card, offer = choice.card, await self._gallery.offer()
        if not card.variants:
            raise Refused(Refusal(RefusalCode.NO_WORKER))
        if len(ask.photos) < card.photos:
            raise Refused(Refusal(RefusalCode.PHOTO_NEEDED, {"photos": card.photos}))
        if card.any_words and not ask.prompt.strip():
            raise Refused(Refusal(RefusalCode.EMPTY_ASK))
        runners_up = choice.runners_up
        return Request(
            id=ask.id,
            bot=self._bot,
            person=ask.who,
            place=ask.where.id,
            effect=card.id,
            title=card.title,
            state=JobState.QUEUED,
            created=now,
            job=self._job(ask, card, offer),
            runners_up=None if runners_up is None else tuple(near.effect for near in runners_up),
        )

    def _job(self, ask: Ask, card: EffectCard, offer: Offer) -> Job:
        return Job(
            id=ask.id,
            effect=card.id,
            effect_version=card.version,
            variants=_as_measured(card.variants, offer, ask.format.size),
            photos=ask.photos[: card.photos],
            prompt=ask.prompt,
            params=settle_options(card, ask.params),
            format=ask.format,
            seed=secrets.randbelow(_SEEDS) if ask.seed is None else ask.seed,
            bot=self._bot,
            person=ask.who.id,
            place=ask.where.id,
            job_class=self._policy.job_class(ask.who.id),
        )

    def _named(self, offer: Offer, effect: str) -> EffectCard:
        for card in offer.effects:
            if card.id == effect:
                return card
        if self._gallery.has_shown(effect):
            raise Refused(Refusal(RefusalCode.NO_WORKER))
        raise Refused(Refusal(RefusalCode.UNKNOWN_EFFECT, {"effect": effect[:40]}))

    async def _match(self, ask: Ask) -> Choice:
        """Take the words for an effect, if it is clear which one they mean."""
        cards = await self._gallery.cards()
        fitting = _fitting(cards, len(ask.photos))
        meant = [card for card in fitting if not card.any_words]
        route = await self._router.route(ask.prompt, meant or cards)
        if meant and route.chosen is not None:
            card = next(card for card in meant if card.id == route.chosen.effect)
            return Choice(card, route.runners_up)
        anything = next((card for card in fitting if card.any_words), None)
        if anything is None:
            raise _nothing_matches(route, len(ask.photos))
        return Choice(anything, route.nearest[:RUNNERS_UP] if meant else ())


def _check_words(ask: Ask) -> None:
    if ask.effect is None and not ask.prompt.strip():
        raise Refused(Refusal(RefusalCode.EMPTY_ASK))
    if len(ask.prompt) > LONGEST_PROMPT:
        raise Refused(Refusal(RefusalCode.PROMPT_TOO_LONG, {"limit": LONGEST_PROMPT}))


def _fitting(cards: Sequence[EffectCard], photos: int) -> list[EffectCard]:
    """Pick the effects that use the photos sent, or that make something of words alone."""
    if photos:
        return [card for card in cards if 0 < card.photos <= photos]
    return [card for card in cards if card.photos == 0 and card.takes_prompt]


def _nothing_matches(route: Route, photos: int) -> Refused:
    nearest = ",".join(near.effect for near in route.nearest[:RUNNERS_UP])
    return Refused(Refusal(RefusalCode.NO_MODEL_FOR_PROMPT, {"nearest": nearest, "photos": photos}))


def _as_measured(variants: Sequence[Variant], offer: Offer, size: int) -> tuple[Variant, ...]:
    """Price variants by what live workers have measured, for a clip of this size."""
    costs = Costs.read(offer.measured_s)
    return tuple(
        replace(it, cost_s=costs.usual_anywhere(it.needs, size, it.frames, it.cost_s))
        for it in variants
    )
