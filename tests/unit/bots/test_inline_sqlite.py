"""SQLite on the loop's own thread: who waits for whom, and what is flushed."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text

from bots.errors import StoreUnavailable
from bots.store.database import Database


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "zoetrope.db"


async def opened(file: Path, patience_s: float = 15.0) -> Database:
    database = Database.at(f"sqlite:///{file}?timeout={patience_s}")
    await database.migrate()
    return database


def another_program(file: Path) -> sqlite3.Connection:
    """Take the write lock, as another program does."""
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    return other


async def block(database: Database, person: str) -> None:
    async with database.writing() as session:
        await session.execute(text(f"INSERT INTO people (id, blocked) VALUES ('{person}', 1)"))


async def people(database: Database) -> list[str]:
    async with database.reading() as session:
        return list(await session.scalars(text("SELECT id FROM people ORDER BY id")))


async def test_the_loop_turns_while_a_lock_is_waited_for(file: Path) -> None:
    database, other = await opened(file), another_program(file)
    turns = 0
    waiting = asyncio.create_task(block(database, "ann"))
    while turns < 50:
        turns += 1
        await asyncio.sleep(0.001)
    assert not waiting.done()
    other.execute("COMMIT")
    await waiting
    assert await people(database) == ["ann"]
    other.close()
    await database.close()


async def test_reading_goes_on_while_another_program_writes(file: Path) -> None:
    database = await opened(file)
    await block(database, "ann")
    other = another_program(file)
    assert await people(database) == ["ann"]
    other.close()
    await database.close()


async def test_a_lock_that_stays_is_given_up(file: Path) -> None:
    database = await opened(file, patience_s=0.05)
    other = another_program(file)
    with pytest.raises(StoreUnavailable):
        await block(database, "ann")
    other.execute("ROLLBACK")
    await block(database, "bob")
    assert await people(database) == ["bob"]
    other.close()
    await database.close()


async def test_whoever_is_cancelled_leaves_no_lock_behind(file: Path) -> None:
    database = await opened(file)
    for number in range(20):
        task = asyncio.create_task(block(database, f"p{number:02}"))
        for _ in range(number % 7):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait({task})
    await asyncio.wait_for(block(database, "zoe"), 5)
    assert (await people(database))[-1] == "zoe"
    await database.close()


async def test_what_was_noted_is_there_when_the_file_is_opened_anew(file: Path) -> None:
    database = await opened(file)
    async with database.noting() as session:
        await session.execute(text("INSERT INTO people (id, blocked) VALUES ('ann', 0)"))
    other = sqlite3.connect(file)
    assert other.execute("SELECT id FROM people").fetchall() == [("ann",)]
    other.close()
    await database.close()


async def fail_after_writing(database: Database) -> None:
    async with database.writing() as session:
        await session.execute(text("INSERT INTO people (id, blocked) VALUES ('ann', 0)"))
        raise ZeroDivisionError


async def test_a_failed_transaction_leaves_nothing(file: Path) -> None:
    database = await opened(file)
    with pytest.raises(ZeroDivisionError):
        await fail_after_writing(database)
    assert await people(database) == []
    await database.close()
