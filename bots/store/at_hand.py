"""Small statements on a SQLite file, on the event loop's own thread and without a session.

Most of what a bot asks its store is one small statement: SQLite answers in microseconds, and a
session with its transaction takes ten times as long as that. Three connections stay open: one
reads, one notes what need not be flushed, one writes what must be.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection, Executable, Row, create_engine
from sqlalchemy.pool import NullPool

from bots.store.inline_sqlite import in_thread

Made = TypeVar("Made")
_Commit = Callable[[sqlite3.Connection], Awaitable[None]]

Values = Mapping[str, Any] | Sequence[Mapping[str, Any]]
"""What a statement is given; several if it is to be done with each."""

_LOOK_AGAIN_S = 0.002
_BRIEFLY_S = 0.25
"""How long SQLite itself may wait where hardly anything ever locks a reader out."""
_READS = "PRAGMA foreign_keys = ON"
_NOTES = "PRAGMA foreign_keys = ON; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0"
_WRITES = "PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 1000"


class AtHand:
    """A file's connections; opened when they are first used, and when one was given up."""

    def __init__(self, file: str, *, patience_s: float) -> None:
        self._patience_s = patience_s
        self._reader = _Line(file, _READS, _BRIEFLY_S)
        self._noter = _Line(file, _NOTES, 0)
        self._writer = _Line(file, _WRITES, 0)

    def rows(self, statement: Executable, values: Values) -> Sequence[Row[Any]]:
        """Run a statement that only reads."""
        return self._reader.connection.execute(statement, values).all()

    async def note(self, act: Callable[[Connection], Made]) -> Made:
        """Have a function write in a transaction that is in the file then, but maybe not flushed.

        Only one may be under way at a time, of `write` as well.
        """
        return await self._within(self._noter, act, _commit)

    async def write(self, act: Callable[[Connection], Made]) -> Made:
        """Have a function write in a transaction that is on the disk then."""
        return await self._within(self._writer, act, _flush)

    async def _within(
        self, line: _Line, act: Callable[[Connection], Made], commit: _Commit
    ) -> Made:
        connection, driver = line.connection, line.driver
        await self._begin(driver)
        try:
            made = act(connection)
            await commit(driver)
        except BaseException:
            if not connection.invalidated and driver.in_transaction:
                driver.rollback()
            raise
        return made

    def close(self) -> None:
        """Close all; they open again when they are used."""
        for line in (self._reader, self._noter, self._writer):
            line.close()

    async def _begin(self, driver: sqlite3.Connection) -> None:
        """Take the write lock, waiting for another process's as long as is right."""
        give_up = time.monotonic() + self._patience_s
        while True:
            try:
                driver.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > give_up:
                    raise
                await asyncio.sleep(_LOOK_AGAIN_S)
            else:
                return


async def _commit(driver: sqlite3.Connection) -> None:
    driver.commit()


async def _flush(driver: sqlite3.Connection) -> None:
    """Commit in a thread, as that waits for the disk."""
    await in_thread(driver.commit)


class _Line:
    """A connection that stays open; whoever is interrupted in a statement leaves it closed."""

    def __init__(self, file: str, set_up: str, busy_s: float) -> None:
        self._file = file
        self._set_up = set_up
        self._busy_s = busy_s
        self._engine = create_engine(
            "sqlite://", creator=self._connect, poolclass=NullPool, hide_parameters=True
        )
        self._connection: Connection | None = None

    @property
    def connection(self) -> Connection:
        if self._connection is not None and self._connection.invalidated:
            self.close()
        if self._connection is None:
            plain = self._engine.connect()
            self._connection = plain.execution_options(isolation_level="AUTOCOMMIT")
        return self._connection

    @property
    def driver(self) -> sqlite3.Connection:
        driver = self.connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        return driver

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._file, timeout=self._busy_s, isolation_level=None, check_same_thread=False
        )
        connection.executescript(self._set_up)
        return connection
