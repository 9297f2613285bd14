"""The inbox, the same on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from bots.store.database import Database
from bots.store.inbox import Inbox, Incoming
from bots.store.tables import IncomingRow

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SOON = timedelta(seconds=1)


def an_update(
    number: int, chat: str = "77", *, bot: str = "telegram", body: str = "🤖"
) -> Incoming:
    return Incoming(bot=bot, update=number, chat=chat, body=body)


async def bodies(database: Database) -> list[str]:
    async with database.reading() as session:
        rows = select(IncomingRow.body).order_by(IncomingRow.update)
        return list(await session.scalars(rows))


async def test_updates_wait_in_their_chat_in_order(database: Database) -> None:
    inbox = Inbox(database)
    largest = 2**62
    updates = [an_update(3), an_update(largest), an_update(2, "78"), an_update(1)]
    await inbox.take(updates, NOW)
    assert await inbox.waiting("telegram", "77") == [an_update(1), an_update(3), an_update(largest)]
    assert await inbox.waiting("telegram", "78") == [an_update(2, "78")]
    assert await inbox.waiting("discord", "77") == []


async def test_taking_nothing_is_fine(database: Database) -> None:
    await Inbox(database).take([], NOW)


async def test_an_update_that_comes_again_is_ignored(database: Database) -> None:
    inbox = Inbox(database)
    await inbox.take([an_update(1)], NOW)
    again = [an_update(1, body="again"), an_update(2), an_update(2, body="twice at once")]
    await inbox.take(again, NOW)
    assert await inbox.waiting("telegram", "77") == [an_update(1), an_update(2)]


async def test_what_is_done_loses_its_words_and_is_still_ignored_when_it_comes_again(
    database: Database,
) -> None:
    inbox = Inbox(database)
    await inbox.take([an_update(1), an_update(2)], NOW)
    await inbox.done("telegram", [1], NOW)
    await inbox.take([an_update(1)], NOW)
    assert await inbox.waiting("telegram", "77") == [an_update(2)]
    assert await bodies(database) == ["", "🤖"]


async def test_bots_number_their_updates_each_for_itself(database: Database) -> None:
    inbox = Inbox(database)
    await inbox.take([an_update(1), an_update(1, bot="second")], NOW)
    await inbox.done("second", [1], NOW)
    assert await inbox.waiting("telegram", "77") == [an_update(1)]


async def test_chats_with_something_left_are_found_the_longest_waiting_first(
    database: Database,
) -> None:
    inbox = Inbox(database)
    await inbox.take([an_update(5, "late"), an_update(4, "early"), an_update(3, "done")], NOW)
    await inbox.take([an_update(6, "early"), an_update(7, "fresh")], NOW + SOON)
    await inbox.done("telegram", [3], NOW)
    assert await inbox.chats("telegram", NOW + SOON) == ["early", "late"]
    assert await inbox.chats("discord", NOW + SOON) == []


async def test_a_batch_is_taken_whole_or_not_at_all(database: Database) -> None:
    inbox = Inbox(database)
    broken = an_update(2, body=None)  # pyright: ignore[reportArgumentType]
    with pytest.raises(IntegrityError):
        await inbox.take([an_update(1), broken], NOW)
    assert await bodies(database) == []


async def test_a_hundred_updates_taken_by_several_at_once_are_there_once(
    database: Database,
) -> None:
    inbox, updates = Inbox(database), [an_update(number) for number in range(100)]
    await asyncio.gather(*(inbox.take(updates, NOW) for _ in range(4)))
    assert await inbox.waiting("telegram", "77") == updates


async def test_old_updates_are_dropped_with_their_numbers(database: Database) -> None:
    inbox = Inbox(database)
    await inbox.take([an_update(1), an_update(2)], NOW)
    await inbox.take([an_update(3)], NOW + SOON)
    await inbox.done("telegram", [1], NOW)
    await inbox.forget_before(NOW + SOON)
    assert await inbox.waiting("telegram", "77") == [an_update(3)]
    assert await bodies(database) == ["🤖"]
