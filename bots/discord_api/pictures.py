"""The photos that are given, or that a message has."""

from __future__ import annotations

from collections.abc import Sequence

import discord

from bots.desk.events import Picture


def pictures_of(files: Sequence[discord.Attachment]) -> list[Picture]:
    """Take files that are given as photos for photos."""
    return [Picture(file=file.url, bytes=file.size) for file in files]


def pictures_in(message: discord.Message) -> list[Picture]:
    """Find the photos of a message, or of the one that it forwards."""
    sent = [*message.attachments]
    for snapshot in message.message_snapshots:
        sent += snapshot.attachments
    return pictures_of([file for file in sent if (file.content_type or "").startswith("image/")])
