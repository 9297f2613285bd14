"""What people write to the bot, read from a message: in private, by name, or in answer to it."""

from __future__ import annotations

import re

import discord

from bots.chat import MessageId
from bots.codes import Code, Verb
from bots.desk.events import Picture, Said
from bots.desk.where import Where
from bots.discord_api.names import message_id, person_of, place_of
from bots.discord_api.pictures import pictures_in
from bots.discord_api.where import in_room, roles_of
from engine.jobs.job import JobId


def said_in(message: discord.Message, me: discord.ClientUser) -> Said | None:
    """Read a message; None if it is not for us."""
    author = message.author
    answered = message.reference.resolved if message.reference else None
    of_ours = isinstance(answered, discord.Message) and answered.author.id == me.id
    named = message.guild is None or any(user.id == me.id for user in message.mentions)
    if author.bot or not (named or of_ours):
        return None
    text = re.sub(rf"<@!?{me.id}>", " ", message.content)
    pictures = pictures_in(message)
    return Said(
        update=message.id,
        who=person_of(author),
        where=_where(message),
        message=message_id(message.channel.id, message.id),
        text=_closed_up(text),
        named=named,
        pictures=tuple(pictures),
        answered=_picture(answered) if not of_ours else None,
        answered_message=_name(answered),
        about=_job_in(answered) if of_ours else None,
        unusable=bool(message.attachments) and not pictures,
        hidden=not (pictures or of_ours) and _is_hidden(answered),
    )


def _closed_up(text: str) -> str:
    """Close the gaps that a name leaves; lines stay, as each may be a shot of its own."""
    return "\n".join(" ".join(line.split()) for line in text.splitlines()).strip()


def _where(message: discord.Message) -> Where:
    guild = message.guild
    where = Where(
        place=place_of(guild.id if guild else message.channel.id),
        is_group=guild is not None,
        reply_to=message_id(message.channel.id, message.id),
        roles=roles_of(message.author),
    )
    return in_room(where, message.channel)


def _picture(answered: object) -> Picture | None:
    found = pictures_in(answered) if isinstance(answered, discord.Message) else []
    return found[0] if found else None


def _is_hidden(answered: object) -> bool:
    """Tell whether a message comes empty: of what others write, we see only what names us."""
    if not isinstance(answered, discord.Message) or answered.guild is None:
        return False
    return not (answered.content or answered.attachments or answered.embeds)


def _job_in(answered: object) -> JobId | None:
    """Find the job that a message of ours shows, by its buttons."""
    for row in answered.components if isinstance(answered, discord.Message) else ():
        for button in getattr(row, "children", ()):
            code = Code.read(getattr(button, "custom_id", None) or "")
            if code is not None and code.verb in (Verb.AGAIN, Verb.REMIX):
                return JobId(code.about)
    return None


def _name(answered: object) -> MessageId | None:
    if not isinstance(answered, discord.Message):
        return None
    return message_id(answered.channel.id, answered.id)
