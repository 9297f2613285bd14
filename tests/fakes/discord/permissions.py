"""What somebody may do in a channel, as bits."""

from __future__ import annotations

BITS = {
    "manage_guild": 1 << 5,
    "view_channel": 1 << 10,
    "send_messages": 1 << 11,
    "manage_messages": 1 << 13,
    "embed_links": 1 << 14,
    "attach_files": 1 << 15,
    "read_message_history": 1 << 16,
    "mention_everyone": 1 << 17,
    "use_application_commands": 1 << 31,
    "send_messages_in_threads": 1 << 38,
    "use_external_apps": 1 << 50,
}

EVERYONE = (
    sum(BITS.values()) - BITS["manage_guild"] - BITS["manage_messages"] - BITS["mention_everyone"]
)
"""What Discord lets everyone do in a new guild."""

ALL = sum(BITS.values())


def bits(names: tuple[str, ...]) -> int:
    """Read names."""
    return sum(BITS[name] for name in names)
