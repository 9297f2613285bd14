"""What happens on any platform, as far as we take part in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bots.chat import MessageId, Person
from bots.desk.where import Where
from engine.jobs.job import JobId


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture that the platform keeps: `file` is how it is had there, `bytes` what it says."""

    file: str
    bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Somebody wrote to us, or sent something.

    Attributes:
        update: the number of the platform's update.
        who: with the language of their program.
        where: where an answer goes.
        text: the words, without a command and without our name.
        command: the command's name in lower case.
        named: whether they named us or gave a command.
        pictures: what was sent with it.
        answered: the picture in the message that this one answers, unless it is a clip of ours.
        answered_message: the message that this one answers.
        about: the job that the message which is answered shows.
        album: what pictures that were sent together have in common.
        unusable: a thing was sent that holds no picture.
        hidden: the platform does not show us the message that this one answers.
    """

    update: int
    who: Person
    where: Where
    message: MessageId
    text: str = ""
    command: str = ""
    named: bool = False
    pictures: tuple[Picture, ...] = ()
    answered: Picture | None = None
    answered_message: MessageId | None = None
    about: JobId | None = None
    album: str | None = None
    unusable: bool = False
    hidden: bool = False

    @property
    def pictures_meant(self) -> tuple[Picture, ...]:
        """The pictures that were sent along, or the one that is answered."""
        return self.pictures or ((self.answered,) if self.answered else ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """Somebody pressed a button; `message` is None under one that we cannot name."""

    update: int
    query: str
    who: Person
    where: Where
    message: MessageId | None
    data: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """We were added to a group, or removed from it."""

    update: int
    who: Person
    where: Where
    state: Literal["added", "removed"]
