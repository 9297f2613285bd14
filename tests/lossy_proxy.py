"""A network between a client and its server that can lose a reply."""

from __future__ import annotations

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, closing
from urllib.parse import urlsplit

CHUNK = 65536


class LossyProxy:
    """Passes bytes on, until told to lose the reply to one request."""

    def __init__(self, server_url: str) -> None:
        self._server = urlsplit(server_url)
        self._losing: bytes | None = None
        self._lines: set[asyncio.Task[None]] = set()
        self.lost = 0
        self.url = ""

    def lose_reply_to(self, part_of_request: str) -> None:
        """Let the next request with this text through, and cut the line before its reply."""
        self._losing = part_of_request.encode()

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Listen on a free port of loopback."""
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        self.url = f"redis://:{self._server.password}@127.0.0.1:{port}/0"
        async with server:
            yield
        for line in self._lines:
            line.cancel()
        await asyncio.gather(*self._lines, return_exceptions=True)

    async def _connected(self, from_client: StreamReader, to_client: StreamWriter) -> None:
        self._lines.add(asyncio.ensure_future(self._connect(from_client, to_client)))

    async def _connect(self, from_client: StreamReader, to_client: StreamWriter) -> None:
        host, port = self._server.hostname, self._server.port
        from_server, to_server = await asyncio.open_connection(host, port)
        with closing(to_client), closing(to_server):
            replies = asyncio.create_task(_pass_on(from_server, to_client))
            try:
                while request := await from_client.read(CHUNK):
                    if not self._loses(request):
                        to_server.write(request)
                        continue
                    replies.cancel()
                    await asyncio.wait([replies])
                    to_server.write(request)
                    await from_server.read(CHUNK)
                    return
            finally:
                replies.cancel()

    def _loses(self, request: bytes) -> bool:
        if self._losing is None or self._losing not in request:
            return False
        self._losing = None
        self.lost += 1
        return True


async def _pass_on(reader: StreamReader, writer: StreamWriter) -> None:
    while data := await reader.read(CHUNK):
        writer.write(data)
