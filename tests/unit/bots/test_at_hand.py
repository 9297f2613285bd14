"""Small statements on connections that stay open: who waits for whom, and what is left behind."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, bindparam, insert, select
from sqlalchemy.exc import IntegrityError

from bots.errors import StoreUnavailable
from bots.store.database import Database
from bots.store.tables import PersonRow

NEW = insert(PersonRow)
NAMES = select(PersonRow.id).where(PersonRow.id != bindparam("but")).order_by(PersonRow.id)
By = Callable[[Callable[[Connection], object]], Awaitable[object]]


class PowerCut(BaseException):
    """Ends what is under way; nothing may catch this."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "zoetrope.db"


@pytest.fixture(params=["note_by", "write_by"])
def by(request: pytest.FixtureRequest, database: Database) -> By:
    return getattr(database, request.param)


def somebody(name: str) -> dict[str, object]:
    return {"id": name, "blocked": False}


def adding(*names: str) -> Callable[[Connection], None]:
    def add(connection: Connection) -> None:
        for name in names:
            connection.execute(NEW, somebody(name))

    return add


async def people(database: Database) -> list[str]:
    return [name for (name,) in await database.rows(NAMES, but="nobody")]


async def test_what_is_written_is_read_at_once(database: Database, by: By) -> None:
    await by(adding("ann", "bob"))

    assert await people(database) == ["ann", "bob"]


async def test_what_goes_wrong_half_way_leaves_nothing(database: Database, by: By) -> None:
    with pytest.raises(IntegrityError):
        await by(adding("ann", "ann"))

    assert await people(database) == []


async def test_a_statement_with_several_values_is_done_with_all_or_none(database: Database) -> None:
    await database.note(NEW, [somebody("ann"), somebody("bob")])
    with pytest.raises(IntegrityError):
        await database.note(NEW, [somebody("cy"), somebody("ann")])

    assert await people(database) == ["ann", "bob"]


async def test_whoever_is_interrupted_leaves_neither_a_lock_nor_half_of_it(
    database: Database, by: By
) -> None:
    def interrupted(connection: Connection) -> None:
        connection.execute(NEW, somebody("ann"))
        raise PowerCut

    with pytest.raises(PowerCut):
        await by(interrupted)

    await by(adding("bob"))
    assert await people(database) == ["bob"]


async def test_the_loop_turns_while_another_program_writes(
    file: Path, database: Database, by: By
) -> None:
    other = another_program(file)
    waiting = asyncio.ensure_future(by(adding("ann")))
    for _ in range(50):
        await asyncio.sleep(0.001)
    assert not waiting.done()
    assert await people(database) == []

    other.execute("COMMIT")

    await waiting
    assert await people(database) == ["ann"]
    other.close()


async def test_a_lock_that_stays_is_given_up(file: Path) -> None:
    database = Database.at(f"sqlite:///{file}?timeout=0.05")
    await database.migrate()
    other = another_program(file)

    with pytest.raises(StoreUnavailable):
        await database.note_by(adding("ann"))

    other.execute("ROLLBACK")
    await database.note_by(adding("bob"))
    assert await people(database) == ["bob"]
    other.close()
    await database.close()


async def test_whoever_is_cancelled_leaves_no_lock_behind(database: Database, by: By) -> None:
    for number in range(20):
        task = asyncio.ensure_future(by(adding(f"p{number:02}")))
        for _ in range(number % 5):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait({task})

    await asyncio.wait_for(asyncio.ensure_future(by(adding("zoe"))), 5)

    assert (await people(database))[-1] == "zoe"


async def test_what_was_closed_opens_again(database: Database) -> None:
    await database.note(NEW, somebody("ann"))
    await database.close()

    assert await people(database) == ["ann"]


def another_program(file: Path) -> sqlite3.Connection:
    """Take the write lock, as another program does."""
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    return other
