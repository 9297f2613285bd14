"""A network between clients and their server that loses replies, is slow, and comes apart."""

from __future__ import annotations

import asyncio
from asyncio import StreamReader, StreamWriter
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass
from enum import Enum, auto
from urllib.parse import urlsplit

CHUNK = 65536
DELAY_S = 0.2


class Passage(Enum):
    """What becomes of one request."""

    PASSED = auto()
    DELAYED = auto()
    REPLY_LOST = auto()
    """The server does it, and the line is cut before its reply."""
    KEPT_BACK = auto()
    """The server never gets it, and its client waits for good."""


Weather = Callable[[bytes], Passage]


def fair(_request: bytes) -> Passage:
    """Pass everything on."""
    return Passage.PASSED


class LossyProxy:
    """Passes bytes on; `weather` decides about each request, `passages` counts its decisions."""

    def __init__(self, server_url: str) -> None:
        self._server = urlsplit(server_url)
        self._lines: set[_Line] = set()
        self._passing: set[asyncio.Task[None]] = set()
        self._whole = asyncio.Event()
        self._whole.set()
        self.weather: Weather = fair
        self.passages: Counter[Passage] = Counter()
        self.port = 0

    @property
    def url(self) -> str:
        """Where clients reach the server through this network."""
        return f"redis://:{self._server.password}@127.0.0.1:{self.port}/0"

    @property
    def lost(self) -> int:
        """How many replies were lost."""
        return self.passages[Passage.REPLY_LOST]

    def lose_reply_to(self, part_of_request: str) -> None:
        """Let the next request with this text through, and cut the line before its reply."""
        part = part_of_request.encode()

        def once(request: bytes) -> Passage:
            if part not in request:
                return Passage.PASSED
            self.weather = fair
            return Passage.REPLY_LOST

        self.weather = once

    def keep_back(self, part_of_request: str) -> None:
        """Let no request with this text through any more."""
        part = part_of_request.encode()
        self.weather = lambda said: Passage.KEPT_BACK if part in said else Passage.PASSED

    def part(self, is_cut_off: Callable[[bytes], bool]) -> None:
        """Hold up everything to and from newcomers, and clients that have said such a thing."""
        self._whole.clear()
        for line in self._lines:
            line.is_cut_off = is_cut_off(line.said)

    def heal(self) -> None:
        """Pass everything on again, what was held up first."""
        self._whole.set()

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Listen on a free port of loopback."""
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        async with server:
            yield
        for passing in self._passing:
            passing.cancel()
        await asyncio.gather(*self._passing, return_exceptions=True)

    async def _connected(self, from_client: StreamReader, to_client: StreamWriter) -> None:
        passing = asyncio.ensure_future(self._connect(from_client, to_client))
        self._passing.add(passing)
        passing.add_done_callback(self._passing.discard)

    async def _connect(self, from_client: StreamReader, to_client: StreamWriter) -> None:
        """Pass on what a client and the server say, until one of them leaves."""
        with closing(to_client), suppress(OSError):
            host, port = self._server.hostname, self._server.port
            from_server, to_server = await asyncio.open_connection(host, port)
            cut_off = not self._whole.is_set()
            line = _Line(from_client, to_client, from_server, to_server, is_cut_off=cut_off)
            self._lines.add(line)
            replies = asyncio.create_task(self._pass_replies(line))
            with closing(to_server):
                try:
                    await self._pass_requests(line, replies)
                finally:
                    self._lines.discard(line)
                    replies.cancel()

    async def _pass_requests(self, line: _Line, replies: asyncio.Task[None]) -> None:
        while request := await line.from_client.read(CHUNK):
            line.said = (line.said + request)[-CHUNK:]
            await self._reach(line)
            passage = self.weather(request)
            self.passages[passage] += 1
            if passage is Passage.KEPT_BACK:
                await line.from_client.read()
                return
            if passage is Passage.DELAYED:
                await asyncio.sleep(DELAY_S)
            if passage is not Passage.REPLY_LOST:
                line.to_server.write(request)
                continue
            replies.cancel()
            await asyncio.wait([replies])
            line.to_server.write(request)
            await line.from_server.read(CHUNK)
            return

    async def _pass_replies(self, line: _Line) -> None:
        with closing(line.to_client), suppress(OSError):
            while reply := await line.from_server.read(CHUNK):
                await self._reach(line)
                line.to_client.write(reply)

    async def _reach(self, line: _Line) -> None:
        """Wait while a line is cut off."""
        if line.is_cut_off:
            await self._whole.wait()


@dataclass(slots=True, eq=False)
class _Line:
    """One client's connection; `said` is the end of what the client has said."""

    from_client: StreamReader
    to_client: StreamWriter
    from_server: StreamReader
    to_server: StreamWriter
    is_cut_off: bool
    said: bytes = b""
