"""Which messages of a group a bot is told of. https://core.telegram.org/bots/features#privacy-mode."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.telegram.entities import said
from tests.fakes.telegram.messages import Message

if TYPE_CHECKING:
    from tests.fakes.telegram.world import World


def reaches_bot(world: World, message: Message) -> bool:
    """Say whether the bot is told of a message."""
    bot, chat = world.bot, message.chat
    if not chat.has(bot) or message.by.is_bot:
        return False
    if chat.kind in {"private", "channel"} or chat.is_admin(bot) or not world.has_privacy:
        return True
    return bool(message.service) or message.via_bot is bot or _is_to_bot(world, message)


def _is_to_bot(world: World, message: Message) -> bool:
    replied = message.reply_to
    if replied is not None and world.bot in {replied.by, replied.via_bot}:
        return True
    return any(
        _names_bot(world, message, entity["type"], said(message.words, entity))
        for entity in message.content.entities
    )


def _names_bot(world: World, message: Message, kind: str, words: str) -> bool:
    if kind == "mention":
        return words.lower() == f"@{world.bot.username}".lower()
    if kind != "bot_command":
        return False
    _, at, name = words.partition("@")
    if at:
        return name.lower() == (world.bot.username or "").lower()
    starts = message.words.startswith(words)
    return starts and message.chat.last_bot in {None, world.bot}
