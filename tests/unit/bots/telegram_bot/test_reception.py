from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bots import reception as module
from bots.errors import ChatUnavailable, StoreUnavailable
from bots.reception import Reception
from bots.store.database import Database
from bots.store.inbox import Inbox
from engine.jobs.errors import QueueUnavailable
from tests.fakes.telegram import Chat, FakeTelegram, Person
from tests.house import Time, at_work
from tests.unit.bots.telegram_bot.ear import Ear, a_jpeg
from tests.unit.bots.telegram_bot.hands import Hands, fresh, locked

BOT = "telegram"
Say = Callable[..., Awaitable[None]]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_ALBUM_S", 0.2)
    monkeypatch.setattr(module, "_LOOK_S", 0.02)


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def reception(ear: Ear, inbox: Inbox, hands: Hands, time: Time) -> Reception:
    return Reception(bot=BOT, inbox=inbox, reader=ear.reader, handle=hands.handle, now=time)


@pytest.fixture
def say(telegram: FakeTelegram, reception: Reception, chat: Chat, ann: Person) -> Say:
    """Have the bot told of something that Ann says to it."""

    async def said(*words: str) -> None:
        for each in words:
            chat.write(ann, each)
        await reception.take(fresh(telegram))

    return said


async def left(inbox: Inbox, chat: Chat) -> int:
    return len(await inbox.waiting(BOT, str(chat.id)))


def one_by_one(*words: str) -> list[tuple[str, ...]]:
    return [(each,) for each in words]


async def test_what_a_chat_says_is_carried_out_in_order_and_crossed_off(
    say: Say, reception: Reception, hands: Hands, inbox: Inbox, chat: Chat
) -> None:
    words = [str(number) for number in range(20)]
    await say(*words[:10])
    for each in words[10:]:
        await say(each)
    await reception.idle()
    assert hands.done == one_by_one(*words)
    assert await left(inbox, chat) == 0


async def test_a_chat_waits_for_its_slow_event_and_others_go_on(
    telegram: FakeTelegram,
    say: Say,
    reception: Reception,
    hands: Hands,
    bob: Person,
) -> None:
    slow = hands.hold("slow")
    await say("slow", "next")
    telegram.private(bob).write(bob, "from bob")
    await reception.take(fresh(telegram))
    await telegram.until(lambda: hands.done)
    assert hands.begun == one_by_one("slow", "from bob")
    slow.set()
    await reception.idle()
    assert hands.done == one_by_one("from bob", "slow", "next")


async def test_what_waits_for_telegrams_limits_lets_others_of_its_chat_by(
    telegram: FakeTelegram, say: Say, reception: Reception, hands: Hands, inbox: Inbox, chat: Chat
) -> None:
    slow = hands.hold("slow")
    hands.stepping_aside.add("slow")
    await say("slow", "next", "last")
    await telegram.until(lambda: len(hands.done) == 2)
    assert hands.done == one_by_one("next", "last")
    assert await left(inbox, chat) == 1
    slow.set()
    await reception.idle()
    assert hands.done[-1] == ("slow",)
    assert await left(inbox, chat) == 0


async def test_what_has_let_others_by_is_not_begun_again_by_whoever_looks_for_what_was_left(
    telegram: FakeTelegram, say: Say, reception: Reception, hands: Hands, time: Time
) -> None:
    slow = hands.hold("slow")
    hands.stepping_aside.add("slow")
    async with at_work(reception.run()):
        await say("slow", "next")
        await telegram.until(lambda: hands.done)
        time.ahead += module._LEFT_BEHIND * 2
        await say("after")
        await telegram.until(lambda: len(hands.done) == 2)
        slow.set()
        await telegram.until(lambda: len(hands.done) == 3)
    assert hands.begun == one_by_one("slow", "next", "after")


async def test_no_more_than_so_many_chats_are_served_at_once(
    telegram: FakeTelegram, ear: Ear, inbox: Inbox, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_AT_ONCE", 2)
    few = Reception(bot=BOT, inbox=inbox, reader=ear.reader, handle=hands.handle, now=Time())
    gates = [hands.hold(str(number)) for number in range(4)]
    for number in range(4):
        person = telegram.person(f"P{number}")
        telegram.private(person).write(person, str(number))
    await few.take(fresh(telegram))
    await telegram.until(lambda: len(hands.begun) == 2)
    gates[0].set()
    await telegram.until(lambda: len(hands.begun) == 3)
    for gate in gates:
        gate.set()
    await few.idle()
    assert sorted(hands.done) == one_by_one("0", "1", "2", "3")


async def test_an_album_is_handed_over_whole_though_it_comes_piece_by_piece(
    telegram: FakeTelegram,
    reception: Reception,
    hands: Hands,
    inbox: Inbox,
    chat: Chat,
    ann: Person,
) -> None:
    for words, album in (("1", "a"), ("2", "a"), ("3", "a"), ("4", "b"), ("5", "b")):
        chat.send_photo(ann, a_jpeg(), caption=words, album=album)
        await reception.take(fresh(telegram))
    chat.send_photo(ann, a_jpeg(), caption="6")
    chat.send_photo(ann, a_jpeg(), caption="7")
    await reception.take(fresh(telegram))
    await reception.idle()
    assert hands.done == [("1", "2", "3"), ("4", "5"), ("6",), ("7",)]
    assert await left(inbox, chat) == 0


async def test_an_update_that_comes_again_is_carried_out_once(
    telegram: FakeTelegram, reception: Reception, hands: Hands, chat: Chat, ann: Person
) -> None:
    chat.write(ann, "hello")
    updates = fresh(telegram)
    for _ in range(3):
        await reception.take([*updates, *updates])
        await reception.idle()
    assert hands.done == one_by_one("hello")


async def test_what_is_not_for_us_is_taken_and_forgotten(
    telegram: FakeTelegram, reception: Reception, hands: Hands, inbox: Inbox, ann: Person
) -> None:
    group = telegram.group("Friends", members=[ann], bot="administrator")
    group.write(ann, "hello, everybody")
    await reception.take([*fresh(telegram), {"update_id": 7, "tomorrow": {}}])
    await reception.idle()
    assert hands.begun == []
    assert await left(inbox, group) == 0


@pytest.mark.parametrize(
    "error",
    [StoreUnavailable(), QueueUnavailable(), ChatUnavailable()],
    ids=lambda it: type(it).__name__,
)
async def test_what_a_store_that_is_away_prevents_is_carried_out_later_in_order(
    telegram: FakeTelegram,
    say: Say,
    reception: Reception,
    hands: Hands,
    inbox: Inbox,
    chat: Chat,
    error: Exception,
) -> None:
    hands.failing["2"] = [error]
    await say("1", "2", "3", "4")
    await reception.idle()
    assert hands.done == one_by_one("1")
    assert await left(inbox, chat) == 3
    async with at_work(reception.run()):
        await telegram.until(lambda: len(hands.done) == 4)
    assert hands.done == one_by_one("1", "2", "3", "4")
    assert await left(inbox, chat) == 0


async def test_what_was_left_is_looked_for_again_after_a_while(
    telegram: FakeTelegram, say: Say, reception: Reception, hands: Hands, time: Time
) -> None:
    hands.failing["1"] = [StoreUnavailable(), StoreUnavailable()]
    async with at_work(reception.run()):
        await say("1", "2")
        await telegram.until(lambda: len(hands.begun) == 1)
        for tries in (2, 3):
            time.ahead += module._LEFT_BEHIND * 1.1
            await telegram.until(lambda tries=tries: len(hands.begun) >= tries)
        await telegram.until(lambda: len(hands.done) == 2)
    assert hands.done == one_by_one("1", "2")


async def test_what_is_said_later_does_not_overtake_what_has_to_wait(
    say: Say, reception: Reception, hands: Hands, inbox: Inbox, chat: Chat
) -> None:
    hands.failing["1"] = [StoreUnavailable()]
    await say("1", "2")
    await reception.idle()
    await say("3")
    await reception.idle()
    assert hands.done == one_by_one("1", "2", "3")
    assert await left(inbox, chat) == 0


async def test_a_mistake_of_ours_costs_one_event_and_blocks_nothing(
    say: Say,
    reception: Reception,
    hands: Hands,
    inbox: Inbox,
    chat: Chat,
    caplog: pytest.LogCaptureFixture,
) -> None:
    hands.failing["2"] = [ZeroDivisionError("ours")]
    await say("1", "2", "3")
    await reception.idle()
    assert hands.done == one_by_one("1", "3")
    assert await left(inbox, chat) == 0
    assert "an update could not be carried out" in caplog.text


async def test_nothing_is_taken_that_could_not_be_written_down(
    ear: Ear, hands: Hands, tmp_path: Path, telegram: FakeTelegram, chat: Chat, ann: Person
) -> None:
    file = tmp_path / "locked.db"
    database = Database.at(f"sqlite:///{file}?timeout=0.1")
    await database.migrate()
    reception = Reception(
        bot=BOT, inbox=Inbox(database), reader=ear.reader, handle=hands.handle, now=Time()
    )
    chat.write(ann, "hello")
    updates = fresh(telegram)
    with locked(file), pytest.raises(StoreUnavailable):
        await reception.take(updates)
    assert hands.begun == []
    await reception.take(updates)
    await reception.idle()
    assert hands.done == one_by_one("hello")
    await database.close()


async def test_whoever_stops_lets_what_is_under_way_end(
    telegram: FakeTelegram, say: Say, reception: Reception, hands: Hands, inbox: Inbox, chat: Chat
) -> None:
    slow = hands.hold("slow")
    running = asyncio.create_task(reception.run())
    await say("slow")
    await telegram.until(lambda: hands.begun)
    running.cancel()
    await telegram.until(lambda: running.cancelling())
    assert not running.done()
    slow.set()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert hands.done == one_by_one("slow")
    assert await left(inbox, chat) == 0


async def test_what_does_not_end_in_time_is_left_to_the_next(
    telegram: FakeTelegram,
    say: Say,
    reception: Reception,
    hands: Hands,
    inbox: Inbox,
    chat: Chat,
    ear: Ear,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "_CLOSING_S", 0.1)
    hands.hold("slow")
    running = asyncio.create_task(reception.run())
    await say("slow", "next")
    await telegram.until(lambda: hands.begun)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await reception.idle()
    assert hands.done == []
    assert await left(inbox, chat) == 2
    later = Hands()
    following = Reception(bot=BOT, inbox=inbox, reader=ear.reader, handle=later.handle, now=Time())
    async with at_work(following.run()):
        await telegram.until(lambda: len(later.done) == 2)
    assert later.done == one_by_one("slow", "next")


async def test_old_updates_are_forgotten(
    telegram: FakeTelegram,
    say: Say,
    reception: Reception,
    hands: Hands,
    inbox: Inbox,
    chat: Chat,
    time: Time,
) -> None:
    hands.failing["1"] = [StoreUnavailable()] * 100
    await say("1")
    await reception.idle()
    time.ahead += module._KEPT * 1.1

    async with at_work(reception.run()):
        async with asyncio.timeout(10):
            while await left(inbox, chat):
                await asyncio.sleep(0.02)
