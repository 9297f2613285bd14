"""The chat platforms beside the web chat: is there a bot, and who may use it."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

from bots.accounts import Policy
from bots.settings import BotSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """A platform, and what its operator is told; `invitation` gets the bot's address."""

    id: str
    name: str
    invitation: str
    how_to_let_in: str

    @property
    def bot(self) -> str:
        """What the program of its bot is called."""
        return f"{self.name} bot"

    def has_bot(self, settings: BotSettings) -> bool:
        """Tell whether there is a token for a bot on it."""
        return getattr(settings, f"{self.id}_token") is not None

    def lets_somebody_in(self, policy: Policy) -> bool:
        """Tell whether anybody at all may use the bot on it."""
        here = f"{self.id}:"
        entries = (*policy.owners, *policy.allowed_people, *policy.allowed_places)
        return any(entry.startswith(here) or fnmatchcase(f"{here}1", entry) for entry in entries)


TELEGRAM = Platform(
    id="telegram",
    name="Telegram",
    invitation="Telegram: {address}",
    how_to_let_in=(
        "Nobody may use the Telegram bot yet: put ZOETROPE_ALLOWED_PEOPLE=telegram:* into .env for"
        " everybody, or ZOETROPE_OWNERS= with your id, which the bot tells you when you write to"
        " it."
    ),
)
DISCORD = Platform(
    id="discord",
    name="Discord",
    invitation="Discord: add it with {address}",
    how_to_let_in=(
        "Nobody may use the Discord bot yet: put ZOETROPE_ALLOWED_PEOPLE=discord:* into .env for"
        " everybody, ZOETROPE_ALLOWED_PLACES=discord: with a server's id for all in that server,"
        " or ZOETROPE_OWNERS= with your id, which the bot tells you when you use /effect."
    ),
)
PLATFORMS = (TELEGRAM, DISCORD)
