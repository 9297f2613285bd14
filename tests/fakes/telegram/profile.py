"""What the bot says of itself, in several languages, and the commands it offers where."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.fakes.telegram.errors import Json

if TYPE_CHECKING:
    from tests.fakes.telegram.chats import Chat
    from tests.fakes.telegram.people import Person

DEFAULT_SCOPE: Json = {"type": "default"}


@dataclass(slots=True)
class Profile:
    """What was set, by scope and language.

    Attributes:
        words: name, description and short_description, each by language; "" is every other one.
    """

    commands: dict[tuple[str, str], list[Json]] = field(
        default_factory=dict[tuple[str, str], list[Json]]
    )
    words: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])

    def offered(self, person: Person, chat: Chat) -> list[str]:
        """List the commands that someone is offered in a chat.

        https://core.telegram.org/bots/api#determining-list-of-commands
        """
        for scope in _scopes(person, chat):
            for language in ((person.language or "").partition("-")[0], ""):
                if found := self.commands.get((key(scope), language)):
                    return [command["command"] for command in found]
        return []

    def said(self, what: str, language: str) -> str:
        """Give a name or description as someone with that language reads it."""
        words = self.words.get(what, {})
        return words.get(language) or words.get("", "")


def key(scope: Json) -> str:
    """Make a scope comparable."""
    return json.dumps(scope, sort_keys=True)


def _scopes(person: Person, chat: Chat) -> list[Json]:
    if chat.kind == "private":
        return [{"type": "chat", "chat_id": chat.id}, {"type": "all_private_chats"}, DEFAULT_SCOPE]
    admin: list[Json] = [{"type": "chat_administrators", "chat_id": chat.id}]
    admins: list[Json] = [{"type": "all_chat_administrators"}]
    is_admin = chat.is_admin(person)
    return [
        {"type": "chat_member", "chat_id": chat.id, "user_id": person.id},
        *(admin if is_admin else []),
        {"type": "chat", "chat_id": chat.id},
        *(admins if is_admin else []),
        {"type": "all_group_chats"},
        DEFAULT_SCOPE,
    ]
