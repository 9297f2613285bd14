"""Where something was said, and where an answer to it goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

from bots.chat import MessageId, Place, PlaceId

_SAVED = ("place", "room", "parent", "reply_to", "turn_into", "through")


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """A place, as whoever spoke there sees it.

    Attributes:
        is_group: whether several people are there.
        room: the channel, thread or topic inside the place; `parent` is the channel of a thread.
        reply_to: the message that is answered.
        turn_into: a message of ours that becomes the answer.
        through: what the platform has handed us to answer with, where we may not write ourselves.
        only_theirs: whether the answer is seen by nobody but who spoke.
        admin: whether who spoke is known to make the rules there; `moderator`, to remove messages.
        roles: what the members of the place have made them.
        max_bytes: of a file that the place takes, if it says so.
    """

    place: PlaceId
    is_group: bool = False
    room: str = ""
    parent: str = ""
    reply_to: MessageId | None = None
    turn_into: MessageId | None = None
    through: str | None = None
    only_theirs: bool = False
    admin: bool = False
    moderator: bool = False
    roles: frozenset[str] = frozenset()
    max_bytes: int | None = None

    def as_place(self, *, admin: bool = False) -> Place:
        """Where somebody asks; `admin` when they have been found to run the place."""
        return Place(
            id=self.place,
            admin=admin or self.admin,
            moderator=self.moderator,
            room=self.room,
            parent=self.parent,
            roles=self.roles,
        )

    def saved(self) -> Mapping[str, str | int]:
        """Write down where answers go; what is true of who speaks now is not kept."""
        known = {name: value for name in _SAVED if (value := getattr(self, name))}
        return {**known, "is_group": int(self.is_group)}

    def resumed(self, saved: Mapping[str, str | int]) -> Self:
        """Go on where something was begun; what is not known here is left out."""
        known = {name: it for name in _SAVED if isinstance(it := saved.get(name), str)}
        is_group = bool(saved.get("is_group", self.is_group))
        return replace(self, is_group=is_group, **known)  # pyright: ignore[reportArgumentType]

    def below(self, message: MessageId | None) -> Self:
        """Answer a message in the same place."""
        return replace(self, reply_to=message)
