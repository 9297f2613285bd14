"""What people can say with a slash."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

from bots.chat import Person, PersonId
from bots.codes import Code, Verb
from bots.desk.asking import Asking
from bots.desk.events import Said
from bots.desk.keys import Key, Rows
from bots.desk.listening import Listening, job_of
from bots.desk.rules import Ruling
from bots.gallery import called
from bots.languages import Languages
from bots.rollout import without_pin
from bots.store.requests import Request
from bots.texts.languages import LANGUAGES, NAMES
from bots.texts.talk import Talk
from bots.texts.texts import Texts
from engine.jobs.errors import Refused
from engine.jobs.job import TERMINAL, JobState
from engine.jobs.refusal import Refusal, RefusalCode

Obey = Callable[[Said], Awaitable[None]]

_LISTED = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """How long things are kept, as /privacy says it."""

    photos_h: int
    clips_days: int
    journal_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Commands:
    """Carries out commands: those of every platform, and those that only one has."""

    asking: Asking
    listening: Listening
    ruling: Ruling
    languages: Languages
    keeping: Keeping
    owners: tuple[str, ...]
    only_here: Mapping[str, Obey]

    async def obey(self, said: Said) -> bool:
        """Carry out a command; False if there is none of that name.

        Raises:
            Refused: it cannot be done.
        """
        command = self._commands().get(said.command)
        if command is None:
            return False
        await command(said)
        return True

    def _commands(self) -> Mapping[str, Obey]:
        return {
            "effects": self._effects,
            "effect": self._effect,
            "prompt": self._prompt,
            "jobs": self._jobs,
            "cancel": self._cancel,
            "again": self._again,
            "info": self._info,
            "lang": self._lang,
            "privacy": self._privacy,
            "terms": self._terms,
            "forgetme": self._forget_me,
            "report": self._report,
            "rules": self.ruling.obey,
            **self.only_here,
        }

    async def _effects(self, said: Said) -> None:
        await self.asking.offer_all(said.who, said.where, [said.message])

    async def _effect(self, said: Said) -> None:
        """Use the photo that is answered or sent along; otherwise ask for one."""
        pictures = said.pictures_meant
        if pictures:
            await self.listening.use(said, pictures, said.text)
            return
        draft = await self.asking.latest(said.who, said.where)
        if draft is not None and draft.photos and said.text:
            await self.listening.wish(said, draft.photos, said.text)
            return
        card = called(await self.asking.studio.effects(), said.text) if said.text else None
        if card is not None:
            _, pin = without_pin(said.text)
            begun = replace(self.asking.begin(said.who, said.where, [said.message]), params=pin)
            await self.asking.await_photo(said.who, said.where, begun, card, None)
        elif said.text:
            data = {"effect": said.text[:40]}
            raise Refused(Refusal(RefusalCode.UNKNOWN_EFFECT, data))
        elif said.where.is_group:
            await self._say(said, _talk(said.who).answer_a_photo())
        else:
            await self._effects(said)

    async def _prompt(self, said: Said) -> None:
        if not said.text:
            await self._say(said, _talk(said.who).say_what())
            return
        pictures = said.pictures_meant
        if pictures:
            await self.listening.use(said, pictures, said.text)
        else:
            await self.listening.wish(said, (), said.text)

    async def _jobs(self, said: Said) -> None:
        """List somebody's clips; what they have never seen can be had here."""
        texts, requests = Texts.of(said.who.language), await self._requests(said.who, _LISTED)
        if not requests:
            await self._say(said, _talk(said.who).nothing_yet())
            return
        talk = _talk(said.who)
        lines = [f"{texts.title(it.title)} – {talk.state(it.state)}" for it in requests]
        keys = [[_get(texts, request)] for request in requests if self._can_have(said, request)]
        await self._say(said, "\n".join([talk.your_clips(), *lines]), keys)

    def _can_have(self, said: Said, request: Request) -> bool:
        """Tell whether a clip can be shown here: among others it is only theirs to show."""
        alone = not said.where.is_group or said.where.only_theirs
        return request.state is JobState.SUCCEEDED and alone

    async def _cancel(self, said: Said) -> None:
        """Stop everything of somebody's that is on its way in this chat."""
        stopped = 0
        for request in await self._requests(said.who, _LISTED):
            if request.state not in TERMINAL and request.place == said.where.place:
                await self.asking.studio.cancel(said.who, request.id)
                stopped += 1
        talk = _talk(said.who)
        await self._say(said, talk.cancelled(stopped) if stopped else talk.nothing_on_its_way())

    async def _again(self, said: Said) -> None:
        """Make the last clip once more, with another seed."""
        requests = await self._requests(said.who, 1)
        if not requests:
            await self._say(said, _talk(said.who).nothing_yet())
            return
        await self.asking.again(
            said.who, said.where, requests[0].id, job_of(self.asking.name, said)
        )

    async def _info(self, said: Said) -> None:
        """Say what somebody has used, and how much there is."""
        allowance = await self.asking.studio.standing_of(said.who)
        effects = await self.asking.studio.effects()
        await self._say(said, _talk(said.who).info(allowance, len(effects)))

    async def _lang(self, said: Said) -> None:
        """Set a language, or offer all there are."""
        chosen = said.text.lower()
        if chosen in LANGUAGES:
            await self.languages.choose(said.who.id, chosen)
            await self._say(said, Talk(Texts.of(chosen)).language_chosen())
            return
        keys = [[Key(label=NAMES[tag], code=Code(Verb.LANG, tag))] for tag in LANGUAGES]
        await self._say(said, _talk(said.who).choose_language(), keys)

    async def _privacy(self, said: Said) -> None:
        keep = self.keeping
        text = _talk(said.who).privacy(keep.photos_h, keep.clips_days, keep.journal_days)
        await self._say(said, text)

    async def _terms(self, said: Said) -> None:
        await self._say(said, _talk(said.who).terms())

    async def _forget_me(self, said: Said) -> None:
        talk = _talk(said.who)
        key = Key(label=talk.forget(), code=Code(Verb.FORGET, "me"))
        await self._say(said, talk.really_forget(), [[key]])

    async def _report(self, said: Said) -> None:
        """Tell the owners of this bot about a message."""
        if said.answered_message is None:
            await self._say(said, _talk(said.who).report_what())
            return
        found = self.asking.platform.address(said.where, said.answered_message)
        await self._say(said, await self.report(said.who, found, said.text))

    async def report(self, who: Person, what: str, words: str) -> str:
        """Tell the owners of this bot about something; the words for who reports it."""
        told = False
        for owner in self._owners_here():
            talk = Talk(Texts.of(await self.asking.studio.language(owner) or "en"))
            mention = self.asking.platform.mention(who.id)
            told |= await self.asking.replies.tell(
                owner, talk.report_for_owner(mention, what, words)
            )
        return _talk(who).reported() if told else _talk(who).nobody_told()

    def _owners_here(self) -> list[PersonId]:
        named = [
            PersonId(owner) for owner in self.owners if owner.startswith(f"{self.asking.name}:")
        ]
        return [owner for owner in named if owner.partition(":")[2].isdigit()]

    async def _requests(self, who: Person, limit: int) -> list[Request]:
        requests = await self.asking.studio.jobs(who, limit)
        return [request for request in requests if request.bot == self.asking.name]

    async def _say(self, said: Said, text: str, rows: Rows = ()) -> None:
        await self.asking.replies.say(said.where, text, rows)


def _get(texts: Texts, request: Request) -> Key:
    label = Talk(texts).get_clip(texts.title(request.title))
    return Key(label=label, code=Code(Verb.GET, request.id))


def _talk(who: Person) -> Talk:
    return Talk(Texts.of(who.language))
