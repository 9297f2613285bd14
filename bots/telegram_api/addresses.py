"""Where messages go and which they are, in the Bot API's numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a message goes: to a chat, in a topic of it, below another message."""

    chat: int
    topic: int | None = None
    reply_to: int | None = None


class Named(TypedDict, total=False):
    """How a call names the message that it is about."""

    chat_id: int
    message_id: int
    inline_message_id: str


@dataclass(frozen=True, slots=True)
class Sent:
    """A message of ours: its number in a chat or, if somebody sent it through us, an inline id."""

    chat: int = 0
    number: int = 0
    inline: str | None = None

    def named(self) -> Named:
        """Name it in a call."""
        if self.inline is not None:
            return {"inline_message_id": self.inline}
        return {"chat_id": self.chat, "message_id": self.number}
