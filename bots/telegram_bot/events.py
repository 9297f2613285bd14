"""What happens on Telegram, as far as we take part in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bots.chat import Person
from bots.telegram_bot.where import Where


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture that Telegram keeps; `bytes` as far as it says so.

    `still` pictures show what was sent; of the others this is the frame that stands for a film.
    """

    file: str
    bytes: int = 0
    still: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Somebody wrote to us, or sent something.

    Attributes:
        update: the update's number.
        who: with the language of their program.
        where: where an answer goes.
        message: its number in the chat.
        text: the words, without a command and without our name.
        command: the command's name in lower case.
        picture: what was sent with it.
        named: whether they named us or gave a command.
        answered: the picture in the message that this one answers, unless it is a clip of ours.
        answered_message: the number of the message that this one answers.
        album: what pictures that were sent together have in common.
        unusable: a thing was sent that holds no picture.
    """

    update: int
    who: Person
    where: Where
    message: int
    text: str = ""
    command: str = ""
    named: bool = False
    picture: Picture | None = None
    answered: Picture | None = None
    answered_message: int | None = None
    album: str | None = None
    unusable: bool = False

    @property
    def name(self) -> tuple[str, str]:
        """What the message is called: its chat, and its number there."""
        return str(self.where.chat), str(self.message)

    @property
    def pictures_meant(self) -> list[Picture]:
        """The picture that was sent along, or the one that is answered."""
        meant = self.picture or self.answered
        return [meant] if meant else []


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """Somebody pressed a button; `message` is None under a message sent through us."""

    update: int
    query: str
    who: Person
    where: Where
    message: int | None
    data: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wondered:
    """Somebody is typing our name and something in any chat."""

    update: int
    query: str
    who: Person
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Somebody has sent one of the results they were offered there."""

    update: int
    who: Person
    result: str
    inline: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """Somebody mentioned us in a chat we are not in."""

    update: int
    query: str
    who: Person
    text: str
    answered: Picture | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A group has become a supergroup, with another id."""

    update: int
    old: int
    new: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """We were added to a group, or removed from it."""

    update: int
    who: Person
    where: Where
    state: Literal["added", "removed"]


Event = Said | Pressed | Wondered | Chosen | Called | Moved | Joined


def chat_key(event: Event) -> str:
    """Name what must be kept in order: a chat, or a person outside of any."""
    match event:
        case Said(where=where) | Pressed(where=where) | Joined(where=where):
            return str(where.chat)
        case Moved(old=old):
            return str(old)
        case Wondered(query=query):
            return f"query:{query}"
        case Chosen(who=who) | Called(who=who):
            return who.id
