"""Who uses Telegram."""

from __future__ import annotations

from dataclasses import dataclass

from tests.fakes.telegram.errors import Json


@dataclass(slots=True, eq=False, kw_only=True)
class Person:
    """A user; the bot is one too.

    Attributes:
        language: of their app, not of what they speak; None when the app does not say.
    """

    id: int
    name: str
    username: str | None = None
    language: str | None = "en"
    is_bot: bool = False

    def json(self) -> Json:
        """Say who they are, as updates do."""
        said: Json = {"id": self.id, "is_bot": self.is_bot, "first_name": self.name}
        if self.username:
            said["username"] = self.username
        if self.language and not self.is_bot:
            said["language_code"] = self.language
        return said


TELEGRAM = Person(id=777000, name="Telegram", language=None)
"""Whom a channel's posts come from in its discussion group."""
ANONYMOUS_ADMIN = Person(
    id=1087968824, name="Group", username="GroupAnonymousBot", is_bot=True, language=None
)
CHANNEL_BOT = Person(
    id=136817688, name="Channel", username="Channel_Bot", is_bot=True, language=None
)
"""Whom the messages of someone who speaks as a channel come from."""
