from __future__ import annotations

from tests.unit.bots.telegram_fixtures import (
    ann,
    bob,
    chat,
    durations,
    ear,
    inbox,
    jpeg,
    served,
    telegram,
)

__all__ = ["ann", "bob", "chat", "durations", "ear", "inbox", "jpeg", "served", "telegram"]
