"""A platform of the desk's in memory: what it shows, and what it refuses."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count

from bots.chat import MessageId, Person, PersonId, ShownClip
from bots.desk.events import Picture, Pressed
from bots.desk.keys import Rows
from bots.desk.where import Where
from bots.errors import BotsError


@dataclass(slots=True)
class FakePlatform:
    """Shows messages in a dictionary.

    Attributes:
        refusals: what goes wrong at the next calls, one for each.
        shown: the text of each message that is there.
        rows: what is below it.
        answered: what was said to who pressed.
        told: what was said in private.
        clips: those that were shown once more.
        pictures: what can be fetched.
        admins: who makes the rules.
    """

    page: int = 12
    window: int = 200
    refusals: list[BotsError] = field(default_factory=list[BotsError])
    shown: dict[MessageId, str] = field(default_factory=dict[MessageId, str])
    rows: dict[MessageId, Rows] = field(default_factory=dict[MessageId, Rows])
    answered: list[str] = field(default_factory=list[str])
    told: list[tuple[PersonId, str]] = field(default_factory=list[tuple[PersonId, str]])
    clips: list[ShownClip] = field(default_factory=list[ShownClip])
    pictures: dict[str, bytes] = field(default_factory=dict[str, bytes])
    admins: set[PersonId] = field(default_factory=set[PersonId])
    _numbers: count[int] = field(default_factory=lambda: count(1))

    @property
    def texts(self) -> list[str]:
        return list(self.shown.values())

    async def say(self, where: Where, text: str, rows: Rows = ()) -> MessageId:
        self._refuse()
        message = where.turn_into or MessageId(f"here:{next(self._numbers)}")
        self.shown[message], self.rows[message] = text, rows
        return message

    async def edit(self, where: Where, message: MessageId, text: str, rows: Rows = ()) -> None:
        self._refuse()
        self.shown[message], self.rows[message] = text, rows

    async def remove(self, where: Where, message: MessageId) -> None:
        self._refuse()
        self.shown.pop(message, None)

    async def answer(self, pressed: Pressed, text: str) -> None:
        self._refuse()
        self.answered.append(text)

    async def tell(self, person: PersonId, text: str) -> None:
        self._refuse()
        self.told.append((person, text))

    async def fetch(self, picture: Picture) -> bytes:
        return self.pictures[picture.file]

    async def show_again(self, where: Where, clip: ShownClip) -> None:
        self._refuse()
        self.clips.append(clip)

    def mention(self, person: PersonId) -> str:
        return f"@{person}"

    def address(self, where: Where, message: MessageId) -> str:
        return f"{where.place}/{message}"

    async def runs(self, where: Where, who: Person) -> bool:
        return who.id in self.admins

    def _refuse(self) -> None:
        if self.refusals:
            raise self.refusals.pop(0)
