"""From a photo and a wish to an ask: what is still missing is kept as a draft, and asked for."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

from bots import messages
from bots.chat import Ask, MessageId, Person, PlaceId, job_id
from bots.clock import Clock
from bots.codes import Code, Verb, short_name
from bots.delivery.delivery import Delivery
from bots.desk.keys import Key, Rows, effect_page, under_message
from bots.desk.platform import Platform
from bots.desk.replies import Replies
from bots.desk.where import Where
from bots.errors import BotsError, Overtaken
from bots.reporter import Reporter
from bots.store.answers import Answers
from bots.store.drafts import Draft, Drafts
from bots.store.places import Places
from bots.studio import Studio, Ticket
from bots.texts.forms_talk import FormsTalk
from bots.texts.talk import Talk
from bots.texts.texts import Texts
from engine.jobs.catalogue import EffectCard
from engine.jobs.errors import Refused
from engine.jobs.job import ClipFormat, Job, JobId, MediaKey, ParamValue
from engine.jobs.refusal import Refusal, RefusalCode

log = logging.getLogger(__name__)

EFFECT = "effect"
PHOTO = "photo"
"""What a draft needs next."""
_DRAFT_ID = 22
_ENOUGH_PHOTOS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants made, from these photos; with no effect, the words choose one."""

    photos: tuple[MediaKey, ...] = ()
    effect: str | None = None
    words: str = ""
    params: Mapping[str, ParamValue] | None = None
    format: ClipFormat = field(default_factory=ClipFormat)
    seed: int | None = None

    @classmethod
    def of(cls, before: Job | Draft) -> Self:
        """Want the same once more, with another seed."""
        return cls(
            photos=before.photos,
            effect=before.effect,
            words=before.prompt,
            params=before.options if isinstance(before, Job) else before.params,
            format=before.format,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Takes asks from the people of a platform."""

    name: str
    studio: Studio
    delivery: Delivery
    drafts: Drafts
    answers: Answers
    places: Places
    platform: Platform
    replies: Replies
    reporter: Reporter
    now: Clock

    async def ask(self, job: JobId, who: Person, where: Where, wish: Wish) -> None:
        """Submit what somebody wants, and post the message that becomes the clip.

        Raises:
            Refused: it cannot be done.
        """
        ask = Ask(
            id=job,
            who=who,
            where=where.as_place(admin=await self._runs(where, who)),
            effect=wish.effect,
            prompt=wish.words,
            photos=wish.photos,
            params=wish.params or {},
            format=fitting(wish.format, where),
            seed=wish.seed,
        )
        await self.answers.put(job, where.saved(), self.now())
        try:
            ticket = await self.studio.submit(ask)
        except Refused:
            if wish.photos and wish.effect is None:
                # another effect can be picked for them still
                await self.drafts.put(self.begin(who, where, [job], wish.photos))
            raise
        await self._open(ticket)

    async def again(self, who: Person, where: Where, before: JobId, job: JobId) -> None:
        """Ask for the same as before, with another seed.

        Raises:
            Refused: it cannot be done, or was not theirs.
        """
        await self.ask(job, who, where, Wish.of(await self.studio.recall(who, before)))

    async def follow(self, who: Person, where: Where, job: JobId) -> bool:
        """Show a job that has not been shown in a message of its own from now on.

        Returns:
            Whether there was something left to show.

        Raises:
            Refused: there is no such job, or it is not theirs.
        """
        request = await self.studio.made(job)
        if request.person.id != who.id:
            raise Refused(Refusal(RefusalCode.NOT_YOURS))
        if request.delivered is not None:
            return False
        await self.answers.put(job, where.saved(), self.now())
        try:
            await self.delivery.reopen(job)
        except Overtaken:
            return (await self.studio.made(job)).delivered is None
        except BotsError as error:
            log.info("%s is not shown anew: %s", job, error)
        return True

    async def offer(
        self, who: Person, where: Where, photos: Sequence[MediaKey], name: Sequence[str]
    ) -> None:
        """Keep photos, and offer the effects there are for them."""
        text = _offered(_tongues(who)[1], len(photos))
        await self.offer_saying(who, where, photos, name, text)

    async def offer_saying(
        self, who: Person, where: Where, photos: Sequence[MediaKey], name: Sequence[str], text: str
    ) -> None:
        """Keep photos, and offer the effects there are for them with these words."""
        draft = self.begin(who, where, name, tuple(photos[:_ENOUGH_PHOTOS]))
        await self.drafts.put(draft)
        await self._offer(who, where, draft, text)

    async def offer_all(self, who: Person, where: Where, name: Sequence[str]) -> None:
        """Offer every effect, for a photo that is still to come."""
        draft = self.begin(who, where, name)
        await self.drafts.put(draft)
        await self._offer(who, where, draft, _tongues(who)[1].all_effects())

    async def turn_page(
        self, who: Person, where: Where, draft: Draft, page: int, message: MessageId
    ) -> None:
        """Show another page of what is offered in a message."""
        texts, talk = _tongues(who)
        cards = await self.cards(where.place, len(draft.photos))
        text = _offered(talk, len(draft.photos)) if draft.photos else talk.all_effects()
        rows = effect_page(draft.id, cards, texts, page=page, most=self.platform.page)
        await self.replies.edit(where, message, text, rows)

    async def pick(
        self, who: Person, where: Where, draft: Draft, card: EffectCard, message: MessageId | None
    ) -> None:
        """Make a draft with an effect; `message` offered it, and becomes what comes of it.

        Where an answer is already under way it is what becomes the clip, and what was offered
        stays, so that more can be made of it.

        Raises:
            Refused: it cannot be done.
        """
        if len(draft.photos) < card.photos:
            await self.await_photo(who, where, draft, card, message)
            return
        params = draft.params if draft.effect == card.id else None
        wish = replace(Wish.of(draft), effect=card.id, params=params)
        name = ("draft", draft.id, card.id, str(len(draft.photos)))
        if where.through is not None and where.turn_into is not None:
            await self.ask(job_id(self.name, *name, where.turn_into), who, where, wish)
            return
        begun = replace(where.resumed(draft.where), turn_into=message)
        await self.ask(job_id(self.name, *name), who, begun, wish)

    async def await_photo(
        self, who: Person, where: Where, draft: Draft, card: EffectCard, message: MessageId | None
    ) -> None:
        """Keep the effect, and ask for the photo that is missing."""
        await self.drafts.put(replace(draft, effect=card.id, needs=PHOTO, created=self.now()))
        texts, talk = _tongues(who)
        title = texts.title(card.title)
        text = talk.send_second(title) if draft.photos else talk.send_photo(title)
        add = Code(Verb.USE, draft.id, short_name(card.id))
        rows = [[Key(label=FormsTalk(texts).add_photo(), code=add)]]
        if message is None or not await self.replies.edit(where, message, text, rows):
            await self.replies.say(where, text, rows)

    async def sorry(self, who: Person, where: Where, job: JobId, refusal: Refusal) -> None:
        """Say why something cannot be done, with the effects that come nearest."""
        await self.replies.say(where, *await self.apology(who, job, refusal))

    async def apology(self, who: Person, job: JobId, refusal: Refusal) -> tuple[str, Rows]:
        """Give the words of a refusal, and what is below them."""
        said = messages.refused(Texts.of(who.language), refusal, await self.studio.effects())
        return said.text, under_message(job, said.buttons)

    async def latest(self, who: Person, where: Where) -> Draft | None:
        """Find what somebody has begun last here, while its photos are kept."""
        draft = await self.drafts.latest(who.id, where.place)
        return draft if draft is not None and draft.bot == self.name else None

    async def effects(self, place: PlaceId) -> Sequence[EffectCard]:
        """List the effects that may be picked in a place."""
        cards, on = await self.studio.effects(), (await self.places.rules(place)).effects
        return cards if on is None else [card for card in cards if card.id in on]

    async def cards(self, place: PlaceId, photos: int) -> list[EffectCard]:
        """List the effects that a number of photos can be used for, now or with one more.

        Of several photos, those come first that use them all.
        """
        cards = await self.effects(place)
        fitting = [card for card in cards if (card.photos or not photos) and not card.any_words]
        if photos <= 1:
            return fitting
        return sorted(fitting, key=lambda card: not card.photos <= photos <= card.photos_taken)

    def begin(
        self,
        who: Person,
        where: Where,
        name: Sequence[str],
        photos: tuple[MediaKey, ...] = (),
    ) -> Draft:
        """Make a draft, named by what it begins with."""
        return Draft(
            id=draft_id(self.name, *name),
            bot=self.name,
            person=who.id,
            place=where.place,
            photos=photos,
            needs=EFFECT,
            where=where.saved(),
            created=self.now(),
        )

    async def _offer(self, who: Person, where: Where, draft: Draft, text: str) -> None:
        texts, talk = _tongues(who)
        cards = await self.cards(where.place, len(draft.photos))
        if cards:
            rows = effect_page(draft.id, cards, texts, most=self.platform.page)
            await self.replies.say(where, text, rows)
        else:
            await self.replies.say(where, talk.no_effects())

    async def _open(self, ticket: Ticket) -> None:
        try:
            await self.delivery.open(ticket)
        except BotsError as error:
            log.info("the message of %s is posted later: %s", ticket.job, error)

    async def _runs(self, where: Where, who: Person) -> bool:
        """Tell whether somebody makes the rules where they ask, if that matters there."""
        if where.admin or not where.is_group:
            return where.admin
        rules = await self.places.rules(where.place)
        return rules.who == "admins" and await self.runs(where, who)

    async def runs(self, where: Where, who: Person) -> bool:
        """Tell whether somebody makes the rules of a place."""
        try:
            return await self.platform.runs(where, who)
        except BotsError:
            return False


def _offered(talk: Talk, photos: int) -> str:
    """Say that effects are offered for a number of photos."""
    if photos > _ENOUGH_PHOTOS:
        return talk.pick_for_many(photos, _ENOUGH_PHOTOS)
    if photos > 2:
        return talk.pick_for_several(photos)
    return talk.pick() if photos <= 1 else talk.pick_for_two()


def fitting(wanted: ClipFormat, where: Where) -> ClipFormat:
    """Ask for a clip that the place takes."""
    return wanted if where.max_bytes is None else replace(wanted, max_bytes=where.max_bytes)


def draft_id(name: str, *parts: str) -> str:
    """Name a draft by what it began with."""
    return job_id(name, "begun", *parts)[:_DRAFT_ID]


def is_draft(name: str) -> bool:
    """Tell the name of a draft from that of a job."""
    return len(name) == _DRAFT_ID


def _tongues(who: Person) -> tuple[Texts, Talk]:
    texts = Texts.of(who.language)
    return texts, Talk(texts)
