"""Telegram brings the updates: to one process, or to several behind one address."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from redis.asyncio import Redis

from deploy.ports import free_port
from tests.fakes.telegram import Chat, FakeTelegram, Person
from tests.flow.at_work import SELFIE
from tests.flow.telegram.telegram_house import TelegramHouse, a_telegram_house
from tests.valkey import ValkeyProcess


def hook(port: int, public: int | None = None) -> dict[str, object]:
    return {
        "telegram_webhook_url": f"http://127.0.0.1:{public or port}",
        "telegram_webhook_port": port,
    }


@pytest.fixture
def port() -> int:
    return free_port(0)


@pytest.fixture
def house_settings(port: int, tmp_path: Path) -> dict[str, object]:
    file = tmp_path / "people.db"
    return {**hook(port), "database_url": f"sqlite:///{file}?timeout=0.3"}


async def test_a_selfie_is_brought_and_becomes_a_robot(
    house: TelegramHouse, chat: Chat, ann: Person
) -> None:
    chat.send_photo(ann, SELFIE)
    offered = await house.answer(chat, lambda it: "Robot" in it.labels)
    await house.telegram.press(ann, offered, "Robot")
    await house.make()
    assert await house.clip(chat) is offered


async def test_whoever_does_not_know_the_secret_is_turned_away(
    house: TelegramHouse, telegram: FakeTelegram, port: int
) -> None:
    await telegram.until(lambda: telegram.calls("setWebhook"))
    address = f"http://127.0.0.1:{port}/telegram"
    async with aiohttp.ClientSession() as stranger:
        for headers in ({}, {"X-Telegram-Bot-Api-Secret-Token": "guess"}):
            answer = await stranger.post(address, json={"update_id": 1}, headers=headers)
            assert answer.status == 403
        assert (await stranger.get(f"http://127.0.0.1:{port}/readyz")).status == 200


async def test_an_update_that_cannot_be_kept_is_not_acknowledged_and_comes_again(
    house: TelegramHouse,
    telegram: FakeTelegram,
    chat: Chat,
    ann: Person,
    tmp_path: Path,
    port: int,
) -> None:
    await telegram.until(lambda: telegram.calls("setWebhook"))
    other = sqlite3.connect(tmp_path / "people.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    chat.send_photo(ann, SELFIE, caption="robot")
    await telegram.until(lambda: telegram.world.updates.last_error, within_s=30)
    other.execute("ROLLBACK")
    other.close()
    await house.make()
    await house.clip(chat)
    assert len(chat.from_bot) == 1


@asynccontextmanager
async def spreading(port: int, doors: Sequence[int]) -> AsyncGenerator[None]:
    """Bring what comes to several processes, in turn."""
    turns = itertools.cycle(doors)

    async def bring(request: web.Request) -> web.Response:
        async with aiohttp.ClientSession() as session:
            there = f"http://127.0.0.1:{next(turns)}{request.path}"
            body = await request.read()
            async with session.post(there, data=body, headers=request.headers) as answer:
                return web.Response(status=answer.status)

    app = web.Application()
    app.add_routes([web.post("/{any:.*}", bring)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield
    finally:
        await runner.cleanup()


async def test_several_processes_share_one_bot(
    telegram: FakeTelegram, tmp_path: Path, valkey: ValkeyProcess, redis: Redis
) -> None:
    public, doors = free_port(0), [free_port(0) for _ in range(2)]
    ann = telegram.person("Ann")
    chat = telegram.private(ann)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(spreading(public, doors))
        houses = [
            await stack.enter_async_context(
                a_telegram_house(tmp_path, valkey.url, telegram, **hook(door, public))
            )
            for door in doors
        ]
        for _ in range(4):
            chat.send_photo(ann, SELFIE, caption="robot")
        for _ in range(4):
            await houses[0].make()
        await telegram.until(lambda: sum(it.video is not None for it in chat.from_bot) == 4)
    answered = [it.reply_to for it in chat.from_bot]
    assert len(chat.from_bot) == 4
    assert answered == [it for it in chat.messages if it.photo]
