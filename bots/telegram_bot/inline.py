"""In any chat: effects for somebody's last photo, and clips to be shared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResult,
    InlineQueryResultArticle,
    InlineQueryResultCachedVideo,
    InlineQueryResultsButton,
    InputTextMessageContent,
    User,
)

from bots.chat import Person, job_id
from bots.codes import named, short_name
from bots.errors import BotsError
from bots.gallery import called
from bots.store.drafts import Draft
from bots.store.files import PlatformFiles
from bots.telegram_bot.asking import Asking, Wish
from bots.telegram_bot.events import Called, Chosen, Wondered
from bots.telegram_bot.keyboards import SHARED
from bots.telegram_bot.links import effect_link, remix_link
from bots.telegram_bot.photos import PhotoDesk
from bots.telegram_bot.refusals import translated
from bots.telegram_bot.where import Where, user_of
from bots.texts.talk import Talk
from bots.texts.texts import Texts
from engine.jobs.catalogue import EffectCard
from engine.jobs.errors import Refused
from engine.jobs.job import JobId, Succeeded

_FRESH_S = 2
_MOST = 50
_BEGIN = "photo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inline:
    """Answers whoever types our name in a chat of theirs."""

    bot: Bot
    me: User
    asking: Asking
    files: PlatformFiles
    photos: PhotoDesk

    async def suggest(self, wondered: Wondered) -> None:
        """Offer effects for the last photo, or the clip that is to be shared."""
        texts = Texts.of(wondered.who.language)
        if wondered.text.startswith(SHARED):
            results = await self._shared(texts, wondered)
        elif await self._last(wondered.who) is None:
            await self._answer(wondered, [], _to_private(texts))
            return
        else:
            cards = matching(await self._cards(), wondered.text, texts)
            results = [self._offer(texts, card) for card in cards[:_MOST]]
        await self._answer(wondered, results, None)

    async def make(self, chosen: Chosen) -> None:
        """Turn the message that somebody sent through us into their clip.

        Raises:
            Refused: it cannot be done.
        """
        card = named(await self.asking.studio.effects(), chosen.result)
        draft = await self._last(chosen.who)
        if card is None or draft is None:
            return
        where = Where(chat=user_of(chosen.who.id), inline=chosen.inline)
        wish = Wish(photos=draft.photos[: card.photos], effect=card.id)
        job = job_id(self.asking.name, "inline", chosen.inline)
        await self.asking.ask(job, chosen.who, where, wish)

    async def serve(self, guest: Called) -> None:
        """Answer a mention in a chat we are not in, with a message that becomes the clip.

        Raises:
            Refused: it cannot be done.
        """
        texts = Texts.of(guest.who.language)
        private = Where(chat=user_of(guest.who.id))
        if guest.answered is None:
            await self._answer_guest(guest, Talk(texts).answer_a_photo())
            return
        card = called(await self.asking.studio.effects(), guest.text)
        key = await self.photos.take(guest.who, private, guest.answered)
        inline = await self._answer_guest(guest, texts.moment())
        if inline is None:
            return
        wish = Wish(
            photos=(key,), effect=card.id if card else None, words="" if card else guest.text
        )
        where = Where(chat=private.chat, inline=inline)
        job = job_id(self.asking.name, "guest", guest.query)
        await self.asking.ask(job, guest.who, where, wish)

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
        title = texts.title(made.title)
        link = remix_link(self.asking.chat.link, job)
        own = InlineKeyboardButton(Talk(texts).make_your_own(), url=link)
        return [
            InlineQueryResultCachedVideo(
                job, file, title, caption=title, reply_markup=InlineKeyboardMarkup([[own]])
            )
        ]

    def _offer(self, texts: Texts, card: EffectCard) -> InlineQueryResult:
        title = texts.title(card.title)
        # only a message with buttons can be changed later
        own = InlineKeyboardButton(
            Talk(texts).make_your_own(), url=effect_link(self.asking.chat.link, card.id)
        )
        return InlineQueryResultArticle(
            short_name(card.id),
            title,
            InputTextMessageContent(texts.moment()),
            description=Talk(texts).use_here(title),
            reply_markup=InlineKeyboardMarkup([[own]]),
        )

    async def _last(self, who: Person) -> Draft | None:
        """Find the photo somebody has sent us last, in our private chat."""
        draft = await self.asking.latest(who, Where(chat=user_of(who.id)))
        return draft if draft is not None and draft.photos else None

    async def _cards(self) -> list[EffectCard]:
        return [card for card in await self.asking.studio.effects() if card.photos == 1]

    async def _answer(
        self,
        wondered: Wondered,
        results: Sequence[InlineQueryResult],
        button: InlineQueryResultsButton | None,
    ) -> None:
        with translated():
            await self.bot.answer_inline_query(
                wondered.query, results, cache_time=_FRESH_S, is_personal=True, button=button
            )

    async def _answer_guest(self, guest: Called, text: str) -> str | None:
        own = InlineKeyboardButton(
            Talk(Texts.of(guest.who.language)).make_your_own(),
            url=self.asking.chat.link,
        )
        article = InlineQueryResultArticle(
            "answer",
            text,
            InputTextMessageContent(text),
            reply_markup=InlineKeyboardMarkup([[own]]),
        )
        try:
            with translated():
                sent = await self.bot.answer_guest_query(guest.query, article)
                return sent.inline_message_id
        except BotsError:
            return None
        return None


def matching(cards: Sequence[EffectCard], words: str, texts: Texts) -> list[EffectCard]:
    """Pick the effects whose name, or what people call them, has the words in it."""
    wanted = words.casefold()

    def fits(card: EffectCard) -> bool:
        names = (card.id.replace("_", " "), texts.title(card.title), *card.phrases, *card.tags)
        return any(wanted in name.casefold() for name in names)

    return [card for card in cards if fits(card)]


def _to_private(texts: Texts) -> InlineQueryResultsButton:
    return InlineQueryResultsButton(Talk(texts).no_photo_yet(), start_parameter=_BEGIN)
