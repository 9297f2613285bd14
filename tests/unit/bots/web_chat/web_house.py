"""The web chat at work, and browsers in front of it, without a screen."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
from yarl import URL

from bots.services import Services, opened
from bots.settings import BotSettings
from bots.web_chat.app import open_web_chat
from engine.jobs.presence import Presence
from tests.effect_cards import OFFER
from tests.fakes.chat import FakeChat
from tests.house import WORKER, House, Time

SOON_S = 10

Frame = dict[str, Any]


@dataclass(frozen=True, slots=True)
class WebHouse:
    """A bot whose platform is the web page; `house` does what a worker does."""

    address: URL
    services: Services
    house: House

    @asynccontextmanager
    async def browser(self, **headers: str) -> AsyncGenerator[Browser]:
        """Open a browser of its own."""
        async with a_browser(**headers) as browser:
            browser.address = self.address
            yield browser


class Answer:
    """What the server answered, read to its end."""

    def __init__(self, response: aiohttp.ClientResponse, body: bytes) -> None:
        self.status = response.status
        self.headers = response.headers
        self.cookies = response.cookies
        self.body = body

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


class Browser:
    """Keeps cookies and says where it comes from, as browsers do; `address` is what it shows."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session
        self.address = URL("about:blank")

    @property
    def cookie(self) -> str:
        """What it would send as its Cookie header."""
        kept = self._session.cookie_jar.filter_cookies(self.address)
        return kept.output(header="", sep=";").strip()

    async def get(self, path: str, **headers: str) -> Answer:
        """Fetch something; the path is sent as it is written."""
        return await self._send("GET", path, headers=headers)

    async def post(self, path: str, data: Any = None, **headers: str) -> Answer:
        """Post something."""
        return await self._send("POST", path, data=data, headers=headers)

    async def knock(self, **words: str) -> Answer:
        """Say something at the door."""
        return await self._send("POST", "/session", json=words)

    async def upload(self, photo: bytes) -> str:
        """Send a photo that is taken; answers its key."""
        answer = await self.post("/photos", photo)
        assert answer.status == 200, answer.text
        return answer.json()["key"]

    async def show(self, key: str, **headers: str) -> Answer:
        """Fetch a photo or a clip."""
        return await self.get(f"/media/{key}", **headers)

    @asynccontextmanager
    async def tab(self) -> AsyncGenerator[Tab]:
        """Open a tab; it is connected, and has been said hello to."""
        async with self.socket() as socket:
            tab = Tab(socket)
            tab.hello = await tab.next("hello")
            yield tab

    @asynccontextmanager
    async def socket(
        self, origin: str | None = None
    ) -> AsyncGenerator[aiohttp.ClientWebSocketResponse]:
        """Open a socket and say nothing; its page is ours unless said otherwise."""
        headers = {"Origin": origin or str(self.address)}
        async with self._session.ws_connect(self.address / "socket", headers=headers) as socket:
            yield socket

    async def _send(self, method: str, path: str, **how: Any) -> Answer:
        url = URL(f"{self.address}{path}", encoded=True)
        headers = {"Origin": str(self.address)} | how.pop("headers", {})
        async with self._session.request(method, url, headers=headers, **how) as response:
            return Answer(response, await response.read())


class Tab:
    """One open page; remembers what it has been told."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.hello: Frame = {}

    async def send(self, kind: str, **fields: object) -> None:
        """Send a frame."""
        await self.socket.send_json({"v": 1, "type": kind, **fields})

    async def ask(self, **fields: object) -> str:
        """Ask for something; answers the id the page gave it."""
        page_id = str(uuid.uuid4())
        await self.send("ask", **({"id": page_id, "effect": "symbiote"} | fields))
        return page_id

    async def next(self, kind: str) -> Frame:
        """Wait for the next frame of a kind."""
        return await self.until(lambda frame: frame["type"] == kind)

    async def asked(self, page_id: str) -> Frame:
        """Wait until an ask is in the conversation; answers its entry."""
        frame = await self.until(
            lambda frame: frame["type"] == "entry" and frame["entry"].get("page_id") == page_id
        )
        return frame["entry"]

    async def answered(
        self, job: str, happened: Callable[[Frame], bool] = lambda message: True
    ) -> Frame:
        """Wait until the bot's message about a job is as described."""
        frame = await self.until(
            lambda frame: (
                frame["type"] == "entry"
                and frame["entry"]["kind"] == "answered"
                and frame["entry"]["job"] == job
                and happened(frame["entry"]["message"])
            )
        )
        return frame["entry"]["message"]

    async def until(self, happened: Callable[[Frame], bool]) -> Frame:
        """Wait for a frame."""
        async with asyncio.timeout(SOON_S):
            while not happened(frame := await self.socket.receive_json()):
                pass
        return frame

    async def closed(self) -> int | None:
        """Wait until the server has closed the socket; answers its code."""
        async with asyncio.timeout(SOON_S):
            async for _ in self.socket:
                pass
        return self.socket.close_code


@asynccontextmanager
async def a_browser(**headers: str) -> AsyncGenerator[Browser]:
    """Open a browser."""
    usual = {"Accept-Language": "en"}
    # a cookie for an IP address is not kept otherwise
    cookies = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=cookies, headers=usual | headers) as session:
        yield Browser(session)


@asynccontextmanager
async def a_web_house(folder: Path, redis_url: str, **settings: object) -> AsyncGenerator[WebHouse]:
    """Open the web chat on a free port, with a live worker's offer in it."""
    time = Time()
    values = {"data": folder, "redis_url": redis_url, "web_port": 0} | settings
    read = BotSettings(_env_file=None, **values)  # pyright: ignore[reportCallIssue, reportArgumentType]
    async with opened("web", read, time) as services:
        await Presence(services.redis).announce(WORKER, OFFER, timedelta(minutes=5))
        async with open_web_chat(services, read) as address:
            yield WebHouse(address, services, House(services, FakeChat(), time))


def actions(message: Frame) -> list[str]:
    """List what the buttons of a message do."""
    return [button["action"] for button in message["buttons"]]
