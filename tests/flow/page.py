"""The web chat's page, as far as the server can tell: a session, an upload, a socket."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

RECONNECT_S = 0.1
CLIP_S = 180

Message = dict[str, Any]


class Page:
    """One tab. Whatever happens to the server, it connects again and sees how things stand."""

    def __init__(self, session: aiohttp.ClientSession, address: str) -> None:
        self._session = session
        self._address = address

    async def upload(self, photo: bytes) -> str:
        """Send a photo; answers its key."""
        async with self._session.post(f"{self._address}/photos", data=photo) as answer:
            assert answer.status == 200, await answer.text()
            return (await answer.json())["key"]

    async def ask(self, effect: str, photo: str) -> str:
        """Ask for an effect; answers the page's id of the ask."""
        page_id = str(uuid.uuid4())
        frame = {"v": 1, "type": "ask", "id": page_id, "effect": effect, "photos": [photo]}
        async with self._session.ws_connect(f"{self._address}/socket") as socket:
            await socket.receive_json()
            await socket.send_str(json.dumps(frame))
            await _until_taken(socket, page_id)
        return page_id

    async def until(self, page_id: str, happened: Callable[[Message], bool]) -> Message:
        """Wait until the bot's message about an ask is as described."""
        async with asyncio.timeout(CLIP_S):
            async for message in self._messages(page_id):
                if happened(message):
                    return message
                assert not _is_over(message), message["text"]
        raise AssertionError

    async def answers(self, page_id: str) -> list[Message]:
        """Read every message of the bot about an ask, as after a reload."""
        async with self._session.ws_connect(f"{self._address}/socket") as socket:
            hello = await socket.receive_json()
        entries = [line["entry"] for line in hello["lines"]]
        jobs = {entry["job"] for entry in entries if entry.get("page_id") == page_id}
        return [e["message"] for e in entries if e["kind"] == "answered" and e["job"] in jobs]

    async def download(self, key: str) -> bytes:
        """Fetch a photo or a clip."""
        async with self._session.get(f"{self._address}/media/{key}") as answer:
            assert answer.status == 200
            return await answer.read()

    async def _messages(self, page_id: str) -> AsyncGenerator[Message]:
        job = None
        while True:
            try:
                async for entry in self._entries():
                    if entry.get("page_id") == page_id:
                        job = entry["job"]
                    elif entry["job"] == job:
                        yield entry["message"]
            except aiohttp.ClientError:
                await asyncio.sleep(RECONNECT_S)

    async def _entries(self) -> AsyncGenerator[dict[str, Any]]:
        async with self._session.ws_connect(f"{self._address}/socket") as socket:
            async for received in socket:
                frame = json.loads(received.data)
                if frame["type"] == "hello":
                    for line in frame["lines"]:
                        yield line["entry"]
                elif frame["type"] == "entry":
                    yield frame["entry"]
        raise aiohttp.ClientConnectionError


def _is_over(message: Message) -> bool:
    return any(button["action"] == "delete" for button in message["buttons"])


async def _until_taken(socket: aiohttp.ClientWebSocketResponse, page_id: str) -> None:
    while True:
        frame = await socket.receive_json()
        if frame["type"] == "entry" and frame["entry"].get("page_id") == page_id:
            return


@asynccontextmanager
async def opened(address: str) -> AsyncGenerator[Page]:
    """Open the page in a browser of its own."""
    # A cookie for an IP address is not kept otherwise.
    cookies = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=cookies, headers={"Origin": address}) as session:
        async with session.post(f"{address}/session", json={}) as answer:
            assert answer.status == 200
        yield Page(session, address)
