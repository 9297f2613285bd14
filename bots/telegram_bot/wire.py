"""The calls we make to the Bot API; each may raise what `translated` does.

An edit names its message either by chat and number or, where it was sent through us, by an inline
id; this is the one place that knows the difference.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TypedDict

from telegram import (
    Bot,
    InlineKeyboardMarkup,
    InputFile,
    InputMediaPhoto,
    InputMediaVideo,
    LinkPreviewOptions,
    Message,
    ReplyParameters,
)

from bots.chat import Placeholder, ShownClip
from bots.errors import ChatForbidden, ChatUnavailable
from bots.telegram_bot.refusals import has_lost_topic, has_no_text, translated
from bots.telegram_bot.thumbnails import blank
from bots.telegram_bot.transport import Transport
from bots.telegram_bot.where import Where, inline_of, numbered

Markup = InlineKeyboardMarkup | None

_CONNECTIONS = 64
_ANSWER_S = 15.0
_UPLOAD_S = 180.0
"""A clip of 50 MB over a slow line; an upload that is given up may have been shown."""
_REMOVED = "✖"
"""What is left of a message that is too old to be taken away."""
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


def open_bot(token: str, api_url: str) -> Bot:
    """Make a client for a bot; nothing is sent yet."""
    # waits are timedeltas in the library's next version, and it warns until then
    os.environ.setdefault("PTB_TIMEDELTA", "true")
    calls, polls = (
        Transport(connections=connections, answer_s=_ANSWER_S, upload_s=_UPLOAD_S)
        for connections in (_CONNECTIONS, 2)
    )
    return Bot(
        token,
        base_url=f"{api_url}/bot",
        base_file_url=f"{api_url}/file/bot",
        request=calls,
        get_updates_request=polls,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Film:
    """A clip to be shown: its bytes or the id of a file that Telegram has, and its poster."""

    file: bytes | str
    clip: ShownClip
    poster: bytes | None = None


class Wire:
    """One bot's calls."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    async def say(self, where: Where, text: str, markup: Markup = None) -> int:
        """Send a message; its number."""
        try:
            return await self._say(where, text, markup, topic=where.topic)
        except ChatUnavailable as error:
            if not has_lost_topic(error):
                raise
            return await self._say(where, text, markup, topic=None)

    async def _say(self, where: Where, text: str, markup: Markup, *, topic: int | None) -> int:
        answers = where.reply_to and ReplyParameters(
            where.reply_to, allow_sending_without_reply=True
        )
        with translated():
            sent = await self._bot.send_message(
                where.chat,
                text,
                message_thread_id=topic,
                reply_parameters=answers or None,
                reply_markup=markup,
                link_preview_options=_NO_PREVIEW,
            )
            return sent.message_id
        raise AssertionError("sending changes something")

    async def edit_text(self, message: Placeholder, text: str, markup: Markup) -> None:
        """Give a message another text, or, where it shows a clip, another caption."""
        try:
            await self._retext(message, text, markup)
        except ChatUnavailable as error:
            if not has_no_text(error):
                raise
            with translated():
                await self._bot.edit_message_caption(
                    caption=text, reply_markup=markup, **_named(message)
                )

    async def _retext(self, message: Placeholder, text: str, markup: Markup) -> None:
        with translated():
            await self._bot.edit_message_text(
                text, reply_markup=markup, link_preview_options=_NO_PREVIEW, **_named(message)
            )

    async def empty(self, message: Placeholder) -> None:
        """Have a message show nothing that it has shown."""
        try:
            await self._retext(message, _REMOVED, None)
        except ChatUnavailable as error:
            if not has_no_text(error):
                raise
            if inline_of(message.message) is not None:  # which takes no upload
                with translated():
                    await self._bot.edit_message_caption(caption=_REMOVED, **_named(message))
                return
            grey = InputMediaPhoto(InputFile(blank(), "removed.jpg", attach=True))
            with translated():
                await self._bot.edit_message_media(grey, **_named(message))

    async def edit_film(
        self, message: Placeholder, film: Film, caption: str, markup: Markup
    ) -> str | None:
        """Turn a message into a clip; the id under which Telegram has the file now."""
        clip = film.clip
        video = InputMediaVideo(
            _file(film.file, "clip.mp4"),
            caption=caption,
            width=clip.width,
            height=clip.height,
            supports_streaming=True,
            thumbnail=film.poster and InputFile(film.poster, "poster.jpg", attach=True),
        )
        with translated():
            shown = await self._bot.edit_message_media(
                video, reply_markup=markup, read_timeout=_UPLOAD_S, **_named(message)
            )
            if isinstance(shown, Message) and shown.video:
                return shown.video.file_id
        return None

    async def show(self, where: Where, film: Film) -> str | None:
        """Send a clip in a message of its own; the id of its file."""
        with translated():
            sent = await self._bot.send_video(
                where.chat,
                _file(film.file, "clip.mp4"),
                width=film.clip.width,
                height=film.clip.height,
                supports_streaming=True,
                message_thread_id=where.topic,
                read_timeout=_UPLOAD_S,
                write_timeout=_UPLOAD_S,
            )
            return sent.video.file_id if sent.video else None
        return None

    async def stage(self, chat: int, film: Film) -> str:
        """Send a clip somewhere nobody looks, and take it away: Telegram keeps the file."""
        with translated():
            sent = await self._bot.send_video(
                chat,
                _file(film.file, "clip.mp4"),
                disable_notification=True,
                read_timeout=_UPLOAD_S,
                write_timeout=_UPLOAD_S,
            )
            if sent.video is not None:
                await self._bot.delete_message(chat, sent.message_id)
                return sent.video.file_id
        raise ChatForbidden(f"chat {chat} took a clip and does not show it")

    async def delete(self, message: Placeholder) -> None:
        """Take a message away."""
        if inline_of(message.message) is None:
            with translated():
                await self._bot.delete_message(*numbered(message.message))

    async def answer_press(self, query: str, text: str = "", *, alert: bool = False) -> None:
        """End the waiting circle on a pressed button, with a line or a window."""
        with translated():
            await self._bot.answer_callback_query(query, text[:200] or None, show_alert=alert)

    async def is_admin(self, chat: int, user: int) -> bool:
        """Tell whether somebody runs a group."""
        with translated():
            member = await self._bot.get_chat_member(chat, user)
            return member.status in (member.ADMINISTRATOR, member.OWNER)
        return False


def _file(file: bytes | str, name: str) -> InputFile | str:
    return file if isinstance(file, str) else InputFile(file, name, attach=True)


class _Named(TypedDict, total=False):
    chat_id: int
    message_id: int
    inline_message_id: str


def _named(message: Placeholder) -> _Named:
    inline = inline_of(message.message)
    if inline is not None:
        return {"inline_message_id": inline}
    chat, number = numbered(message.message)
    return {"chat_id": chat, "message_id": number}
