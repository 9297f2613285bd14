"""One web socket: frames of the page in, frames of its conversation out."""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import suppress

from aiohttp import WSCloseCode, WSMessage, WSMsgType, web
from pydantic import ValidationError

from bots.errors import StoreUnavailable
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
    AgainFrame,
    AskFrame,
    CancelFrame,
    DeleteFrame,
    DetailsFrame,
    EarlierFrame,
    EarlierLinesFrame,
    HelloFrame,
    NoteFrame,
    OtherEffectFrame,
    PageFrame,
)
from bots.web_chat.rooms import Mailbox, Rooms
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
_TRY_LATER = Refusal(RefusalCode.TRY_LATER)


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
        socket = web.WebSocketResponse(
            heartbeat=_PING_S, max_msg_size=MAX_FRAME_BYTES, compress=False
        )
        await socket.prepare(request)
        mailbox = self._rooms.join(visitor.where.id, visitor.texts.language)
        if mailbox is None:
            await _give_up(socket, page_strings(visitor.texts)["too_many_tabs"])
            return socket
        try:
            await self._converse(request, socket, visitor, mailbox)
        except StoreUnavailable as error:
            log.warning("%s cannot be shown their conversation: %s", visitor.who.id, error)
            await _give_up(socket, visitor.texts.refused(_TRY_LATER))
        except ConnectionError as error:
            log.info("a page is gone: %s", error)
        finally:
            self._rooms.leave(visitor.where.id, mailbox)
        return socket

    async def _converse(
        self,
        request: web.Request,
        socket: web.WebSocketResponse,
        visitor: Visitor,
        mailbox: Mailbox,
    ) -> None:
        """Say hello, then let both sides speak until one of them has gone."""
        # the mailbox is open already: what changes while the hello is made follows it
        hello = await self._hello(visitor)
        await socket.send_str(hello.model_dump_json())
        writing = asyncio.create_task(_write(socket, mailbox, request.transport))
        try:
            await self._read(socket, visitor, mailbox)
        finally:
            mailbox.close()
            await writing

    async def _hello(self, visitor: Visitor) -> HelloFrame:
        lines, more = await self._lines(visitor)
        effects = view_effects(await self._studio.effects(), visitor.texts)
        too_large = Refusal(RefusalCode.PHOTO_TOO_MANY_BYTES, {"limit": self._photo_bytes})
        return HelloFrame(
            effects=effects,
            lines=lines,
            more=more,
            photo_bytes=self._photo_bytes,
            photo_too_large=visitor.texts.refused(too_large),
        )

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
        strings = page_strings(visitor.texts)
        pace = Pace(burst=_BURST, every_s=_SECONDS_PER_FRAME)
        garbage = Pace(burst=_MOST_GARBAGE, every_s=_SECONDS_PER_GARBAGE)
        async for incoming in socket:
            if not pace.allow(time.monotonic()):
                await _give_up(socket, strings["too_fast"])
            elif (frame := _parse(incoming)) is not None:
                await self._take(visitor, frame, mailbox)
            elif garbage.allow(time.monotonic()):
                mailbox.put(NoteFrame(text=strings["not_understood"]))
            else:
                await _give_up(socket, strings["not_understood"])

    async def _take(self, visitor: Visitor, frame: PageFrame, mailbox: Mailbox) -> None:
        """Do what a frame says; whatever goes wrong on the way is a sentence, and logged."""
        try:
            if isinstance(frame, EarlierFrame):
                lines, more = await self._lines(visitor, frame.before)
                mailbox.put(EarlierLinesFrame(lines=lines, more=more))
            elif isinstance(frame, DetailsFrame):
                mailbox.put(await self._asks.details(visitor, frame))
            else:
                await self._asks.take(visitor, frame)
        except Refused as refused:
            mailbox.put(_note(visitor, frame, refused.refusal))
        except Exception:
            log.exception("a %s frame of %s failed", frame.type, visitor.who.id)
            mailbox.put(_note(visitor, frame, _TRY_LATER))


async def _write(
    socket: web.WebSocketResponse, mailbox: Mailbox, transport: asyncio.Transport | None
) -> None:
    """Send frames until the mailbox or the socket closes; a page that takes none is cut off."""
    try:
        while (frame := await mailbox.take()) is not None:
            async with asyncio.timeout(_SEND_PATIENCE_S):
                await socket.send_str(frame.model_dump_json())
        await socket.close(code=WSCloseCode.GOING_AWAY)
    except ConnectionError as error:
        log.info("a page is gone: %s", error)
    except TimeoutError:
        log.info("a page takes no frames any more")
        if transport is not None:
            transport.abort()


async def _give_up(socket: web.WebSocketResponse, why: str) -> None:
    """Say why, and close."""
    with suppress(ConnectionError):
        await socket.send_str(NoteFrame(text=why).model_dump_json())
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
    match frame:
        case AskFrame() | AgainFrame() | OtherEffectFrame():
            about = str(frame.id)
        case CancelFrame() | DeleteFrame() | DetailsFrame():
            about = frame.job
        case EarlierFrame():
            about = None
    return NoteFrame(text=visitor.texts.refused(refusal), about=about)
