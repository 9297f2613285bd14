"""Discord as a platform: the answer to an interaction becomes the clip, or a message of our own."""

from __future__ import annotations

import hashlib
import io
from contextlib import suppress
from dataclasses import dataclass, replace

import discord

from bots.chat import Message, MessageId, Placeholder, PlaceId, ShownClip, is_same_message
from bots.clock import Clock
from bots.desk.keys import under_message
from bots.desk.where import Where
from bots.discord_api.drawing import drawn, with_long_links
from bots.discord_api.handles import FADES, Handle, began
from bots.discord_api.names import Numbers
from bots.discord_api.wire import Content, Wire
from bots.errors import ChatForbidden, MessageGone
from bots.messages import in_words
from bots.store.answers import Answers
from bots.store.files import PlatformFiles
from bots.store.places import Places
from bots.texts.talk import Talk
from bots.texts.texts import Texts
from engine.jobs.first_look import is_of_first_look
from engine.jobs.job import JobId, MediaKey
from engine.jobs.media.store import MediaStore

_NONCE = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscordChat:
    """The Chat port over interactions and channels.

    `files` names the message that shows a first look under the bot's `name`: only there is it.
    """

    name: str
    wire: Wire
    answers: Answers
    files: PlatformFiles
    places: Places
    media: MediaStore
    now: Clock

    async def post(
        self, place: PlaceId, job: JobId, message: Message, *, replaces: Placeholder | None = None
    ) -> Placeholder:
        """Show a new message for a job: where it is awaited, or else as the bot's own."""
        where = await self._where(place, job)
        handle = Handle.read(where.through)
        if where.turn_into is not None and self._is_awaited(where, handle, replaces):
            content = await self._content(place, job, message)
            with suppress(MessageGone):
                await self.wire.edit(where.turn_into, handle, content)
                return Placeholder(place=place, message=where.turn_into)
        if handle is not None and not handle.may_write:
            raise ChatForbidden("the bot is no member here, and may only answer")
        content = await self._content(place, job, message)
        if handle is not None:
            content = _calling(handle, content)
        sent = await self.wire.say(where, content, nonce=_nonce(job, replaces))
        return Placeholder(place=place, message=sent)

    async def edit(self, placeholder: Placeholder, job: JobId, message: Message) -> None:
        """Replace a message.

        Raises:
            MessageGone: it no longer exists, or can be changed no more.
            ClipTooLarge: Discord does not take this clip here.
        """
        handle, clip = await self._handle(placeholder, job), message.clip
        quick = clip.key if clip is not None and is_of_first_look(clip.key) else None
        if quick is not None and await self._shows(placeholder, quick):
            content = replace(self._words(job, message), files=None)
            await self.wire.edit(placeholder.message, handle, content)
            return
        content = await self._content(placeholder.place, job, message)
        await self.wire.edit(placeholder.message, handle, content)
        if quick is not None:
            await self.files.put(self.name, quick, placeholder.message, self.now())

    async def remove(self, placeholder: Placeholder, job: JobId) -> None:
        """Take a message away."""
        where = await self._where(placeholder.place, job)
        with suppress(MessageGone):
            await self.wire.remove(placeholder.message, Handle.read(where.through))

    def is_fading(self, placeholder: Placeholder) -> bool:
        """Tell whether the token that a message is changed through is about to die."""
        interaction = Numbers.of(placeholder.message).interaction
        return interaction is not None and self.now() >= began(interaction) + FADES

    async def nudge(self, placeholder: Placeholder, job: JobId, text: str) -> None:
        """Answer the clip with one line that notifies who asked."""
        where = await self._where(placeholder.place, job)
        handle, shown = Handle.read(where.through), Numbers.of(placeholder.message)
        if handle is None:
            await self.wire.say(where, Content(text=text))
        elif handle.may_write and not handle.only_theirs:
            line = Content(text=f"<@{handle.user}> {text}", pings=handle.user)
            below = replace(where, room=str(shown.channel), reply_to=placeholder.message)
            await self.wire.say(below, line, nonce=_nonce(job, placeholder))

    async def show_again(self, where: Where, clip: ShownClip) -> None:
        """Show a clip in the answer that is awaited."""
        content = Content(text="", files=[await self._file(where.place, clip, None)])
        if where.turn_into is None:
            await self.wire.say(where, content)
        else:
            await self.wire.edit(where.turn_into, Handle.read(where.through), content)

    def _is_awaited(
        self, where: Where, handle: Handle | None, replaces: Placeholder | None
    ) -> bool:
        """Tell whether an answer is still open that does not show the job yet."""
        if where.turn_into is None or handle is None or not handle.works(self.now()):
            return False
        return replaces is None or replaces.message != where.turn_into

    async def _handle(self, placeholder: Placeholder, job: JobId) -> Handle | None:
        """Find the token through which a message is changed."""
        interaction = Numbers.of(placeholder.message).interaction
        if interaction is None:
            return None
        handle = Handle.read((await self._where(placeholder.place, job)).through)
        return handle if handle is not None and handle.interaction == interaction else None

    async def _where(self, place: PlaceId, job: JobId) -> Where:
        return Where(place=place).resumed(await self.answers.get(job))

    async def _shows(self, placeholder: Placeholder, clip: MediaKey) -> bool:
        """Tell whether a message has a clip already, so that it need not be uploaded again."""
        known = await self.files.get(self.name, clip)
        return known is not None and is_same_message(MessageId(known), placeholder.message)

    async def _content(self, place: PlaceId, job: JobId, message: Message) -> Content:
        content = self._words(job, message)
        if message.clip is None:
            return content
        file = await self._file(place, message.clip, message.text)
        return replace(content, files=[file])

    def _words(self, job: JobId, message: Message) -> Content:
        text, rows = with_long_links(in_words(message), under_message(job, message.buttons))
        return Content(text=text, view=drawn(rows))

    async def _file(self, place: PlaceId, clip: ShownClip, about: str | None) -> discord.File:
        hidden = (await self.places.rules(place)).spoiler
        data = await self.media.get(clip.key)
        return discord.File(io.BytesIO(data), "clip.mp4", spoiler=hidden, description=about)


def _calling(handle: Handle, content: Content) -> Content:
    """Have a message call who asked: their answer has moved here."""
    moved = Talk(Texts.of(handle.language)).moved_here(f"<@{handle.user}>")
    return replace(content, text=f"{moved}\n{content.text}", pings=handle.user)


def _nonce(job: JobId, replaces: Placeholder | None) -> str:
    """Name a message so that Discord takes it only once, however often it is sent."""
    named = f"{job} {replaces.message if replaces else ''}".encode()
    return hashlib.blake2s(named, digest_size=16).hexdigest()[:_NONCE]
