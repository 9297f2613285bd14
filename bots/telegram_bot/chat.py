"""Telegram as a platform: a job's message is posted as text and edited into its clip."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, replace

from telegram import InlineKeyboardMarkup

from bots.chat import Message, Placeholder, PlaceId, ShownClip
from bots.clock import Clock, utc_now
from bots.errors import ChatForbidden, ChatUnavailable, MessageGone
from bots.store.answers import Answers
from bots.store.files import PlatformFiles
from bots.store.places import Places
from bots.telegram_bot.keyboards import under_message
from bots.telegram_bot.links import remix_link
from bots.telegram_bot.refusals import GroupMoved, has_lost_file
from bots.telegram_bot.thumbnails import thumbnail
from bots.telegram_bot.where import (
    Where,
    chat_of,
    inline_message,
    inline_of,
    message_id,
    numbered,
    place_of,
)
from bots.telegram_bot.wire import Film, Wire
from engine.jobs.job import JobId
from engine.jobs.media.store import MediaStore

_CELLS = 10
_CAPTION = 1024
_TEXT = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramChat:
    """The Chat port over the Bot API.

    Attributes:
        name: the bot's, under which files are known.
        staging: the chat where clips for messages sent through us are uploaded; without one, the
            private chat of who sent it.
        link: where the bot is found.
        has_inline_mode: whether clips can be shared through the bot itself.
    """

    name: str
    wire: Wire
    answers: Answers
    files: PlatformFiles
    places: Places
    media: MediaStore
    staging: int | None
    link: str
    has_inline_mode: bool
    now: Clock = utc_now

    async def post(
        self, place: PlaceId, job: JobId, message: Message, *, replaces: Placeholder | None = None
    ) -> Placeholder:
        """Show a new message for a job, or turn the one into it that offered the effects."""
        try:
            return await self._post(place, job, message, replaces)
        except GroupMoved as moved:
            await self.places.move(place, place_of(moved.chat))
            return await self._post(place, job, message, replaces)

    async def _post(
        self, place: PlaceId, job: JobId, message: Message, replaces: Placeholder | None
    ) -> Placeholder:
        where = await self._where(place, job)
        if where.inline is not None:
            if replaces is not None:
                raise ChatForbidden("a message sent through us is gone")
            posted = Placeholder(place=place, message=inline_message(where.inline))
            await self.edit(posted, job, message)
            return posted
        if where.turn_into is not None and replaces is None:
            turned = Placeholder(place=where.place, message=message_id(where.chat, where.turn_into))
            try:
                await self.edit(turned, job, message)
                return Placeholder(place=place, message=turned.message)
            except MessageGone:
                where = replace(where, turn_into=None)
        sent = await self.wire.say(where, self._text(message), self._keys(job, message))
        return Placeholder(place=place, message=message_id(where.chat, sent))

    async def edit(self, placeholder: Placeholder, job: JobId, message: Message) -> None:
        """Replace a message.

        Raises:
            MessageGone: it no longer exists.
            ClipTooLarge: Telegram does not take this clip.
        """
        try:
            if message.clip is None:
                text, keys = self._text(message), self._keys(job, message)
                await self.wire.edit_text(placeholder, text, keys)
            else:
                await self._show(placeholder, job, message, message.clip)
        except GroupMoved as moved:
            await self.places.move(placeholder.place, place_of(moved.chat))
            raise MessageGone(str(moved)) from moved

    async def remove(self, placeholder: Placeholder) -> None:
        """Take a message away; one that is too old for that shows nothing any more."""
        with suppress(MessageGone):
            if inline_of(placeholder.message) is None:
                await self.wire.delete(placeholder)
                return
        with suppress(MessageGone):
            await self.wire.empty(placeholder)

    async def nudge(self, placeholder: Placeholder, job: JobId, text: str) -> None:
        """Answer with one line: in a group the person, who hears of nothing else there."""
        if inline_of(placeholder.message) is not None:
            return
        chat, number = numbered(placeholder.message)
        where = await self._where(placeholder.place, job)
        asked = where.reply_to if where.is_group and where.chat == chat else None
        await self.wire.say(Where(chat=chat, topic=where.topic, reply_to=asked or number), text)

    async def show_again(self, where: Where, clip: ShownClip) -> None:
        """Show a clip in a message of its own."""
        known = await self.files.get(self.name, clip.key)
        film = await self._film(clip) if known is None else Film(file=known, clip=clip)
        file = await self.wire.show(where, film)
        if file is not None and known is None:
            await self.files.put(self.name, clip.key, file, self.now())

    async def _show(
        self, placeholder: Placeholder, job: JobId, message: Message, clip: ShownClip
    ) -> None:
        """Edit a clip in: by the id of its file if Telegram has it, or by uploading it."""
        caption, keys = message.text[:_CAPTION], self._keys(job, message)
        known = await self.files.get(self.name, clip.key)
        if known is not None:
            try:
                await self.wire.edit_film(placeholder, Film(file=known, clip=clip), caption, keys)
                return
            except ChatUnavailable as error:
                if not has_lost_file(error):
                    raise
        file = await self._uploaded(placeholder, job, clip, caption, keys)
        if file is not None:
            await self.files.put(self.name, clip.key, file, self.now())

    async def _uploaded(
        self,
        placeholder: Placeholder,
        job: JobId,
        clip: ShownClip,
        caption: str,
        keys: InlineKeyboardMarkup | None,
    ) -> str | None:
        film = await self._film(clip)
        if inline_of(placeholder.message) is None:
            return await self.wire.edit_film(placeholder, film, caption, keys)
        # files cannot be uploaded into a message that somebody sent through us
        where = await self._where(placeholder.place, job)
        file = await self.wire.stage(self.staging or where.chat, film)
        await self.files.put(self.name, clip.key, file, self.now())
        await self.wire.edit_film(placeholder, Film(file=file, clip=clip), caption, keys)
        return file

    async def _film(self, clip: ShownClip) -> Film:
        file, poster = await self.media.get(clip.key), await self.media.get(clip.poster)
        return Film(file=file, clip=clip, poster=await asyncio.to_thread(thumbnail, poster))

    async def _where(self, place: PlaceId, job: JobId) -> Where:
        """Find where a job's answers go, also when the group has become a supergroup since."""
        now = chat_of(await self.places.current(place))
        saved = await self.answers.get(job)
        where = Where.read({"chat": now, **saved})
        return where if where.chat == now else Where(chat=now, inline=where.inline)

    def _keys(self, job: JobId, message: Message) -> InlineKeyboardMarkup | None:
        shared = None if self.has_inline_mode else remix_link(self.link, job)
        return under_message(job, message.buttons, shared_as=shared)

    def _text(self, message: Message) -> str:
        if message.progress is None:
            return message.text[:_TEXT]
        full = round(message.progress * _CELLS)
        return f"{message.text}\n{'▰' * full}{'▱' * (_CELLS - full)}"
