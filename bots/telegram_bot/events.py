"""What happens only on Telegram, beside what happens on every platform."""

from __future__ import annotations

from dataclasses import dataclass

from bots.chat import Person
from bots.desk.events import Joined, Picture, Pressed, Said


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


Event = Said | Pressed | Wondered | Chosen | Called | Moved | Joined


def chat_key(event: Event) -> str:
    """Name what must be kept in order: a chat, or a person outside of any."""
    match event:
        case Said(where=where) | Pressed(where=where) | Joined(where=where):
            return where.place.partition(":")[2]
        case Moved(old=old):
            return str(old)
        case Wondered(query=query):
            return f"query:{query}"
        case Chosen(who=who) | Called(who=who):
            return who.id
