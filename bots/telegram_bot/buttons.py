"""What pressing a button does; whoever presses must own what it is about."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

from bots.chat import Placeholder, job_id
from bots.codes import Code, Verb, named
from bots.errors import BotsError
from bots.languages import Languages
from bots.messages import HD_SIZE
from bots.store.drafts import Draft
from bots.telegram_bot.asking import Asking, Wish
from bots.telegram_bot.events import Pressed
from bots.telegram_bot.keyboards import effect_page
from bots.telegram_bot.remix import Remixing
from bots.telegram_bot.rules import Ruling
from bots.telegram_bot.where import Where, message_id
from bots.texts.languages import LANGUAGES
from bots.texts.rules_talk import RulesTalk
from bots.texts.talk import Talk
from bots.texts.texts import Texts
from engine.jobs.catalogue import EffectCard
from engine.jobs.errors import Refused
from engine.jobs.job import JobId, Succeeded
from engine.jobs.refusal import Refusal, RefusalCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Buttons:
    """Carries out presses."""

    asking: Asking
    remixing: Remixing
    ruling: Ruling
    languages: Languages

    async def press(self, pressed: Pressed) -> str:
        """Do what a button says; what to show in a window, if anything.

        Raises:
            Refused: it cannot be done, or not by them.
        """
        code = Code.read(pressed.data)
        if code is None:
            raise Refused(Refusal(RefusalCode.UNKNOWN_JOB))
        about_drafts = {Verb.PICK, Verb.PAGE, Verb.TURN, Verb.GO}
        if code.verb in about_drafts:
            return await self._about_draft(pressed, code)
        return await self._verbs()[code.verb](pressed, code) or ""

    def _verbs(self) -> Mapping[Verb, Callable[[Pressed, Code], Awaitable[str | None]]]:
        return {
            Verb.AGAIN: self._again,
            Verb.HD: self._hd,
            Verb.REMIX: self._remix,
            Verb.OTHER: self._other,
            Verb.CHOOSE: self._choose,
            Verb.DETAILS: self._details,
            Verb.DELETE: self._delete,
            Verb.CANCEL: self._cancel,
            Verb.GET: self._get,
            Verb.RULE: self._rule,
            Verb.LANG: self._lang,
            Verb.FORGET: self._forget,
        }

    async def _about_draft(self, pressed: Pressed, code: Code) -> str:
        draft = await self.asking.drafts.get(code.about)
        if draft is None or pressed.message is None:
            raise Refused(Refusal(RefusalCode.PHOTO_GONE))
        if draft.person != pressed.who.id:
            raise Refused(Refusal(RefusalCode.NOT_YOURS))
        where, message = pressed.where, pressed.message
        match code.verb:
            case Verb.PAGE:
                page = int(code.which) if code.which.isdecimal() else 0
                await self._turn_page(pressed, draft, page, message)
            case Verb.TURN:
                await self.remixing.turn(pressed.who, where, draft, code.which, message)
            case Verb.GO:
                await self.remixing.make(pressed.who, where, draft, message)
            case _:
                card = await self._card(code.which)
                await self.asking.pick(pressed.who, where, draft, card, message)
        return ""

    async def _turn_page(self, pressed: Pressed, draft: Draft, page: int, message: int) -> None:
        texts = Texts.of(pressed.who.language)
        cards = await self.asking.cards(len(draft.photos))
        text = Talk(texts).pick() if draft.photos else Talk(texts).all_effects()
        keys = effect_page(draft.id, cards, texts, page)
        await self.asking.replies.edit(pressed.where, message, text, keys)

    async def _again(self, pressed: Pressed, code: Code) -> None:
        await self.asking.again(pressed.who, _below(pressed), JobId(code.about), self._job(pressed))

    async def _hd(self, pressed: Pressed, code: Code) -> None:
        """Make the very same clip, larger."""
        before = await self.asking.studio.recall(pressed.who, JobId(code.about))
        wish = Wish(
            photos=before.photos,
            effect=before.effect,
            words=before.prompt,
            params=before.params,
            format=replace(before.format, size=HD_SIZE),
            seed=before.seed,
        )
        job = job_id(self.asking.name, "hd", code.about)
        await self.asking.ask(job, pressed.who, _below(pressed), wish)

    async def _remix(self, pressed: Pressed, code: Code) -> None:
        before = await self.asking.studio.recall(pressed.who, JobId(code.about))
        await self.remixing.begin(pressed.who, _below(pressed), before, pressed.query)

    async def _other(self, pressed: Pressed, code: Code) -> None:
        before = await self.asking.studio.recall(pressed.who, JobId(code.about))
        name = ("other", pressed.query)
        await self.asking.offer(pressed.who, _below(pressed), before.photos, name)

    async def _choose(self, pressed: Pressed, code: Code) -> None:
        """Take another effect for the same photos; for words without any, ask for a photo."""
        card = await self._card(code.which)
        name = ("choose", code.about, code.which)
        try:
            before = await self.asking.studio.recall(pressed.who, JobId(code.about))
        except Refused as refused:
            if refused.refusal.code is not RefusalCode.UNKNOWN_JOB:
                raise
            latest = await self.asking.latest(pressed.who, pressed.where)
            draft = latest or self.asking.begin(pressed.who, pressed.where, name)
        else:
            draft = self.asking.begin(pressed.who, _below(pressed), name, before.photos)
        await self.asking.pick(pressed.who, _below(pressed), draft, card, None)

    async def _details(self, pressed: Pressed, code: Code) -> str:
        made = await self.asking.studio.made(JobId(code.about))
        texts = Texts.of(pressed.who.language)
        outcome = made.outcome
        if not isinstance(outcome, Succeeded):
            raise Refused(Refusal(RefusalCode.UNKNOWN_JOB))
        return Talk(texts).details(
            texts.title(made.title),
            outcome.seed,
            f"{outcome.clip.width}×{outcome.clip.height}",
            f"{outcome.took_s:.0f}",
        )

    async def _delete(self, pressed: Pressed, code: Code) -> None:
        """Delete a clip; what was refused before it became one is only a message."""
        job = JobId(code.about)
        try:
            await self.asking.studio.delete(pressed.who, job)
        except Refused as refused:
            if refused.refusal.code is not RefusalCode.UNKNOWN_JOB or pressed.message is None:
                raise
            shown = Placeholder(
                place=pressed.where.place, message=message_id(pressed.where.chat, pressed.message)
            )
            await self._remove(shown)
        else:
            await self.asking.delivery.close(job)

    async def _remove(self, shown: Placeholder) -> None:
        try:
            await self.asking.wire.delete(shown)
        except BotsError:
            return

    async def _cancel(self, pressed: Pressed, code: Code) -> None:
        await self.asking.studio.cancel(pressed.who, JobId(code.about))

    async def _get(self, pressed: Pressed, code: Code) -> None:
        """Show a clip once more, below."""
        clip = await self.asking.studio.collect(pressed.who, JobId(code.about))
        await self.asking.chat.show_again(_below(pressed), clip)

    async def _rule(self, pressed: Pressed, code: Code) -> str:
        message = pressed.message or 0
        if await self.ruling.press(pressed.who, pressed.where, message, code.which):
            return ""
        return RulesTalk(Texts.of(pressed.who.language)).admins_change()

    async def _lang(self, pressed: Pressed, code: Code) -> str:
        if code.about not in LANGUAGES:
            raise Refused(Refusal(RefusalCode.UNKNOWN_JOB))
        await self.languages.choose(pressed.who.id, code.about)
        return Talk(Texts.of(code.about)).language_chosen()

    async def _forget(self, pressed: Pressed, _: Code) -> str:
        await self.asking.studio.forget(pressed.who)
        self.languages.forget(pressed.who.id)
        return Talk(Texts.of(pressed.who.language)).forgotten()

    async def _card(self, short: str) -> EffectCard:
        card = named(await self.asking.studio.effects(), short)
        if card is None:
            raise Refused(Refusal(RefusalCode.NO_WORKER))
        return card

    def _job(self, pressed: Pressed) -> JobId:
        return job_id(self.asking.name, "press", pressed.query)


def _below(pressed: Pressed) -> Where:
    """Answer under the message whose button was pressed; in private where it was sent elsewhere."""
    return Where(chat=pressed.where.chat, topic=pressed.where.topic, reply_to=pressed.message)
