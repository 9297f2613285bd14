"""The names of Discord's things in the rest of the house."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import discord

from bots.chat import MessageId, Person, PersonId, PlaceId

PLATFORM = "discord"


def place_of(number: int) -> PlaceId:
    """Name a server, or a private channel."""
    return PlaceId(f"{PLATFORM}:{number}")


def person_of(user: discord.abc.User, locale: discord.Locale | None = None) -> Person:
    """Name somebody."""
    return Person(id=PersonId(f"{PLATFORM}:{user.id}"), language=str(locale or "en"))


def user_of(person: PersonId) -> int:
    """Find the user of a name."""
    return int(person.removeprefix(f"{PLATFORM}:"))


def message_id(channel: int, message: int, interaction: int | None = None) -> MessageId:
    """Name a message, and the interaction through which it can be changed."""
    name = f"{channel}:{message}"
    return MessageId(name if interaction is None else f"{name}#{interaction}")


@dataclass(frozen=True, slots=True)
class Numbers:
    """What a message's name is made of."""

    channel: int
    message: int
    interaction: int | None

    @classmethod
    def of(cls, name: MessageId) -> Self:
        """Take a name apart."""
        itself, _, through = name.partition("#")
        channel, message = itself.split(":")
        return cls(int(channel), int(message), int(through) if through else None)
