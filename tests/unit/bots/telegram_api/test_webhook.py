from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest

from bots.errors import StoreUnavailable
from bots.reception import Reception
from bots.store.database import Database
from bots.store.inbox import Inbox
from bots.telegram_api.webhook import PATH, READY, Check, Hook, listening, webhook_secret
from bots.telegram_bot.events import Event
from bots.telegram_bot.reading import UPDATES
from tests.fakes.telegram import Chat, FakeTelegram, Person
from tests.unit.bots.telegram_bot.ear import Ear
from tests.unit.bots.telegram_bot.hands import locked

SECRET = webhook_secret("7000000001:token")
HEADER = "X-Telegram-Bot-Api-Secret-Token"
KNOWN = {HEADER: SECRET}


@pytest.fixture
def telegram(served: FakeTelegram) -> FakeTelegram:
    return served


class Door:
    """Where updates are brought, and what came in."""

    def __init__(self) -> None:
        self.url = ""
        self.events: list[Event] = []

    async def handle(self, events: Sequence[Event]) -> int:
        self.events += events
        return len(events)


@asynccontextmanager
async def a_door(
    served: FakeTelegram, database: Database, check: Check | None = None
) -> AsyncGenerator[Door]:
    ear, door = Ear.to(served), Door()
    reception = Reception(
        bot="telegram",
        inbox=Inbox(database),
        reader=ear.reader,
        handle=door.handle,
        now=lambda: datetime.now(UTC),
    )
    # Telegram is told of an address of its own, which brings nothing: the test does
    hook = Hook(url=f"{served.url}/nowhere", secret=SECRET, host="127.0.0.1", port=0, kinds=UPDATES)
    async with (
        ear.bot as bot,
        listening(bot, hook, reception.take, check or database.check) as port,
    ):
        door.url = f"http://127.0.0.1:{port}"
        yield door
    await reception.idle()


@pytest.fixture
async def door(served: FakeTelegram, database: Database) -> AsyncGenerator[Door]:
    async with a_door(served, database) as door:
        yield door


@pytest.fixture
async def http() -> AsyncGenerator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as http:
        yield http


def an_update(telegram: FakeTelegram, chat: Chat, ann: Person) -> dict[str, object]:
    chat.write(ann, "hello")
    return telegram.world.updates.pending[-1]


async def test_telegram_is_told_where_to_bring_what(served: FakeTelegram, door: Door) -> None:
    webhook = served.world.updates.webhook
    assert webhook is not None
    assert webhook.url == f"{served.url}/nowhere{PATH}"
    assert webhook.secret == SECRET
    assert webhook.connections == 100
    assert served.world.updates.allowed is not None


def test_the_secret_is_the_same_in_every_process_and_one_that_telegram_takes() -> None:
    assert webhook_secret("1:a") == webhook_secret("1:a") != webhook_secret("1:b")
    assert len(SECRET) == 64
    assert SECRET.isalnum()


async def test_an_update_that_is_brought_twice_is_carried_out_once(
    served: FakeTelegram, door: Door, http: aiohttp.ClientSession, chat: Chat, ann: Person
) -> None:
    update = an_update(served, chat, ann)
    for _ in range(2):
        answer = await http.post(door.url + PATH, json=update, headers=KNOWN)
        assert answer.status == 200
    await served.until(lambda: door.events)
    assert len(door.events) == 1


@pytest.mark.parametrize(
    "headers", [{}, {HEADER: ""}, {HEADER: "guess"}, {HEADER: SECRET[:-1]}, {HEADER: SECRET + "0"}]
)
async def test_whoever_does_not_know_the_secret_is_turned_away(
    served: FakeTelegram,
    door: Door,
    http: aiohttp.ClientSession,
    chat: Chat,
    ann: Person,
    headers: dict[str, str],
) -> None:
    update = an_update(served, chat, ann)
    assert (await http.post(door.url + PATH, json=update, headers=headers)).status == 403
    assert door.events == []


async def test_a_secret_that_is_no_text_is_a_wrong_one(door: Door) -> None:
    host, port = door.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    head = f"POST {PATH} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 2\r\nConnection: close\r\n"
    writer.write(head.encode() + HEADER.encode() + b": \xff\xfe\r\n\r\n{}")
    answer = await reader.read()
    writer.close()
    assert answer.split()[1] == b"403"


@pytest.mark.parametrize("body", [b"", b"hello", b"[]", b"7", b"null", b"\xff\xfe", b'{"a": '])
async def test_garbage_is_refused(door: Door, http: aiohttp.ClientSession, body: bytes) -> None:
    assert (await http.post(door.url + PATH, data=body, headers=KNOWN)).status == 400


@pytest.mark.parametrize("body", [b"{}", b'{"update_id": "x"}', b'{"update_id": 1, "new": {}}'])
async def test_what_is_no_update_we_know_is_taken_and_forgotten(
    door: Door, http: aiohttp.ClientSession, body: bytes
) -> None:
    assert (await http.post(door.url + PATH, data=body, headers=KNOWN)).status == 200
    assert door.events == []


async def test_a_body_larger_than_any_update_is_refused(
    door: Door, http: aiohttp.ClientSession
) -> None:
    body = b'{"x": "' + b"x" * 1_000_000 + b'"}'
    assert (await http.post(door.url + PATH, data=body, headers=KNOWN)).status == 413


async def test_there_is_nothing_else_to_see(door: Door, http: aiohttp.ClientSession) -> None:
    assert (await http.get(door.url + PATH)).status == 405
    assert (await http.get(door.url + "/")).status == 404


async def test_while_the_store_is_away_updates_are_left_to_come_again(
    served: FakeTelegram,
    http: aiohttp.ClientSession,
    chat: Chat,
    ann: Person,
    tmp_path: Path,
) -> None:
    file = tmp_path / "locked.db"
    database = Database.at(f"sqlite:///{file}?timeout=0.05")
    await database.migrate()
    update = an_update(served, chat, ann)
    async with a_door(served, database) as door:
        with locked(file):
            assert (await http.post(door.url + PATH, json=update, headers=KNOWN)).status == 503
        assert (await http.post(door.url + PATH, json=update, headers=KNOWN)).status == 200
        await served.until(lambda: door.events)
    await database.close()


async def test_a_process_that_cannot_take_updates_says_so(
    served: FakeTelegram, database: Database, http: aiohttp.ClientSession
) -> None:
    troubles = [StoreUnavailable("the disk is gone")]

    async def check() -> None:
        if troubles:
            raise troubles.pop()

    async with a_door(served, database, check) as door:
        away = await http.get(door.url + READY)
        assert (away.status, await away.text()) == (503, "the disk is gone")
        assert (await http.get(door.url + READY)).status == 200
