"""What an ask comes down to: its effect, named or found from its words, and the job to be done."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bots.accounts import Policy
from bots.chat import Ask
from bots.gallery import Gallery, called
from bots.options import settle_for
from bots.rollout import pin_of, understood, without_pin
from bots.routing import RUNNERS_UP, Route, Router, Suggestion
from bots.store.requests import Request
from engine.jobs.catalogue import EffectCard, Offer
from engine.jobs.errors import Refused
from engine.jobs.job import VERSION, Job, JobState, Variant
from engine.jobs.length import as_long_as_asked
from engine.jobs.planning.costs import Costs
from engine.jobs.refusal import Refusal, RefusalCode

LONGEST_PROMPT = 2000
_SEEDS = 2**31


@dataclass(frozen=True, slots=True)
class Choice:
    """The effect to make, in the version that was asked for or that the person gets.

    `runners_up` is None when the person named it, `pin` empty when they named no version.
    """

    card: EffectCard
    runners_up: tuple[Suggestion, ...] | None = None
    pin: str = ""


class Admission:
    """Turns asks into requests, without writing anything down."""

    def __init__(self, bot: str, gallery: Gallery, router: Router, policy: Policy) -> None:
        self._bot = bot
        self._gallery = gallery
        self._router = router
        self._policy = policy

    async def choose(self, ask: Ask, effects: Collection[str] | None = None) -> Choice:
        """Find the effect that an ask wants; words choose among `effects`, if that is given.

        Raises:
            Refused: there is nothing to go by, too much of it, or nothing here that fits.
        """
        offer = await self._gallery.offer()
        ask = self._understood(ask)
        _check_words(ask)
        if not offer.effects:
            raise Refused(Refusal(RefusalCode.TRY_LATER))
        if ask.effect is None:
            return await self._match(ask, effects)
        return Choice(await self._version(ask, ask.effect), pin=pin_of(ask.params))

    async def request(self, ask: Ask, choice: Choice, now: datetime) -> Request:
        """Write out what is to be journalled and done.

        Raises:
            Refused: a photo is missing, an option is not one of the effect's, or no worker there
                is can make it, or not as long as that.
        """
        card, offer = choice.card, await self._gallery.offer()
        ask = self._understood(ask)
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
            job=self._job(ask, choice, offer),
            runners_up=None if runners_up is None else tuple(near.effect for near in runners_up),
        )

    def _job(self, ask: Ask, choice: Choice, offer: Offer) -> Job:
        card = choice.card
        options = {name: value for name, value in ask.params.items() if name != VERSION}
        params = settle_for(card, offer.versions(card.id), options)
        photos = ask.photos[: card.photos_taken]
        variants = as_long_as_asked(card, params, len(photos))
        return Job(
            id=ask.id,
            effect=card.id,
            effect_version=card.version,
            variants=_as_measured(variants, offer, ask.format.size),
            photos=photos,
            prompt=ask.prompt,
            params=params,
            format=ask.format,
            seed=secrets.randbelow(_SEEDS) if ask.seed is None else ask.seed,
            bot=self._bot,
            person=ask.who.id,
            place=ask.where.id,
            job_class=self._policy.job_class(ask.who.id),
            pin=choice.pin,
        )

    def _understood(self, ask: Ask) -> Ask:
        """Read a version out of an ask; words that only look like one stay as they are."""
        found = understood(ask)
        is_one = ask.effect is not None or self._gallery.has_shown(found.effect or "")
        return found if is_one else ask

    async def _version(self, ask: Ask, effect: str) -> EffectCard:
        """Find the version of an effect that whoever asks gets."""
        card = await self._gallery.version_for(ask.who.id, effect, pin_of(ask.params))
        if card is not None:
            return card
        if self._gallery.has_shown(effect):
            raise Refused(Refusal(RefusalCode.NO_WORKER))
        raise Refused(Refusal(RefusalCode.UNKNOWN_EFFECT, {"effect": effect[:40]}))

    async def _match(self, ask: Ask, effects: Collection[str] | None) -> Choice:
        """Take the words for an effect, if they are its name or it is clear which one they mean."""
        there = await self._gallery.cards()
        named = called(there, ask.prompt)
        if named is not None:
            pinned = replace(ask, params={**ask.params, **without_pin(ask.prompt)[1]})
            return Choice(await self._version(pinned, named.id), pin=pin_of(pinned.params))
        cards = [card for card in there if effects is None or card.id in effects]
        fitting = _fitting(cards, len(ask.photos))
        meant = [card for card in fitting if not card.any_words]
        anything = next((card for card in fitting if card.any_words), None)
        route = await self._router.route(ask.prompt, meant)
        chosen = route.chosen if anything is None else route.certain
        if chosen is not None:
            return Choice(await self._version(ask, chosen.effect), route.runners_up)
        if anything is not None:
            return Choice(await self._version(ask, anything.id), route.nearest[:RUNNERS_UP])
        if effects is not None:
            # whatever is meant is off here, which is said when it is asked for
            return await self._match(ask, None)
        if not (ask.photos and meant):
            route = await self._router.route(ask.prompt, cards)
        raise _nothing_matches(route, len(ask.photos))


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
