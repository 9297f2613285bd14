"""Who carries out what people say and press, and what they are told when it cannot be done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bots.chat import Person
from bots.desk.asking import Asking
from bots.desk.buttons import Buttons
from bots.desk.commands import Commands
from bots.desk.events import Pressed, Said
from bots.desk.listening import Listening, job_of
from bots.desk.photos import PhotoDesk
from bots.desk.recalling import Recalling
from bots.languages import Languages
from bots.texts.texts import Texts
from engine.jobs.errors import Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Carries out events; doing one a second time does no harm."""

    asking: Asking
    commands: Commands
    listening: Listening
    buttons: Buttons
    recalling: Recalling
    photos: PhotoDesk
    languages: Languages

    async def hear(self, album: Sequence[Said]) -> None:
        """Carry out what somebody said: a message, or those of one album."""
        who = await self.speaking(album[0].who)
        spoken = [replace(said, who=who) for said in album]
        said = spoken[0]
        try:
            commanded = next((each for each in spoken if each.command), said)
            if not (commanded.command and await self.commands.obey(commanded)):
                await self.listening.hear(spoken)
        except Refused as refused:
            job = job_of(self.asking.name, said)
            await self.asking.sorry(who, said.where, job, refused.refusal)

    async def press(self, pressed: Pressed) -> None:
        """Carry out the press of a button."""
        who = await self.speaking(pressed.who)
        try:
            shown = await self.buttons.press(replace(pressed, who=who))
        except Refused as refused:
            shown = Texts.of(who.language).refused(refused.refusal)
        await self.asking.replies.answer(pressed, shown)

    async def speaking(self, who: Person) -> Person:
        """Take the language somebody has chosen, if they have."""
        return replace(who, language=await self.languages.of(who))
