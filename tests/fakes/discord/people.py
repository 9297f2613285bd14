"""Who uses Discord."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from tests.fakes.discord.errors import Json


@dataclass(slots=True, eq=False, kw_only=True)
class Person:
    """A user; the bot is one too.

    Attributes:
        locale: of their app.
        avatar: the picture, None for one that Discord draws.
        has_app: whether they installed the bot for themselves, to use it anywhere.
    """

    id: int
    name: str
    locale: str = "en-US"
    avatar: bytes | None = field(default=None, repr=False)
    is_bot: bool = False
    has_app: bool = False

    @property
    def mention(self) -> str:
        """How they are mentioned."""
        return f"<@{self.id}>"

    @property
    def avatar_hash(self) -> str | None:
        """By which the picture is found."""
        return hashlib.md5(self.avatar).hexdigest() if self.avatar is not None else None

    def json(self) -> Json:
        """Say who they are."""
        return {
            "id": str(self.id),
            "username": self.name.lower(),
            "global_name": None if self.is_bot else self.name,
            "discriminator": "0001" if self.is_bot else "0",
            "avatar": self.avatar_hash,
            "public_flags": 0,
            **({"bot": True} if self.is_bot else {}),
        }
