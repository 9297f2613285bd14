"""Photos and clips going out: `GET /media/<key>`, whole or by range, to whom they belong."""

from __future__ import annotations

from aiohttp import hdrs, web

from bots.studio import Studio
from bots.web_chat.visitors import Visitor, Visitors
from engine.jobs.errors import MediaMissing, MediaUnavailable
from engine.jobs.job import MediaKey
from engine.jobs.media.store import MediaStore

_PIECE_BYTES = 1 << 20
_CONTENT_TYPES = {"mp4": "video/mp4", "jpg": "image/jpeg"}
# what is under a key never changes, but it may be deleted: so ask again each time
_OWN_CACHING = "private, no-cache"
_PREVIEW_CACHING = "private, max-age=86400, immutable"


class MediaRoutes:
    """Serves visitors their own media, and the gallery's previews to all of them."""

    def __init__(self, media: MediaStore, studio: Studio, visitors: Visitors) -> None:
        self._media = media
        self._studio = studio
        self._visitors = visitors

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer `GET /media/<key>`; with `?download`, as a file to keep.

        Raises:
            HTTPNotFound: there is no such thing, or it is someone else's.
        """
        visitor = await self._visitors.require(request)
        key = MediaKey(request.match_info["key"])
        try:
            if not await self._may_see(visitor, key):
                raise web.HTTPNotFound
            size = await self._media.size(key)
            if request.headers.get(hdrs.IF_NONE_MATCH) == _etag(key):
                return web.Response(status=304, headers=_headers(request, key))
            return await self._send(request, key, size)
        except MediaMissing:
            raise web.HTTPNotFound from None

    async def _may_see(self, visitor: Visitor, key: MediaKey) -> bool:
        if _suffix(key) not in _CONTENT_TYPES:
            return False
        return _is_preview(key) or await self._studio.owns(visitor.who.id, key)

    async def _send(self, request: web.Request, key: MediaKey, size: int) -> web.StreamResponse:
        wanted = _wanted(request, size)
        response = web.StreamResponse(headers=_headers(request, key))
        if wanted is None:
            wanted = range(size)
        elif not wanted:
            response.set_status(416)
            response.headers[hdrs.CONTENT_RANGE] = f"bytes */{size}"
        else:
            response.set_status(206)
            response.headers[hdrs.CONTENT_RANGE] = f"bytes {wanted[0]}-{wanted[-1]}/{size}"
        response.content_length = len(wanted)
        await response.prepare(request)
        if request.method != hdrs.METH_HEAD:
            await self._stream(response, key, wanted)
        await response.write_eof()
        return response

    async def _stream(self, response: web.StreamResponse, key: MediaKey, wanted: range) -> None:
        for start in range(wanted.start, wanted.stop, _PIECE_BYTES):
            end = min(start + _PIECE_BYTES, wanted.stop)
            try:
                piece = await self._media.read_range(key, start, end)
            except MediaUnavailable as error:
                # Nothing else can be said in the middle of an answer; a player asks for the rest.
                raise ConnectionResetError("the media store went away") from error
            await response.write(piece)


def _wanted(request: web.Request, size: int) -> range | None:
    """Read the Range header: None for all of it, empty for what cannot be had.

    Several ranges at once are more than a player asks for: they get all of it.
    """
    if hdrs.RANGE not in request.headers:
        return None
    try:
        return range(size)[request.http_range]
    except ValueError:
        return None


def _headers(request: web.Request, key: MediaKey) -> dict[str, str]:
    name, suffix = key.rpartition("/")[2], _suffix(key)
    headers: dict[str, str] = {
        hdrs.CONTENT_TYPE: _CONTENT_TYPES[suffix],
        hdrs.ACCEPT_RANGES: "bytes",
        hdrs.ETAG: _etag(key),
        hdrs.CACHE_CONTROL: _PREVIEW_CACHING if _is_preview(key) else _OWN_CACHING,
    }
    if "download" in request.query:
        saved_as = f'attachment; filename="zoetrope-{name[:8]}.{suffix}"'
        headers[hdrs.CONTENT_DISPOSITION] = saved_as
    return headers


def _suffix(key: MediaKey) -> str:
    return key.rpartition(".")[2]


def _etag(key: MediaKey) -> str:
    return f'"{key}"'


def _is_preview(key: MediaKey) -> bool:
    return key.startswith("previews/")
