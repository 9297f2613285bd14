"""Photos coming in: `POST /photos`, the file itself as the body."""

from __future__ import annotations

import asyncio

from aiohttp import ClientPayloadError, web
from pydantic import BaseModel, ConfigDict

from bots.studio import Studio
from bots.web_chat.visitors import Visitors
from engine.jobs.errors import Refused
from engine.jobs.job import MediaKey
from engine.jobs.refusal import Refusal, RefusalCode

_AT_ONCE = 4
_PATIENCE_S = 120


class PhotoTaken(BaseModel):
    """A photo is stored under a key that an ask can name."""

    model_config = ConfigDict(frozen=True)

    key: MediaKey
    width: int
    height: int


class PhotoRefused(BaseModel):
    """A photo was not taken; why, in the visitor's language."""

    model_config = ConfigDict(frozen=True)

    text: str


class Uploads:
    """Takes photos from visitors, never holding more bytes than one photo may have."""

    def __init__(self, studio: Studio, visitors: Visitors, *, limit: int) -> None:
        self._studio = studio
        self._visitors = visitors
        self._limit = limit
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def answer(self, request: web.Request) -> web.Response:
        """Answer `POST /photos`."""
        visitor = await self._visitors.require(request)
        try:
            async with self._slots:
                data = await self._read(request)
                photo = await self._studio.take_photo(visitor.who, visitor.where, data)
        except Refused as refused:
            sentence = PhotoRefused(text=visitor.texts.refused(refused.refusal))
            return _json(sentence, status=_status(refused.refusal.code))
        return _json(PhotoTaken(key=photo.key, width=photo.width, height=photo.height))

    async def _read(self, request: web.Request) -> bytes:
        """Read the body, at most as much as one photo may have.

        Raises:
            Refused: there is more, or less than was announced.
        """
        data = bytearray()
        try:
            async with asyncio.timeout(_PATIENCE_S):
                self._check(request.content_length or 0)
                async for piece in request.content.iter_any():
                    data += piece
                    self._check(len(data))
        except (ClientPayloadError, ConnectionError, TimeoutError) as error:
            raise Refused(Refusal(RefusalCode.PHOTO_TRUNCATED)) from error
        return bytes(data)

    def _check(self, size: int) -> None:
        if size > self._limit:
            figures = {"bytes": size, "limit": self._limit}
            raise Refused(Refusal(RefusalCode.PHOTO_TOO_MANY_BYTES, figures))


def _json(answer: BaseModel, status: int = 200) -> web.Response:
    return web.Response(
        text=answer.model_dump_json(), status=status, content_type="application/json"
    )


def _status(code: RefusalCode) -> int:
    return 413 if code is RefusalCode.PHOTO_TOO_MANY_BYTES else 422
