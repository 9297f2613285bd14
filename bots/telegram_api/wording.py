"""The words of a message, apart from a command and from our name, and whether they are for us."""

from __future__ import annotations

import re
from dataclasses import dataclass

from telegram import Chat, Message, MessageEntity, User

from bots.telegram_api.pictures import picture_in

_AT_THE_START = 0


@dataclass(frozen=True, slots=True)
class Words:
    """What somebody said; `for_us` when they named us or gave a command that is not another's."""

    text: str
    command: str = ""
    for_us: bool = False


def words_of(message: Message, me: User) -> Words:
    """Read a text or a caption: its command first, if there is one."""
    text = message.text or message.caption or ""
    entities = message.parse_entities() if message.text else message.parse_caption_entities()
    command = _command(entities)
    if command is not None:
        name, _, bot = command.removeprefix("/").partition("@")
        if bot and bot.lower() != _name(me):
            return Words(text="")
        rest = text[len(command) :].strip()
        return Words(text=rest, command=name.lower(), for_us=True)
    mention = f"@{_name(me)}"
    mentions = [said for entity, said in entities.items() if entity.type == MessageEntity.MENTION]
    ours = [said for said in mentions if said.lower() == mention]
    for said in ours:
        text = re.sub(rf"{re.escape(said)}\b", " ", text)
    return Words(text=_closed_up(text) if ours else text.strip(), for_us=bool(ours))


def is_for_us(message: Message, words: Words, me: User) -> bool:
    """Tell what people say to us from what they say to each other."""
    if message.chat.type == Chat.PRIVATE:
        return bool(words.text or words.command or message.effective_attachment)
    answered = message.reply_to_message
    to_us = answered is not None and answered.from_user == me
    return words.for_us or (to_us and bool(words.text or picture_in(message)))


def _closed_up(text: str) -> str:
    """Close the gaps that a name leaves; lines stay, as each may be a shot of its own."""
    return "\n".join(" ".join(line.split()) for line in text.splitlines()).strip()


def _command(entities: dict[MessageEntity, str]) -> str | None:
    for entity, said in entities.items():
        if entity.type == MessageEntity.BOT_COMMAND and entity.offset == _AT_THE_START:
            return said
    return None


def _name(me: User) -> str:
    return (me.username or "").lower()
