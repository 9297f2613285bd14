"""One thing somebody does that the platform awaits an answer to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bots.chat import MessageId, Person, job_id
from bots.desk.events import Pressed, Said
from bots.desk.where import Where
from bots.texts.talk import Talk
from bots.texts.texts import Texts
from engine.jobs.job import JobId


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Whose turn it is, and where the answer goes.

    Attributes:
        number: what the platform calls it, unlike any other.
        pressed: the message whose button it was.
    """

    number: int
    who: Person
    where: Where
    pressed: MessageId | None = None

    @property
    def name(self) -> str:
        """The number, as things are named after it."""
        return str(self.number)

    @property
    def texts(self) -> Texts:
        """The sentences in their language."""
        return Texts.of(self.who.language)

    @property
    def talk(self) -> Talk:
        """What is said in conversation, in their language."""
        return Talk(self.texts)

    def job(self, bot: str) -> JobId:
        """Derive the id of the job that is asked for."""
        return job_id(bot, self.name)

    def said(self, command: str, text: str = "") -> Said:
        """Take it as something that was said."""
        return Said(
            update=self.number,
            who=self.who,
            where=self.where,
            message=MessageId(self.name),
            text=text,
            command=command,
            named=True,
        )

    def press(self, data: str) -> Pressed:
        """Take it as a button that was pressed."""
        return Pressed(
            update=self.number,
            query=self.name,
            who=self.who,
            where=self.where,
            message=self.pressed,
            data=data,
        )


Work = Callable[[Turn], Awaitable[object]]
"""Carries out a turn; raises Refused when that cannot be done."""
