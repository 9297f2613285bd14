"""Where in Telegram something is, and its name in the rest of the house."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from bots.chat import MessageId, Person, PersonId, Place, PlaceId

PLATFORM = "telegram"
_INLINE = "inline:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Where an answer goes.

    Attributes:
        chat: its id; negative for groups and channels.
        topic: the topic of a forum.
        reply_to: the message it answers.
        turn_into: a message of ours that becomes the answer.
        inline: the message that somebody sent through us, in a chat we may not be in.
    """

    chat: int
    topic: int | None = None
    reply_to: int | None = None
    turn_into: int | None = None
    inline: str | None = None

    @property
    def place(self) -> PlaceId:
        """The chat's name."""
        return place_of(self.chat)

    @property
    def is_group(self) -> bool:
        """Whether several people are there."""
        return self.chat < 0

    def as_place(self, *, admin: bool = False) -> Place:
        """Where somebody asks; `admin` when they run the chat."""
        return Place(id=self.place, admin=admin)

    def saved(self) -> Mapping[str, str | int]:
        """Write it down."""
        fields = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {name: value for name, value in fields.items() if value is not None}

    @classmethod
    def read(cls, saved: Mapping[str, str | int]) -> Self:
        """Read what was written down; what is not known here is left out."""
        known = {name: value for name, value in saved.items() if name in cls.__dataclass_fields__}
        return cls(**known)  # pyright: ignore[reportArgumentType]


def place_of(chat: int) -> PlaceId:
    """Name a chat."""
    return PlaceId(f"{PLATFORM}:{chat}")


def chat_of(place: PlaceId) -> int:
    """Find the chat of a name."""
    return int(place.removeprefix(f"{PLATFORM}:"))


def person_of(user: int, language: str) -> Person:
    """Name somebody."""
    return Person(id=PersonId(f"{PLATFORM}:{user}"), language=language)


def user_of(person: PersonId) -> int:
    """Find the user of a name."""
    return int(person.removeprefix(f"{PLATFORM}:"))


def message_id(chat: int, number: int) -> MessageId:
    """Name a message in a chat we are in; a group that has moved numbers its messages anew."""
    return MessageId(f"{chat}:{number}")


def numbered(message: MessageId) -> tuple[int, int]:
    """Find the chat and the number of a message in a chat we are in."""
    chat, _, number = message.partition(":")
    return int(chat), int(number)


def inline_message(inline: str) -> MessageId:
    """Name a message that somebody sent through us."""
    return MessageId(_INLINE + inline)


def inline_of(message: MessageId) -> str | None:
    """Find what was sent through us, if the message was."""
    return message.removeprefix(_INLINE) if message.startswith(_INLINE) else None
