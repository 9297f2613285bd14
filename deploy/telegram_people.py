"""Who may use the Telegram bot, as its operator is told."""

from __future__ import annotations

from fnmatch import fnmatchcase

from bots.accounts import Policy

HOW_TO_LET_IN = (
    "Nobody may use the Telegram bot yet: put ZOETROPE_ALLOWED_PEOPLE=telegram:* into .env for"
    " everybody, or ZOETROPE_OWNERS= with your id, which the bot tells you when you write to it."
)

_ANYBODY = "telegram:1"


def lets_somebody_in(policy: Policy) -> bool:
    """Tell whether anybody at all may use the bot on Telegram."""
    entries = (*policy.owners, *policy.allowed_people, *policy.allowed_places)
    return any(entry.startswith("telegram:") or fnmatchcase(_ANYBODY, entry) for entry in entries)
