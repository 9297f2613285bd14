"""Single statements on a SQLite file, on the event loop's own thread and without a session.

Most of what a bot asks its store is one small statement: SQLite answers in microseconds, and a
session with its transaction takes ten times as long as that. Two connections stay open: one reads,
one notes what need not be flushed.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, Executable, Row, create_engine
from sqlalchemy.pool import NullPool

Values = Mapping[str, Any] | Sequence[Mapping[str, Any]]
"""What a statement is given; several if it is to be done with each."""

_LOOK_AGAIN_S = 0.002
_BRIEFLY_S = 0.25
"""How long SQLite itself may wait where hardly anything ever locks a reader out."""
_READS = "PRAGMA foreign_keys = ON"
_NOTES = "PRAGMA foreign_keys = ON; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0"


class AtHand:
    """A file's two connections; opened when they are first used."""

    def __init__(self, file: str, *, patience_s: float) -> None:
        self._file = file
        self._patience_s = patience_s
        self._reader: Connection | None = None
        self._noter: Connection | None = None

    def rows(self, statement: Executable, values: Values) -> Sequence[Row[Any]]:
        """Run a statement that only reads."""
        if self._reader is None:
            self._reader = self._open(_READS, _BRIEFLY_S)
        return self._reader.execute(statement, values).all()

    async def note(self, statement: Executable, values: Values) -> Sequence[Row[Any]]:
        """Run a statement that writes, whole or not at all; gives what it returns.

        Only one may be under way at a time.
        """
        if self._noter is None:
            self._noter = self._open(_NOTES, 0)
        await self._begin(_driver(self._noter))
        try:
            result = self._noter.execute(statement, values)
            rows = result.all() if result.returns_rows else ()
        except BaseException:
            _driver(self._noter).rollback()
            raise
        _driver(self._noter).commit()
        return rows

    def close(self) -> None:
        """Close both; they open again when they are used."""
        for connection in (self._reader, self._noter):
            if connection is not None:
                connection.close()
        self._reader = self._noter = None

    def _open(self, set_up: str, busy_s: float) -> Connection:
        def connect() -> sqlite3.Connection:
            connection = sqlite3.connect(
                self._file, timeout=busy_s, isolation_level=None, check_same_thread=False
            )
            connection.executescript(set_up)
            return connection

        engine: Engine = create_engine(
            "sqlite://", creator=connect, poolclass=NullPool, hide_parameters=True
        )
        return engine.connect().execution_options(isolation_level="AUTOCOMMIT")

    async def _begin(self, connection: sqlite3.Connection) -> None:
        """Take the write lock, waiting for another process's as long as is right."""
        give_up = time.monotonic() + self._patience_s
        while True:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > give_up:
                    raise
                await asyncio.sleep(_LOOK_AGAIN_S)
            else:
                return


def _driver(connection: Connection) -> sqlite3.Connection:
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver
