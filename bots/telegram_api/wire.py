"""The calls we make to the Bot API; each may raise what `translated` does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from telegram import (
    Bot,
    InlineKeyboardMarkup,
    InlineQueryResult,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputFile,
    InputMediaPhoto,
    InputMediaVideo,
    InputTextMessageContent,
    LinkPreviewOptions,
    Message,
    ReplyParameters,
)

from bots.errors import ChatForbidden, ChatUnavailable
from bots.telegram_api.addresses import Address, Sent
from bots.telegram_api.opening import UPLOAD_S
from bots.telegram_api.refusals import has_lost_topic, has_no_caption, has_no_text, translated
from bots.telegram_api.thumbnails import blank

Markup = InlineKeyboardMarkup | None

_FRESH_S = 2
_REMOVED = "✖"
"""What is left of a message that is too old to be taken away."""
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Film:
    """A clip to be shown: its bytes or the id of a file that Telegram has, and its poster."""

    file: bytes | str
    width: int
    height: int
    poster: bytes | None = None

    def as_file(self) -> InputFile | str:
        """Name it, or have it uploaded."""
        return self.file if isinstance(self.file, str) else _upload(self.file, "clip.mp4")


class Wire:
    """One bot's calls."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    async def say(self, to: Address, text: str, markup: Markup = None) -> int:
        """Send a message; its number."""
        try:
            return await self._say(to, text, markup)
        except ChatUnavailable as error:
            if not has_lost_topic(error):
                raise
            return await self._say(replace(to, topic=None), text, markup)

    async def _say(self, to: Address, text: str, markup: Markup) -> int:
        answers = None
        if to.reply_to is not None:
            answers = ReplyParameters(to.reply_to, allow_sending_without_reply=True)
        with translated():
            sent = await self._bot.send_message(
                to.chat,
                text,
                message_thread_id=to.topic,
                reply_parameters=answers,
                reply_markup=markup,
                link_preview_options=_NO_PREVIEW,
            )
            return sent.message_id
        raise AssertionError("sending changes something")

    async def edit_text(self, message: Sent, text: str, markup: Markup) -> None:
        """Give a message another text, or, where it shows a clip, another caption."""
        try:
            await self._retext(message, text, markup)
        except ChatUnavailable as error:
            if not has_no_text(error):
                raise
            await self._recaption(message, text, markup)

    async def recaption(self, message: Sent, text: str, markup: Markup) -> bool:
        """Give the clip that a message shows another caption; False when it shows none."""
        try:
            await self._recaption(message, text, markup)
        except ChatUnavailable as error:
            if not has_no_caption(error):
                raise
            return False
        return True

    async def _recaption(self, message: Sent, text: str, markup: Markup) -> None:
        with translated():
            await self._bot.edit_message_caption(
                caption=text, reply_markup=markup, **message.named()
            )

    async def _retext(self, message: Sent, text: str, markup: Markup) -> None:
        with translated():
            await self._bot.edit_message_text(
                text, reply_markup=markup, link_preview_options=_NO_PREVIEW, **message.named()
            )

    async def empty(self, message: Sent) -> None:
        """Have a message show nothing that it has shown."""
        try:
            await self._retext(message, _REMOVED, None)
        except ChatUnavailable as error:
            if not has_no_text(error):
                raise
            with translated():
                if message.inline is not None:  # which takes no upload
                    await self._bot.edit_message_caption(caption=_REMOVED, **message.named())
                    return
                grey = InputMediaPhoto(_upload(blank(), "removed.jpg"))
                await self._bot.edit_message_media(grey, **message.named())

    async def edit_film(
        self, message: Sent, film: Film, caption: str, markup: Markup
    ) -> str | None:
        """Turn a message into a clip; the id under which Telegram has the file now."""
        video = InputMediaVideo(
            film.as_file(),
            caption=caption,
            width=film.width,
            height=film.height,
            supports_streaming=True,
            thumbnail=film.poster and _upload(film.poster, "poster.jpg"),
        )
        with translated():
            shown = await self._bot.edit_message_media(
                video, reply_markup=markup, read_timeout=UPLOAD_S, **message.named()
            )
            if isinstance(shown, Message) and shown.video:
                return shown.video.file_id
        return None

    async def show(self, to: Address, film: Film) -> str | None:
        """Send a clip in a message of its own; the id of its file."""
        sent = await self._send(to, film)
        return sent and sent.video and sent.video.file_id

    async def stage(self, chat: int, film: Film) -> str:
        """Send a clip somewhere nobody looks, and take it away: Telegram keeps the file."""
        sent = await self._send(Address(chat=chat), film, silently=True)
        if sent is None or sent.video is None:
            raise ChatForbidden(f"chat {chat} took a clip and does not show it")
        await self.delete(Sent(chat, sent.message_id))
        return sent.video.file_id

    async def _send(self, to: Address, film: Film, *, silently: bool = False) -> Message | None:
        with translated():
            return await self._bot.send_video(
                to.chat,
                film.as_file(),
                width=film.width,
                height=film.height,
                supports_streaming=True,
                message_thread_id=to.topic,
                disable_notification=silently,
                read_timeout=UPLOAD_S,
            )
        return None

    async def delete(self, message: Sent) -> None:
        """Take a message away, unless it was sent through us."""
        if message.inline is None:
            with translated():
                await self._bot.delete_message(message.chat, message.number)

    async def fetch(self, file: str) -> bytes:
        """Get a file that was sent."""
        with translated():
            found = await self._bot.get_file(file)
            return bytes(await found.download_as_bytearray())
        raise AssertionError("a file is had or not")

    async def answer_press(self, query: str, text: str = "") -> None:
        """End the waiting circle on a pressed button, with a window if there is a text."""
        with translated():
            await self._bot.answer_callback_query(query, text[:200] or None, show_alert=bool(text))

    async def suggest(
        self,
        query: str,
        results: Sequence[InlineQueryResult],
        button: InlineQueryResultsButton | None = None,
    ) -> None:
        """Show what can be sent to who is typing our name."""
        with translated():
            await self._bot.answer_inline_query(
                query, results, cache_time=_FRESH_S, is_personal=True, button=button
            )

    async def answer_guest(self, query: str, text: str, markup: Markup) -> str | None:
        """Answer a mention in a chat we are not in; the inline id of the message, if it has one."""
        content = InputTextMessageContent(text)
        article = InlineQueryResultArticle("answer", text, content, reply_markup=markup)
        with translated():
            return (await self._bot.answer_guest_query(query, article)).inline_message_id
        return None

    async def is_admin(self, chat: int, user: int) -> bool:
        """Tell whether somebody runs a group."""
        with translated():
            member = await self._bot.get_chat_member(chat, user)
            return member.status in (member.ADMINISTRATOR, member.OWNER)
        return False


def _upload(file: bytes, name: str) -> InputFile:
    return InputFile(file, name, attach=True)
