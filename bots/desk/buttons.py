"""What pressing a button does; whoever presses must own what it is about."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

from bots.chat import MessageId, job_id
from bots.codes import Code, Verb
from bots.desk.asking import Asking, Wish
from bots.desk.commands import Commands
from bots.desk.events import Pressed
from bots.desk.keys import under_message
from bots.desk.recalling import Recalling
from bots.desk.remixing import Remixing
from bots.desk.rules import Ruling
from bots.desk.where import Where
from bots.details import details
from bots.errors import ClipTooLarge
from bots.languages import Languages
from bots.messages import HD_SIZE
from bots.texts.languages import LANGUAGES
from bots.texts.rules_talk import RulesTalk
from bots.texts.talk import Talk
from bots.texts.texts import Texts
from engine.jobs.errors import Refused
from engine.jobs.job import JobId, Succeeded
from engine.jobs.refusal import Refusal, RefusalCode

_ABOUT_DRAFTS = frozenset({Verb.PICK, Verb.PAGE, Verb.TURN, Verb.GO})


@dataclass(frozen=True, slots=True, kw_only=True)
class Buttons:
    """Carries out presses."""

    asking: Asking
    recalling: Recalling
    remixing: Remixing
    ruling: Ruling
    commands: Commands
    languages: Languages

    async def press(self, pressed: Pressed) -> str:
        """Do what a button says; what to show in a window, if anything.

        Raises:
            Refused: it cannot be done, or not by them.
        """
        code = Code.read(pressed.data)
        if code is not None and code.verb in _ABOUT_DRAFTS:
            return await self._about_draft(pressed, code)
        do = self._verbs().get(code.verb) if code is not None else None
        if code is None or do is None:
            raise Refused(Refusal(RefusalCode.UNKNOWN_JOB))
        return await do(pressed, code) or ""

    def _verbs(self) -> Mapping[Verb, Callable[[Pressed, Code], Awaitable[str | None]]]:
        return {
            Verb.AGAIN: self._again,
            Verb.HD: self._hd,
            Verb.REMIX: self._remix,
            Verb.OTHER: self._other,
            Verb.CHOOSE: self._choose,
            Verb.DETAILS: self._details,
            Verb.REPORT: self._report,
            Verb.DELETE: self._delete,
            Verb.CANCEL: self._cancel,
            Verb.GET: self._get,
            Verb.RULE: self._rule,
            Verb.LANG: self._lang,
            Verb.FORGET: self._forget,
        }

    async def _about_draft(self, pressed: Pressed, code: Code) -> str:
        draft, message = await self.recalling.draft(pressed.who, code.about), pressed.message
        if message is None:
            raise Refused(Refusal(RefusalCode.PHOTO_GONE))
        where = pressed.where
        match code.verb:
            case Verb.PAGE:
                page = int(code.which) if code.which.isdecimal() else 0
                await self.asking.turn_page(pressed.who, where, draft, page, message)
            case Verb.TURN:
                await self.remixing.turn(pressed.who, where, draft, code.which, message)
            case Verb.GO:
                await self.remixing.make(pressed.who, where, draft, message)
            case _:
                card = await self.recalling.card(code.which)
                await self.asking.pick(pressed.who, where, draft, card, message)
        return ""

    async def _again(self, pressed: Pressed, code: Code) -> None:
        await self.asking.again(pressed.who, _below(pressed), JobId(code.about), self._job(pressed))

    async def _hd(self, pressed: Pressed, code: Code) -> None:
        """Make the very same clip, larger."""
        before = await self.asking.studio.recall(pressed.who, JobId(code.about))
        larger = replace(before.format, size=HD_SIZE)
        wish = replace(Wish.of(before), format=larger, seed=before.seed)
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
        where = _below(pressed)
        wish, card = await self.recalling.begun(pressed.who, pressed.where, code)
        name = ("choose", code.about, code.which)
        draft = self.asking.begin(pressed.who, where, name, wish.photos)
        draft = replace(draft, prompt=wish.words)
        await self.asking.pick(pressed.who, where, draft, card, None)

    async def _details(self, pressed: Pressed, code: Code) -> str:
        texts, most = Texts.of(pressed.who.language), self.asking.platform.window
        return await details(self.asking.studio, JobId(code.about), texts, most=most)

    async def _report(self, pressed: Pressed, code: Code) -> str:
        message = pressed.message
        found = self.asking.platform.address(pressed.where, message) if message else ""
        return await self.commands.report(pressed.who, f"{found} ({code.about})", "")

    async def _delete(self, pressed: Pressed, code: Code) -> None:
        """Delete a clip; what was refused before it became one is only a message."""
        job, where = JobId(code.about), pressed.where
        try:
            await self._erase(pressed, job)
        except Refused as refused:
            if refused.refusal.code is not RefusalCode.UNKNOWN_JOB or pressed.message is None:
                raise
            await self.asking.replies.remove(where, pressed.message)
        else:
            if where.through is not None:
                # where we may not write, only what was pressed lets the message be taken away
                through = replace(where, turn_into=pressed.message)
                await self.asking.answers.put(job, through.saved(), self.asking.now())
            await self.asking.delivery.close(job)

    async def _erase(self, pressed: Pressed, job: JobId) -> None:
        """Delete somebody's own clip, or another's as one of those who keep order there."""
        studio, place = self.asking.studio, pressed.where.as_place()
        try:
            await studio.delete(pressed.who, job, place)
        except Refused as refused:
            if refused.refusal.code is not RefusalCode.NOT_YOURS or not pressed.where.is_group:
                raise
            if not await self.asking.runs(pressed.where, pressed.who):
                raise
            await studio.delete(pressed.who, job, replace(place, moderator=True))

    async def _cancel(self, pressed: Pressed, code: Code) -> None:
        await self.asking.studio.cancel(pressed.who, JobId(code.about))

    async def _get(self, pressed: Pressed, code: Code) -> None:
        """Show a clip once more, or what is on its way, below."""
        job, where = JobId(code.about), _below(pressed)
        if await self.asking.follow(pressed.who, where, job):
            return
        clip = await self.asking.studio.collect(pressed.who, job)
        try:
            await self.asking.platform.show_again(where, clip)
        except ClipTooLarge:
            await self._say_too_large(where, job)

    async def _say_too_large(self, where: Where, job: JobId) -> None:
        """Offer a clip that is not taken here by a link, or to be made again for here."""
        request = await self.asking.studio.made(job)
        if isinstance(request.outcome, Succeeded):
            said = await self.asking.reporter.too_large(request, request.outcome.clip)
            rows = under_message(job, said.buttons)
            await self.asking.replies.say(where, said.text, rows)

    async def _rule(self, pressed: Pressed, code: Code) -> str:
        message = pressed.message or MessageId("")
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

    def _job(self, pressed: Pressed) -> JobId:
        return job_id(self.asking.name, "press", pressed.query)


def _below(pressed: Pressed) -> Where:
    """Answer under the message whose button was pressed; in private where it was sent elsewhere."""
    return pressed.where.below(pressed.message)
