"""From a photo and a wish to an ask: what is still missing is kept as a draft, and asked for."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from bots import messages
from bots.chat import Ask, Person, job_id
from bots.clock import Clock
from bots.delivery.delivery import Delivery
from bots.errors import BotsError
from bots.store.answers import Answers
from bots.store.drafts import Draft, Drafts
from bots.store.places import Places
from bots.studio import Studio, Ticket
from bots.telegram_bot.chat import TelegramChat
from bots.telegram_bot.keyboards import effect_page, under_message
from bots.telegram_bot.replies import Replies
from bots.telegram_bot.where import Where, user_of
from bots.telegram_bot.wire import Wire
from bots.texts.talk import Talk
from bots.texts.texts import Texts
from engine.jobs.catalogue import EffectCard
from engine.jobs.job import ClipFormat, JobId, MediaKey, ParamValue
from engine.jobs.refusal import Refusal

log = logging.getLogger(__name__)

EFFECT = "effect"
PHOTO = "photo"
"""What a draft needs next."""
_DRAFT_ID = 22
_ENOUGH_PHOTOS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants made, from these photos; with no effect, the words choose one."""

    photos: tuple[MediaKey, ...] = ()
    effect: str | None = None
    words: str = ""
    params: Mapping[str, ParamValue] | None = None
    format: ClipFormat = field(default_factory=ClipFormat)
    seed: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Takes asks from people on Telegram."""

    name: str
    studio: Studio
    delivery: Delivery
    drafts: Drafts
    answers: Answers
    places: Places
    replies: Replies
    wire: Wire
    chat: TelegramChat
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
            format=wish.format,
            seed=wish.seed,
        )
        await self.answers.put(job, where.saved(), self.now())
        await self._open(await self.studio.submit(ask))

    async def again(self, who: Person, where: Where, before: JobId, job: JobId) -> None:
        """Ask for the same as before, with another seed.

        Raises:
            Refused: it cannot be done, or was not theirs.
        """
        await self.answers.put(job, where.saved(), self.now())
        place = where.as_place(admin=await self._runs(where, who))
        await self._open(await self.studio.again(who, place, before, job))

    async def offer(
        self, who: Person, where: Where, photos: Sequence[MediaKey], name: Sequence[str]
    ) -> None:
        """Keep photos, and offer the effects there are for them."""
        draft = self.begin(who, where, name, tuple(photos[:_ENOUGH_PHOTOS]))
        await self.drafts.put(draft)
        texts, talk = _tongues(who)
        cards = await self.cards(len(photos))
        if not cards:
            await self.replies.say(where, talk.no_effects())
            return
        if len(photos) > _ENOUGH_PHOTOS:
            text = talk.pick_for_many(len(photos))
        else:
            text = talk.pick() if len(photos) <= 1 else talk.pick_for_two()
        await self.replies.say(where, text, effect_page(draft.id, cards, texts))

    async def offer_all(self, who: Person, where: Where, name: Sequence[str]) -> None:
        """Offer every effect, for a photo that is still to come."""
        draft = self.begin(who, where, name)
        await self.drafts.put(draft)
        texts, talk = _tongues(who)
        cards = await self.cards(0)
        if cards:
            page = effect_page(draft.id, cards, texts)
            await self.replies.say(where, talk.all_effects(), page)
        else:
            await self.replies.say(where, talk.no_effects())

    async def pick(
        self, who: Person, where: Where, draft: Draft, card: EffectCard, message: int | None
    ) -> None:
        """Make a draft with an effect; `message` offered it, and becomes what comes of it.

        Raises:
            Refused: it cannot be done.
        """
        if len(draft.photos) < card.photos:
            await self.await_photo(who, where, draft, card, message)
            return
        saved = Where.read({**where.saved(), **draft.where})
        wish = Wish(
            photos=draft.photos,
            effect=card.id,
            words=draft.prompt,
            params=draft.params if draft.effect == card.id else None,
            format=draft.format,
        )
        job = job_id(self.name, "draft", draft.id, card.id, str(len(draft.photos)))
        await self.ask(job, who, replace(saved, turn_into=message), wish)

    async def await_photo(
        self, who: Person, where: Where, draft: Draft, card: EffectCard, message: int | None
    ) -> None:
        """Keep the effect, and ask for the photo that is missing."""
        await self.drafts.put(replace(draft, effect=card.id, needs=PHOTO, created=self.now()))
        texts, talk = _tongues(who)
        title = texts.title(card.title)
        text = talk.send_second(title) if draft.photos else talk.send_photo(title)
        if message is None or not await self.replies.edit(where, message, text):
            await self.replies.say(where, text)

    async def sorry(self, who: Person, where: Where, job: JobId, refusal: Refusal) -> None:
        """Say why something cannot be done, with the effects that come nearest."""
        said = messages.refused(Texts.of(who.language), refusal, await self.studio.effects())
        await self.replies.say(where, said.text, under_message(job, said.buttons))

    async def latest(self, who: Person, where: Where) -> Draft | None:
        """Find what somebody has begun last here, while its photos are kept."""
        draft = await self.drafts.latest(who.id, where.place)
        return draft if draft is not None and draft.bot == self.name else None

    async def cards(self, photos: int) -> list[EffectCard]:
        """List the effects that a number of photos can be used for, now or with one more."""
        cards = await self.studio.effects()
        return [card for card in cards if card.photos or not photos]

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

    async def _open(self, ticket: Ticket) -> None:
        try:
            await self.delivery.open(ticket)
        except BotsError as error:
            log.info("the message of %s is posted later: %s", ticket.job, error)

    async def _runs(self, where: Where, who: Person) -> bool:
        """Tell whether somebody runs the group they ask in."""
        rules = await self.places.rules(where.place)
        if rules.who != "admins" or not where.is_group or where.inline is not None:
            return False
        try:
            return await self.wire.is_admin(where.chat, user_of(who.id))
        except BotsError:
            return False


def draft_id(name: str, *parts: str) -> str:
    """Name a draft by what it began with."""
    return job_id(name, "begun", *parts)[:_DRAFT_ID]


def _tongues(who: Person) -> tuple[Texts, Talk]:
    texts = Texts.of(who.language)
    return texts, Talk(texts)
