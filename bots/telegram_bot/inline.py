"""In any chat: effects for somebody's last photo, and clips to be shared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from telegram import (
    InlineKeyboardMarkup,
    InlineQueryResult,
    InlineQueryResultArticle,
    InlineQueryResultCachedVideo,
    InlineQueryResultsButton,
    InputTextMessageContent,
)

from bots.chat import Person, job_id
from bots.codes import named, short_name
from bots.desk.asking import Asking, Wish
from bots.desk.choosing import matching
from bots.desk.photos import PhotoDesk
from bots.errors import BotsError
from bots.gallery import called
from bots.rollout import without_pin
from bots.store.drafts import Draft
from bots.store.files import PlatformFiles
from bots.telegram_api.wire import Wire
from bots.telegram_bot.events import Called, Chosen, Wondered
from bots.telegram_bot.keyboards import SHARED, link_below
from bots.telegram_bot.links import effect_link, remix_link
from bots.telegram_bot.where import private_with
from bots.texts.talk import Talk
from bots.texts.texts import Texts
from engine.jobs.catalogue import EffectCard
from engine.jobs.errors import Refused
from engine.jobs.job import JobId, Succeeded

_MOST = 50
_BEGIN = "photo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inline:
    """Answers whoever types our name in a chat of theirs; `link` is where the bot is found."""

    wire: Wire
    asking: Asking
    files: PlatformFiles
    photos: PhotoDesk
    link: str

    async def suggest(self, wondered: Wondered) -> None:
        """Offer effects for the last photo, or the clip that is to be shared."""
        texts = Texts.of(wondered.who.language)
        if wondered.text.startswith(SHARED):
            results = await self._shared(texts, wondered)
        elif await self._last(wondered.who) is None:
            no_photo = InlineQueryResultsButton(Talk(texts).no_photo_yet(), start_parameter=_BEGIN)
            await self.wire.suggest(wondered.query, [], no_photo)
            return
        else:
            cards = matching(await self._cards(), wondered.text, texts)
            results = [self._offer(texts, card) for card in cards[:_MOST]]
        await self.wire.suggest(wondered.query, results)

    async def make(self, event: Chosen | Called) -> None:
        """Have a message become a clip that was sent through us, or answers a mention of us.

        Raises:
            Refused: it cannot be done.
        """
        if isinstance(event, Chosen):
            await self._make(event)
        else:
            await self._serve(event)

    def job_of(self, event: Chosen | Called) -> JobId:
        """Derive a job's id from what asks for it."""
        if isinstance(event, Chosen):
            return job_id(self.asking.name, "inline", event.inline)
        return job_id(self.asking.name, "guest", event.query)

    async def _make(self, chosen: Chosen) -> None:
        card = named(await self.asking.studio.effects(), chosen.result)
        draft = await self._last(chosen.who)
        if card is not None and draft is not None:
            wish = Wish(photos=draft.photos[: card.photos], effect=card.id)
            await self._ask(chosen, chosen.inline, wish)

    async def _serve(self, guest: Called) -> None:
        texts = Texts.of(guest.who.language)
        if guest.answered is None:
            await self._answer(guest, Talk(texts).answer_a_photo())
            return
        card = called(await self.asking.studio.effects(), guest.text)
        photo = await self.photos.take(guest.who, private_with(guest.who.id), guest.answered)
        inline = await self._answer(guest, texts.moment())
        if inline is not None:
            wish = Wish(photos=(photo,), words=guest.text)
            if card is not None:
                pin = without_pin(guest.text)[1]
                wish = Wish(photos=(photo,), effect=card.id, params=pin)
            await self._ask(guest, inline, wish)

    async def _ask(self, event: Chosen | Called, inline: str, wish: Wish) -> None:
        where = replace(private_with(event.who.id), through=inline)
        await self.asking.ask(self.job_of(event), event.who, where, wish)

    async def _answer(self, guest: Called, text: str) -> str | None:
        own = self._own(Texts.of(guest.who.language), self.link)
        try:
            return await self.wire.answer_guest(guest.query, text, own)
        except BotsError:
            return None

    async def _shared(self, texts: Texts, wondered: Wondered) -> Sequence[InlineQueryResult]:
        """Find a clip by its name: whoever knows that was given it by its owner."""
        job = JobId(wondered.text.removeprefix(SHARED))
        try:
            made = await self.asking.studio.made(job)
        except Refused:
            return []
        if not isinstance(made.outcome, Succeeded) or made.person.id != wondered.who.id:
            return []
        file = await self.files.get(self.asking.name, made.outcome.clip.key)
        if file is None:
            return []
        title, own = texts.title(made.title), self._own(texts, remix_link(self.link, job))
        return [InlineQueryResultCachedVideo(job, file, title, caption=title, reply_markup=own)]

    def _offer(self, texts: Texts, card: EffectCard) -> InlineQueryResult:
        title = texts.title(card.title)
        return InlineQueryResultArticle(
            short_name(card.id),
            title,
            InputTextMessageContent(texts.moment()),
            description=Talk(texts).use_here(title),
            # only a message with buttons can be changed later
            reply_markup=self._own(texts, effect_link(self.link, card.id)),
        )

    def _own(self, texts: Texts, link: str) -> InlineKeyboardMarkup:
        return link_below(Talk(texts).make_your_own(), link)

    async def _last(self, who: Person) -> Draft | None:
        """Find the photo somebody has sent us last, in our private chat."""
        draft = await self.asking.latest(who, private_with(who.id))
        return draft if draft is not None and draft.photos else None

    async def _cards(self) -> list[EffectCard]:
        """List what one photo is enough for, without a word."""
        cards = await self.asking.studio.effects()
        return [card for card in cards if card.photos == 1 and not card.any_words]
