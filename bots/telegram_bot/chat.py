"""Telegram as a platform: a job's message is posted as text and edited into its clip."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial

from telegram import InlineKeyboardMarkup

from bots.chat import Message, Placeholder, PlaceId, ShownClip
from bots.clock import Clock, utc_now
from bots.desk.keys import under_message
from bots.desk.where import Where
from bots.errors import ChatForbidden, ChatUnavailable, MessageGone
from bots.messages import in_words
from bots.store.answers import Answers
from bots.store.files import PlatformFiles
from bots.store.places import Places
from bots.telegram_api.refusals import GroupMoved, has_lost_file
from bots.telegram_api.thumbnails import thumbnail
from bots.telegram_api.wire import Film, Wire
from bots.telegram_bot.keyboards import Keyboards
from bots.telegram_bot.where import (
    address_of,
    chat_of,
    inline_message,
    message_id,
    place_of,
    sent_of,
    where_in,
)
from engine.jobs.first_look import is_of_first_look
from engine.jobs.job import JobId
from engine.jobs.media.store import MediaStore

_CAPTION = 1024
_TEXT = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramChat:
    """The Chat port over the Bot API.

    Attributes:
        name: the bot's, under which files are known.
        staging: the chat where clips for messages sent through us are uploaded; without one, the
            private chat of who sent it.
        keyboards: draws what is below messages.
    """

    name: str
    wire: Wire
    answers: Answers
    files: PlatformFiles
    places: Places
    media: MediaStore
    staging: int | None
    keyboards: Keyboards
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
        if where.through is not None:
            if replaces is not None:
                raise ChatForbidden("a message sent through us is gone")
            posted = Placeholder(place=place, message=inline_message(where.through))
            await self.edit(posted, job, message)
            return posted
        if where.turn_into is not None and replaces is None:
            turned = Placeholder(place=where.place, message=where.turn_into)
            try:
                await self.edit(turned, job, message)
                return Placeholder(place=place, message=turned.message)
            except MessageGone:
                where = replace(where, turn_into=None)
        text, keys = in_words(message)[:_TEXT], self._keys(job, message)
        sent = await self.wire.say(address_of(where), text, keys)
        return Placeholder(place=place, message=message_id(chat_of(where.place), sent))

    async def edit(self, placeholder: Placeholder, job: JobId, message: Message) -> None:
        """Replace a message.

        Raises:
            MessageGone: it no longer exists.
            ClipTooLarge: Telegram does not take this clip.
        """
        try:
            if message.clip is None:
                text, keys = in_words(message)[:_TEXT], self._keys(job, message)
                await self.wire.edit_text(sent_of(placeholder.message), text, keys)
            else:
                await self._show(placeholder, job, message, message.clip)
        except GroupMoved as moved:
            await self.places.move(placeholder.place, place_of(moved.chat))
            raise MessageGone(str(moved)) from moved

    async def remove(self, placeholder: Placeholder, job: JobId) -> None:  # noqa: ARG002
        """Take a message away; one that is too old for that shows nothing any more."""
        sent = sent_of(placeholder.message)
        with suppress(MessageGone):
            if sent.inline is None:
                await self.wire.delete(sent)
                return
        with suppress(MessageGone):
            await self.wire.empty(sent)

    def is_fading(self, placeholder: Placeholder) -> bool:  # noqa: ARG002
        """Tell that a message can be changed for as long as it is there."""
        return False

    async def nudge(self, placeholder: Placeholder, job: JobId, text: str) -> None:
        """Answer with one line: in a group the person, who hears of nothing else there."""
        sent = sent_of(placeholder.message)
        if sent.inline is not None:
            return
        where = await self._where(placeholder.place, job)
        there = address_of(where)
        asked = there.reply_to if where.is_group and there.chat == sent.chat else None
        await self.wire.say(replace(there, chat=sent.chat, reply_to=asked or sent.number), text)

    async def show_again(self, where: Where, clip: ShownClip) -> None:
        """Show a clip in a message of its own."""
        known = await self.files.get(self.name, clip.key)
        film = _known(known, clip) if known is not None else await self._loaded(clip)
        await self._remember(clip, await self.wire.show(address_of(where), film))

    async def _show(
        self, placeholder: Placeholder, job: JobId, message: Message, clip: ShownClip
    ) -> None:
        """Edit a clip in: by the id of its file if Telegram has it, or by uploading it."""
        sent, keys = sent_of(placeholder.message), self._keys(job, message)
        caption = in_words(message)[:_CAPTION]
        edit_in = partial(self.wire.edit_film, sent, caption=caption, markup=keys)
        known = await self.files.get(self.name, clip.key)
        if known is not None:
            try:
                # a first look that Telegram has is shown already, unless the message is a new one
                if is_of_first_look(clip.key) and await self.wire.recaption(sent, caption, keys):
                    return
                await edit_in(film=_known(known, clip))
                return
            except ChatUnavailable as error:
                if not has_lost_file(error):
                    raise
        film = await self._loaded(clip)
        if sent.inline is not None:
            # files cannot be uploaded into a message that somebody sent through us
            where = await self._where(placeholder.place, job)
            file = await self.wire.stage(self.staging or chat_of(where.place), film)
            await self._remember(clip, file)
            film = _known(file, clip)
        await self._remember(clip, await edit_in(film=film))

    async def _remember(self, clip: ShownClip, file: str | None) -> None:
        if file is not None:
            await self.files.put(self.name, clip.key, file, self.now())

    async def _loaded(self, clip: ShownClip) -> Film:
        file, poster = await self.media.get(clip.key), await self.media.get(clip.poster)
        small = await asyncio.to_thread(thumbnail, poster)
        return Film(file=file, width=clip.width, height=clip.height, poster=small)

    async def _where(self, place: PlaceId, job: JobId) -> Where:
        """Find where a job's answers go, also when the group has become a supergroup since."""
        now = where_in(chat_of(await self.places.current(place)))
        where = now.resumed(await self.answers.get(job))
        return where if where.place == now.place else replace(now, through=where.through)

    def _keys(self, job: JobId, message: Message) -> InlineKeyboardMarkup | None:
        return self.keyboards.closed_up(under_message(job, message.buttons))


def _known(file: str, clip: ShownClip) -> Film:
    """Show what Telegram has already."""
    return Film(file=file, width=clip.width, height=clip.height)
