"""SQLite on the event loop's own thread, as SQLAlchemy's aiosqlite dialect asks for it.

A statement on a file takes microseconds, and handing it to another thread and back many times as
long. What may really take long does not hold up the loop: the wait for another process's lock is
slept through, and commits of what was written, which wait for the disk, are made in a thread.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self

BEGIN_WRITING = "BEGIN IMMEDIATE"
"""Begins a transaction that is on the disk when its commit returns."""
BEGIN_NOTING = "BEGIN IMMEDIATE -- not flushed"
"""Begins one that is only in the file then: safe from our own end, but not from the power's."""
_PRAGMAS = {
    # what checkpoints write to the disk would hold up the loop, so they are left to the others
    BEGIN_NOTING: "PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0",
    BEGIN_WRITING: "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 1000",
}
_LOOK_AGAIN_S = 0.002
_BRIEFLY_S = 0.25
"""How long SQLite itself may wait where hardly anything ever locks it out."""

_disk = ThreadPoolExecutor(8, thread_name_prefix="sqlite")


async def connect(
    database: str,
    *,
    timeout: float,  # noqa: ASYNC109 - the dialect's name
    **options: Any,
) -> InlineConnection:
    """Open a file; `timeout` is how many seconds to wait for another process's lock."""
    options |= {"check_same_thread": False, "isolation_level": None}
    connection = sqlite3.connect(database, timeout=_BRIEFLY_S, **options)
    return InlineConnection(connection, patience_s=timeout)


class InlineConnection:
    """One connection; to be used by one task at a time."""

    def __init__(self, connection: sqlite3.Connection, *, patience_s: float) -> None:
        self._connection: sqlite3.Connection | None = connection
        self._patience_s = patience_s
        self._flushes = False
        self._begun = ""

    def cursor(self) -> InlineCursor:
        """Make a cursor."""
        return InlineCursor(self, self.open.cursor())

    @property
    def open(self) -> sqlite3.Connection:
        """The connection, which must not have been closed."""
        if self._connection is None:
            raise sqlite3.ProgrammingError("the connection is closed")
        return self._connection

    async def begin(self, how: str) -> None:
        """Take the write lock, waiting for it as long as is right."""
        connection, give_up = self.open, time.monotonic() + self._patience_s
        if how != self._begun:
            for pragma in _PRAGMAS[how].split(";"):
                connection.execute(pragma)
            self._begun = how
        connection.execute("PRAGMA busy_timeout = 0")
        try:
            while True:
                try:
                    connection.execute(how)
                except sqlite3.OperationalError as error:
                    if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > give_up:
                        raise
                    await asyncio.sleep(_LOOK_AGAIN_S)
                else:
                    self._flushes = how == BEGIN_WRITING
                    return
        finally:
            connection.execute(f"PRAGMA busy_timeout = {round(_BRIEFLY_S * 1000)}")

    async def commit(self) -> None:
        """End the transaction for good."""
        if self._flushes:
            self._flushes = False
            await in_thread(self.open.commit)
        else:
            self.open.commit()

    async def rollback(self) -> None:
        """Undo the transaction."""
        self._flushes = False
        self.open.rollback()

    async def create_function(self, *args: Any, **options: Any) -> None:
        """Give statements a function of ours."""
        self.open.create_function(*args, **options)

    async def close(self) -> None:
        """Close; again is fine."""
        self.stop()

    def stop(self) -> None:
        """Close at once."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class InlineCursor:
    """One cursor of a connection."""

    def __init__(self, connection: InlineConnection, cursor: sqlite3.Cursor) -> None:
        self._of = connection
        self._cursor = cursor

    async def __aenter__(self) -> Self:
        return self

    @property
    def description(self) -> Any:
        """The columns of the result."""
        return self._cursor.description

    @property
    def rowcount(self) -> int:
        """How many rows were changed."""
        return self._cursor.rowcount

    @property
    def lastrowid(self) -> int | None:
        """The row that was inserted last."""
        return self._cursor.lastrowid

    @property
    def arraysize(self) -> int:
        """How many rows are fetched at a time unless said otherwise."""
        return self._cursor.arraysize

    @arraysize.setter
    def arraysize(self, value: int) -> None:
        self._cursor.arraysize = value

    async def execute(self, statement: str, values: Any = ()) -> None:
        """Execute a statement."""
        if statement in _PRAGMAS:
            await self._of.begin(statement)
        else:
            self._cursor.execute(statement, values)

    async def executemany(self, statement: str, values: Sequence[Any]) -> None:
        """Execute a statement with each of several values."""
        self._cursor.executemany(statement, values)

    async def fetchall(self) -> list[Any]:
        """Fetch all rows that are left."""
        return self._cursor.fetchall()

    async def fetchone(self) -> Any:
        """Fetch the next row."""
        return self._cursor.fetchone()

    async def fetchmany(self, size: int | None = None) -> list[Any]:
        """Fetch some rows."""
        return self._cursor.fetchmany(self.arraysize if size is None else size)

    async def close(self) -> None:
        """Let go of the result."""
        self._cursor.close()


async def in_thread(call: Callable[[], object]) -> None:
    """Make a call elsewhere; who is cancelled meanwhile waits for its end all the same."""
    made = asyncio.get_running_loop().run_in_executor(_disk, call)
    try:
        await asyncio.shield(made)
    except asyncio.CancelledError:
        await asyncio.wait({made})
        raise
