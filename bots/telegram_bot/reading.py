"""From updates, as Telegram sends them, to events; what is not for us is None."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from telegram import (
    Bot,
    CallbackQuery,
    ChatMemberUpdated,
    ChosenInlineResult,
    InlineQuery,
    MaybeInaccessibleMessage,
    Message,
    Update,
    User,
)

from bots.chat import MessageId, Person
from bots.desk.events import Joined, Picture, Pressed, Said
from bots.desk.where import Where
from bots.telegram_api.chats import change_of, topic_of
from bots.telegram_api.pictures import has_no_picture, picture_in
from bots.telegram_api.wording import is_for_us, words_of
from bots.telegram_bot.events import Called, Chosen, Event, Moved, Wondered, chat_key
from bots.telegram_bot.where import message_id, person_of, where_in

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
        if not is_for_us(message, words, self._me):
            return None
        answered, sent = message.reply_to_message, _picture(message)
        return Said(
            update=number,
            who=_person(author),
            where=_where(message),
            message=_named(message),
            text=words.text,
            command=words.command,
            pictures=(sent,) if sent else (),
            named=words.for_us,
            answered=self._picture_answered(answered),
            answered_message=_named(answered) if answered else None,
            album=message.media_group_id,
            unusable=has_no_picture(message),
        )

    def _picture_answered(self, answered: Message | None) -> Picture | None:
        if answered is None or answered.from_user == self._me:
            return None
        return _picture(answered)

    def _called(self, number: int, message: Message) -> Called | None:
        caller, query = message.from_user, message.guest_query_id
        if caller is None or query is None:
            return None
        return Called(
            update=number,
            query=query,
            who=_person(caller),
            text=words_of(message, self._me).text,
            answered=_picture(message) or self._picture_answered(message.reply_to_message),
        )


def _pressed(number: int, query: CallbackQuery) -> Pressed | None:
    if query.data is None:
        return None
    shown, where = query.message, where_in(query.from_user.id)
    if shown is not None:
        where = _where(shown) if isinstance(shown, Message) else where_in(shown.chat.id)
    elif query.inline_message_id is None:
        return None
    return Pressed(
        update=number,
        query=query.id,
        who=_person(query.from_user),
        where=where,
        message=shown and _named(shown),
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


def _joined(number: int, changed: ChatMemberUpdated) -> Joined | None:
    state, where = change_of(changed), where_in(changed.chat.id)
    return state and Joined(update=number, who=_person(changed.from_user), where=where, state=state)


def _person(user: User) -> Person:
    return person_of(user.id, user.language_code or "en")


def _where(message: Message) -> Where:
    return where_in(message.chat.id, topic=topic_of(message), reply_to=message.message_id)


def _named(message: MaybeInaccessibleMessage) -> MessageId:
    return message_id(message.chat.id, message.message_id)


def _picture(message: Message) -> Picture | None:
    found = picture_in(message)
    return found and Picture(file=found.file_id, bytes=found.file_size or 0)
