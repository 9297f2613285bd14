"""Who carries out which event, and what people are told when it cannot be done."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bots.chat import Person, job_id
from bots.errors import BotsError
from bots.languages import Languages
from bots.store.places import Places
from bots.telegram_bot.asking import Asking
from bots.telegram_bot.buttons import Buttons
from bots.telegram_bot.commands import Commands
from bots.telegram_bot.events import (
    Called,
    Chosen,
    Event,
    Joined,
    Moved,
    Pressed,
    Said,
    Wondered,
)
from bots.telegram_bot.inline import Inline
from bots.telegram_bot.messages import Listening, job_of
from bots.telegram_bot.where import Where, place_of, user_of
from bots.texts.talk import Talk
from bots.texts.texts import Texts
from engine.jobs.errors import Refused

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Carries out events; doing one a second time does no harm."""

    asking: Asking
    commands: Commands
    listening: Listening
    buttons: Buttons
    inline: Inline
    places: Places
    languages: Languages

    async def handle(self, events: Sequence[Event]) -> None:
        """Carry out an event: several only if they are one album."""
        first = events[0]
        match first:
            case Said():
                await self._hear([said for said in events if isinstance(said, Said)])
            case Pressed():
                await self._press(first)
            case Wondered():
                await self._suggest(first)
            case Chosen():
                await self._make(first)
            case Called():
                await self._serve(first)
            case Moved():
                await self.places.move(place_of(first.old), place_of(first.new))
            case Joined():
                await self._greet(first)

    async def _hear(self, album: Sequence[Said]) -> None:
        who = await self._speaking(album[0].who)
        spoken = [replace(said, who=who) for said in album]
        said = spoken[0]
        try:
            commanded = next((each for each in spoken if each.command), said)
            if not (commanded.command and await self.commands.obey(commanded)):
                await self.listening.hear(spoken)
        except Refused as refused:
            job = job_of(self.asking.name, said)
            await self.asking.sorry(who, said.where, job, refused.refusal)

    async def _press(self, pressed: Pressed) -> None:
        who = await self._speaking(pressed.who)
        try:
            window = await self.buttons.press(replace(pressed, who=who))
        except Refused as refused:
            window = Texts.of(who.language).refused(refused.refusal)
        await self.asking.replies.alert(pressed.query, window, window=bool(window))

    async def _suggest(self, wondered: Wondered) -> None:
        try:
            await self.inline.suggest(replace(wondered, who=await self._speaking(wondered.who)))
        except BotsError as error:
            log.info("nothing was suggested: %s", error)  # they type on, and are asked for again

    async def _make(self, chosen: Chosen) -> None:
        who = await self._speaking(chosen.who)
        try:
            await self.inline.make(replace(chosen, who=who))
        except Refused as refused:
            where = Where(chat=user_of(who.id))
            job = job_id(self.asking.name, "inline", chosen.inline)
            await self.asking.sorry(who, where, job, refused.refusal)

    async def _serve(self, guest: Called) -> None:
        who = await self._speaking(guest.who)
        try:
            await self.inline.serve(replace(guest, who=who))
        except Refused as refused:
            where, job = Where(chat=user_of(who.id)), job_id(self.asking.name, guest.query)
            await self.asking.sorry(who, where, job, refused.refusal)

    async def _greet(self, joined: Joined) -> None:
        if joined.state == "added":
            who = await self._speaking(joined.who)
            name = self.commands.me.username or ""
            await self.asking.replies.say(
                joined.where, Talk(Texts.of(who.language)).hello_group(name)
            )

    async def _speaking(self, who: Person) -> Person:
        """Take the language somebody has chosen, if they have."""
        return replace(who, language=await self.languages.of(who))
