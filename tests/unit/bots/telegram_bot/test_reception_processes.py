"""Several processes of one bot: one is killed, or they share what is brought."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bots import reception as module
from bots.errors import StoreUnavailable
from bots.reception import Reception, SharedReception
from bots.store.database import Database
from bots.store.inbox import Inbox
from bots.turnstile import ChatLocks
from engine.jobs.connection import connect
from tests.fakes.telegram import Chat, FakeTelegram, Person
from tests.house import Time, at_work
from tests.unit.bots.telegram_bot.ear import Ear, a_jpeg
from tests.unit.bots.telegram_bot.hands import Hands, fresh
from tests.unit.bots.telegram_bot.reception_process import BEGUN, TAKEN
from tests.valkey import ValkeyProcess

BOT = "telegram"
SOON_S = 30.0


@pytest.fixture
def url(tmp_path: Path, database: Database) -> str:
    """Where the database is, for others who open it."""
    return f"sqlite:///{tmp_path / 'zoetrope.db'}"


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
async def processes(
    valkey: ValkeyProcess, redis: Redis, url: str, ear: Ear, hands: Hands
) -> AsyncGenerator[list[SharedReception]]:
    """Two of a bot, each with connections of its own."""
    async with AsyncExitStack() as open_for_now:
        receptions: list[SharedReception] = []
        for _ in range(2):
            client = await open_for_now.enter_async_context(connect(valkey.url))
            database = Database.at(url)
            open_for_now.push_async_callback(database.close)
            receptions.append(
                SharedReception(
                    bot=BOT,
                    inbox=Inbox(database),
                    reader=ear.reader,
                    handle=hands.handle,
                    now=Time(),
                    turnstile=ChatLocks(client, BOT).held,
                )
            )
        yield receptions


async def bring(
    telegram: FakeTelegram, reception: Reception, chat: Chat, ann: Person, *words: str
) -> None:
    for each in words:
        chat.write(ann, each)
    await reception.take(fresh(telegram))


async def test_what_a_killed_process_had_taken_is_carried_out_by_the_next(
    telegram: FakeTelegram,
    ear: Ear,
    inbox: Inbox,
    url: str,
    hands: Hands,
    chat: Chat,
    ann: Person,
) -> None:
    chat.write(ann, "hello")
    chat.write(ann, "again")
    updates = fresh(telegram)
    command = [sys.executable, "-m", "tests.unit.bots.telegram_bot.reception_process", url]
    pipe = asyncio.subprocess.PIPE
    doomed = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe)
    assert doomed.stdin is not None
    assert doomed.stdout is not None
    doomed.stdin.write(json.dumps(updates).encode() + b"\n")
    async with asyncio.timeout(SOON_S):
        said = {(await doomed.stdout.readline()).decode().strip() for _ in range(2)}
    assert said == {TAKEN, BEGUN}
    doomed.kill()
    await doomed.wait()

    following = Reception(bot=BOT, inbox=inbox, reader=ear.reader, handle=hands.handle, now=Time())
    async with at_work(following.run()):
        await following.take(updates)
        await telegram.until(lambda: len(hands.done) == 2)
    assert hands.done == [("hello",), ("again",)]
    assert await inbox.waiting(BOT, str(chat.id)) == []


async def test_what_a_chat_says_is_done_in_order_whoever_it_is_brought_to(
    telegram: FakeTelegram,
    processes: list[SharedReception],
    hands: Hands,
    inbox: Inbox,
    chat: Chat,
    ann: Person,
) -> None:
    one, other = processes
    first = hands.hold("0")
    words = [str(number) for number in range(12)]
    await bring(telegram, one, chat, ann, words[0])
    await telegram.until(lambda: hands.begun)
    for number, each in enumerate(words[1:]):
        await bring(telegram, processes[number % 2 - 1], chat, ann, each)
    assert hands.begun == [("0",)]
    first.set()
    await asyncio.gather(one.idle(), other.idle())
    assert hands.begun == hands.done == [(each,) for each in words]
    assert await inbox.waiting(BOT, str(chat.id)) == []


async def test_many_chats_brought_to_both_are_each_done_in_order_and_once(
    telegram: FakeTelegram, processes: list[SharedReception], hands: Hands
) -> None:
    people = [telegram.person(f"P{number}") for number in range(6)]
    for turn in range(4):
        for number, person in enumerate(people):
            telegram.private(person).write(person, f"{number}:{turn}")
    updates = fresh(telegram)
    await asyncio.gather(
        *(processes[place % 2].take([update]) for place, update in enumerate(updates))
    )
    await asyncio.gather(*(process.idle() for process in processes))
    done = [words for (words,) in hands.done]
    assert sorted(done) == sorted(f"{number}:{turn}" for number in range(6) for turn in range(4))
    assert len(hands.begun) == len(done)


async def test_an_update_brought_to_both_is_carried_out_once(
    telegram: FakeTelegram,
    processes: list[SharedReception],
    hands: Hands,
    chat: Chat,
    ann: Person,
) -> None:
    chat.write(ann, "hello")
    updates = fresh(telegram)
    await asyncio.gather(*(process.take(updates) for process in processes))
    await asyncio.gather(*(process.idle() for process in processes))
    assert hands.begun == [("hello",)]


async def test_an_album_brought_in_parts_is_carried_out_whole(
    telegram: FakeTelegram,
    processes: list[SharedReception],
    hands: Hands,
    chat: Chat,
    ann: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "_ALBUM_S", 0.5)
    for number, process in enumerate((*processes, *processes)):
        chat.send_photo(ann, a_jpeg(), caption=str(number), album="a")
        await process.take(fresh(telegram))
    await asyncio.gather(*(process.idle() for process in processes))
    assert hands.done == [("0", "1", "2", "3")]


async def test_what_has_to_wait_in_one_process_is_not_overtaken_in_the_other(
    telegram: FakeTelegram,
    processes: list[SharedReception],
    hands: Hands,
    chat: Chat,
    ann: Person,
) -> None:
    one, other = processes
    hands.failing["1"] = [StoreUnavailable()]
    await bring(telegram, one, chat, ann, "1", "2")
    await one.idle()
    assert hands.done == []
    await bring(telegram, other, chat, ann, "3")
    await other.idle()
    assert hands.done == [("1",), ("2",), ("3",)]


async def test_while_redis_is_away_a_bot_goes_on(
    telegram: FakeTelegram, ear: Ear, inbox: Inbox, hands: Hands, chat: Chat, ann: Person
) -> None:
    async with connect("redis://127.0.0.1:1") as nowhere:
        alone = SharedReception(
            bot=BOT,
            inbox=inbox,
            reader=ear.reader,
            handle=hands.handle,
            now=Time(),
            turnstile=ChatLocks(nowhere, BOT).held,
        )
        await bring(telegram, alone, chat, ann, "1", "2")
        await alone.idle()
    assert hands.done == [("1",), ("2",)]
