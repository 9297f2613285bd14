"""One web socket: frames of the page in, frames of its conversation out."""

from __future__ import annotations

import asyncio
import logging
import time

from aiohttp import WSCloseCode, WSMessage, WSMsgType, web
from pydantic import ValidationError

from bots.store.conversation import Line
from bots.studio import Studio
from bots.texts.page import page_strings
from bots.web_chat.asks import Asks
from bots.web_chat.chat import WebChat
from bots.web_chat.effect_view import view_effects
from bots.web_chat.pace import Pace
from bots.web_chat.protocol import (
    MAX_FRAME_BYTES,
    PAGE_FRAME,
    AskFrame,
    EarlierFrame,
    EarlierLinesFrame,
    HelloFrame,
    NoteFrame,
    PageFrame,
)
from bots.web_chat.rooms import Mailbox, RoomFull, Rooms
from bots.web_chat.visitors import Visitor, Visitors
from engine.jobs.errors import Refused
from engine.jobs.refusal import Refusal, RefusalCode

log = logging.getLogger(__name__)

_LINES = 40
_PING_S = 25.0
_SEND_PATIENCE_S = 30.0
_BURST = 40
_SECONDS_PER_FRAME = 0.2
_MOST_GARBAGE = 5
_SECONDS_PER_GARBAGE = 60.0


class Connections:
    """Opens a conversation to every socket of its visitor, and takes what they say."""

    def __init__(
        self,
        *,
        visitors: Visitors,
        studio: Studio,
        chat: WebChat,
        rooms: Rooms,
        asks: Asks,
        photo_bytes: int,
    ) -> None:
        self._visitors = visitors
        self._studio = studio
        self._chat = chat
        self._rooms = rooms
        self._asks = asks
        self._photo_bytes = photo_bytes

    async def answer(self, request: web.Request) -> web.WebSocketResponse:
        """Answer `GET /socket`."""
        visitor = await self._visitors.require(request)
        socket = web.WebSocketResponse(heartbeat=_PING_S, max_msg_size=MAX_FRAME_BYTES)
        await socket.prepare(request)
        try:
            mailbox = self._rooms.join(visitor.where.id, visitor.texts.language)
        except RoomFull:
            await _give_up(socket, visitor, "too_many_tabs")
            return socket
        try:
            await self._converse(socket, visitor, mailbox)
        finally:
            self._rooms.leave(visitor.where.id, mailbox)
        return socket

    async def _converse(
        self, socket: web.WebSocketResponse, visitor: Visitor, mailbox: Mailbox
    ) -> None:
        """Say hello, then let both sides speak until one of them has gone."""
        # the mailbox is open already: what changes while the hello is made follows it
        hello = await self._hello(visitor)
        await socket.send_str(hello.model_dump_json())
        writing = asyncio.create_task(_write(socket, mailbox))
        try:
            await self._read(socket, visitor, mailbox)
        finally:
            mailbox.close()
            await writing

    async def _hello(self, visitor: Visitor) -> HelloFrame:
        lines, more = await self._lines(visitor)
        effects = view_effects(await self._studio.effects(), visitor.texts)
        return HelloFrame(effects=effects, lines=lines, more=more, photo_bytes=self._photo_bytes)

    async def _lines(
        self, visitor: Visitor, before: int | None = None
    ) -> tuple[tuple[Line, ...], bool]:
        """Read a page of the conversation, and whether there is more before it."""
        lines = await self._chat.latest(visitor.where.id, limit=_LINES + 1, before=before)
        return lines[-_LINES:], len(lines) > _LINES

    async def _read(
        self, socket: web.WebSocketResponse, visitor: Visitor, mailbox: Mailbox
    ) -> None:
        """Take frames until the socket closes, one at a time and not too many of them."""
        pace = Pace(burst=_BURST, every_s=_SECONDS_PER_FRAME)
        garbage = Pace(burst=_MOST_GARBAGE, every_s=_SECONDS_PER_GARBAGE)
        async for incoming in socket:
            if not pace.allow(time.monotonic()):
                await _give_up(socket, visitor, "too_fast")
            elif (frame := _parse(incoming)) is not None:
                await self._take(visitor, frame, mailbox)
            elif garbage.allow(time.monotonic()):
                mailbox.put(NoteFrame(text=page_strings(visitor.texts)["not_understood"]))
            else:
                await _give_up(socket, visitor, "not_understood")

    async def _take(self, visitor: Visitor, frame: PageFrame, mailbox: Mailbox) -> None:
        """Do what a frame says; whatever goes wrong on the way is a sentence, and logged."""
        try:
            if isinstance(frame, EarlierFrame):
                lines, more = await self._lines(visitor, frame.before)
                mailbox.put(EarlierLinesFrame(lines=lines, more=more))
            else:
                await self._asks.take(visitor, frame)
        except Refused as refused:
            mailbox.put(_note(visitor, frame, refused.refusal))
        except Exception:
            log.exception("a %s frame of %s failed", frame.type, visitor.who.id)
            mailbox.put(_note(visitor, frame, Refusal(RefusalCode.TRY_LATER)))


async def _write(socket: web.WebSocketResponse, mailbox: Mailbox) -> None:
    """Send frames until the mailbox or the socket closes; a page that takes none is given up."""
    try:
        while (frame := await mailbox.take()) is not None:
            async with asyncio.timeout(_SEND_PATIENCE_S):
                await socket.send_str(frame.model_dump_json())
    except (ConnectionError, TimeoutError) as error:
        log.info("a page is gone: %s", error)
    await socket.close(code=WSCloseCode.GOING_AWAY)


async def _give_up(socket: web.WebSocketResponse, visitor: Visitor, why: str) -> None:
    """Say why, and close."""
    note = NoteFrame(text=page_strings(visitor.texts)[why])
    await socket.send_str(note.model_dump_json())
    await socket.close(code=WSCloseCode.POLICY_VIOLATION)


def _parse(incoming: WSMessage) -> PageFrame | None:
    """Read a frame; None if it is none."""
    if incoming.type is not WSMsgType.TEXT:
        return None
    try:
        return PAGE_FRAME.validate_json(incoming.data)
    except ValidationError:
        return None


def _note(visitor: Visitor, frame: PageFrame, refusal: Refusal) -> NoteFrame:
    """Say what stood in the way of a frame."""
    about = str(frame.id) if isinstance(frame, AskFrame) else getattr(frame, "job", None)
    return NoteFrame(text=visitor.texts.refused(refusal), about=about)
