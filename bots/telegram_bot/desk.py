"""Who carries out what happens on Telegram: what it alone has is done here."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bots.desk.asking import Asking
from bots.desk.commands import Obey
from bots.desk.desk import Desk
from bots.desk.events import Joined, Pressed, Said
from bots.errors import BotsError
from bots.store.places import Places
from bots.telegram_bot.events import Called, Chosen, Event, Moved, Wondered
from bots.telegram_bot.inline import Inline
from bots.telegram_bot.links import read_link
from bots.telegram_bot.where import place_of, private_with
from bots.texts.talk import Talk
from bots.texts.texts import Texts
from engine.jobs.errors import Refused

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramDesk:
    """Carries out events; doing one a second time does no harm."""

    desk: Desk
    inline: Inline
    places: Places
    name: str

    async def handle(self, events: Sequence[Event]) -> None:
        """Carry out an event: several only if they are one album."""
        first = events[0]
        match first:
            case Said():
                await self.desk.hear([said for said in events if isinstance(said, Said)])
            case Pressed():
                await self.desk.press(first)
            case Wondered():
                await self._suggest(first)
            case Chosen() | Called():
                await self._make(first)
            case Moved():
                await self.places.move(place_of(first.old), place_of(first.new))
            case Joined():
                await self._greet(first)

    async def _suggest(self, wondered: Wondered) -> None:
        try:
            who = await self.desk.speaking(wondered.who)
            await self.inline.suggest(replace(wondered, who=who))
        except BotsError as error:
            log.info("nothing was suggested: %s", error)  # they type on, and are asked for again

    async def _make(self, event: Chosen | Called) -> None:
        who = await self.desk.speaking(event.who)
        try:
            await self.inline.make(replace(event, who=who))
        except Refused as refused:
            job = self.inline.job_of(event)
            await self.desk.asking.sorry(who, private_with(who.id), job, refused.refusal)

    async def _greet(self, joined: Joined) -> None:
        if joined.state == "added":
            who = await self.desk.speaking(joined.who)
            hello = Talk(Texts.of(who.language)).hello_group(self.name)
            await self.desk.asking.replies.say(joined.where, hello)


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeting:
    """The commands that people begin with; `name` is the bot's."""

    asking: Asking
    name: str

    def commands(self) -> Mapping[str, Obey]:
        """List them."""
        return {"start": self._start, "help": self._help}

    async def _start(self, said: Said) -> None:
        """Greet, or go on where a link led from; tell whom the house does not let in."""
        effect = await read_link(said.text, self.asking.studio)
        if effect is not None:
            draft = self.asking.begin(said.who, said.where, [said.message])
            await self.asking.await_photo(said.who, said.where, draft, effect, None)
            return
        await self.asking.studio.check_entry(said.who, said.where.as_place())
        await self.asking.replies.say(said.where, _talk(said).welcome())

    async def _help(self, said: Said) -> None:
        talk = _talk(said)
        text = talk.hello_group(self.name) if said.where.is_group else talk.help(self.name)
        await self.asking.replies.say(said.where, text)


def _talk(said: Said) -> Talk:
    return Talk(Texts.of(said.who.language))
