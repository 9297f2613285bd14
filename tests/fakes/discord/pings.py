"""Whom a message of the bot's makes a sound for."""

from __future__ import annotations

from tests.fakes.discord.errors import Json
from tests.fakes.discord.messages import Message
from tests.fakes.discord.wire import mentioned


def pinged(message: Message, allowed: Json | None) -> list[str]:
    """List the names of those who are pinged; when nothing is said, it is all who are named."""
    people = mentioned(message.channel.world, message.content_now)
    everyone = ["everyone"] if "@everyone" in message.text else []
    to = [message.reference.by] if message.reference else []
    if allowed is not None:
        kinds, ids = allowed.get("parse") or [], list(map(str, allowed.get("users") or []))
        people = [it for it in people if "users" in kinds or str(it.id) in ids]
        everyone = everyone if "everyone" in kinds else []
        to = to if allowed.get("replied_user") else []
    here = message.channel.people
    return everyone + [it.name for it in dict.fromkeys([*people, *to]) if it in here]
