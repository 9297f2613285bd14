"""From updates, as Telegram sends them, to events; what is not for us is None."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from telegram import (
    Bot,
    CallbackQuery,
    Chat,
    ChatMemberUpdated,
    ChosenInlineResult,
    InlineQuery,
    Message,
    Update,
    User,
)

from bots.chat import Person
from bots.telegram_bot.events import (
    Called,
    Chosen,
    Event,
    Joined,
    Moved,
    Picture,
    Pressed,
    Said,
    Wondered,
    chat_key,
)
from bots.telegram_bot.pictures import has_no_picture, picture_in
from bots.telegram_bot.where import Where, person_of
from bots.telegram_bot.wording import Words, words_of

log = logging.getLogger(__name__)

UPDATES = (
    "message",
    "callback_query",
    "inline_query",
    "chosen_inline_result",
    "my_chat_member",
    "guest_message",
)
"""The kinds of updates we ask for."""

_GENERAL_TOPIC = 1
_ODD = (TypeError, ValueError, LookupError, AttributeError, OverflowError, OSError)
"""What the library raises when something is other than it expects; the last two for dates."""


class Reader:
    """Reads the updates of one bot."""

    chat_key = staticmethod(chat_key)

    def __init__(self, bot: Bot, me: User) -> None:
        self._bot = bot
        self._me = me

    def read(self, raw: Mapping[str, Any]) -> Event | None:
        """Read an update, also one from a later version of the Bot API than the library's."""
        number = raw.get("update_id")
        try:
            update = Update.de_json(dict(raw), self._bot)
            return self._event(update)
        except _ODD as error:
            log.warning("update %s is not understood: %s", number, error)
            return None

    def album(self, event: Event) -> str | None:
        """Name the album that a message is only a part of."""
        return event.album if isinstance(event, Said) else None

    def _event(self, update: Update) -> Event | None:
        number = update.update_id
        if update.message is not None:
            return self._message(number, update.message)
        if update.callback_query is not None:
            return _pressed(number, update.callback_query)
        if update.inline_query is not None:
            return _wondered(number, update.inline_query)
        if update.chosen_inline_result is not None:
            return _chosen(number, update.chosen_inline_result)
        if update.my_chat_member is not None:
            return _joined(number, update.my_chat_member)
        if update.guest_message is not None:
            return self._called(number, update.guest_message)
        return None

    def _message(self, number: int, message: Message) -> Event | None:
        if message.migrate_to_chat_id is not None:
            return Moved(update=number, old=message.chat.id, new=message.migrate_to_chat_id)
        author = message.from_user
        if author is None or author.is_bot:
            return None
        words = words_of(message, self._me)
        if not self._is_for_us(message, words):
            return None
        answered = message.reply_to_message
        return Said(
            update=number,
            who=_person(author),
            where=_where(message),
            message=message.message_id,
            text=words.text,
            command=words.command,
            picture=picture_in(message),
            named=words.for_us,
            answered=self._picture_answered(answered),
            answered_message=answered.message_id if answered else None,
            album=message.media_group_id,
            unusable=has_no_picture(message),
        )

    def _is_for_us(self, message: Message, words: Words) -> bool:
        """Tell what people say to us from what they say to each other."""
        if message.chat.type == Chat.PRIVATE:
            return bool(words.text or words.command or message.effective_attachment)
        answered = message.reply_to_message
        to_us = answered is not None and answered.from_user == self._me
        return words.for_us or (to_us and bool(words.text or picture_in(message)))

    def _picture_answered(self, answered: Message | None) -> Picture | None:
        if answered is None or answered.from_user == self._me:
            return None
        return picture_in(answered)

    def _called(self, number: int, message: Message) -> Called | None:
        caller, query = message.from_user, message.guest_query_id
        if caller is None or query is None:
            return None
        answered = message.reply_to_message
        return Called(
            update=number,
            query=query,
            who=_person(caller),
            text=words_of(message, self._me).text,
            answered=picture_in(message) or self._picture_answered(answered),
        )


def _pressed(number: int, query: CallbackQuery) -> Pressed | None:
    if query.data is None:
        return None
    if query.message is not None:
        where = Where(chat=query.message.chat.id)
        if isinstance(query.message, Message):
            where = _where(query.message)
        message = query.message.message_id
    elif query.inline_message_id is not None:
        where = Where(chat=query.from_user.id, inline=query.inline_message_id)
        message = None
    else:
        return None
    return Pressed(
        update=number,
        query=query.id,
        who=_person(query.from_user),
        where=where,
        message=message,
        data=query.data,
    )


def _wondered(number: int, query: InlineQuery) -> Wondered:
    return Wondered(
        update=number, query=query.id, who=_person(query.from_user), text=query.query.strip()
    )


def _chosen(number: int, chosen: ChosenInlineResult) -> Chosen | None:
    if chosen.inline_message_id is None:
        return None
    return Chosen(
        update=number,
        who=_person(chosen.from_user),
        result=chosen.result_id,
        inline=chosen.inline_message_id,
    )


def _joined(number: int, change: ChatMemberUpdated) -> Joined | None:
    if change.chat.type == Chat.PRIVATE:
        return None
    gone = ("left", "kicked")
    before, after = change.old_chat_member.status in gone, change.new_chat_member.status in gone
    if before == after:
        return None
    return Joined(
        update=number,
        who=_person(change.from_user),
        where=Where(chat=change.chat.id),
        state="removed" if after else "added",
    )


def _person(user: User) -> Person:
    return person_of(user.id, user.language_code or "en")


def _where(message: Message) -> Where:
    topic = message.message_thread_id if message.is_topic_message else None
    return Where(
        chat=message.chat.id,
        topic=None if topic == _GENERAL_TOPIC else topic,
        reply_to=message.message_id,
    )
