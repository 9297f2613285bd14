"""One database for all bot processes: sessions that read, sessions that write, and its set-up."""

from __future__ import annotations

import asyncio
import contextlib
import re
import sqlite3
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Self, TypeVar, TypeVarTuple, cast

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Executable, Row, Select, event, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    NotSupportedError,
    ProgrammingError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase

from bots.errors import StoreUnavailable
from bots.store import inline_sqlite
from bots.store.at_hand import AtHand, Made, Values
from bots.store.postgres import is_postgres, open_engine
from engine.jobs.masking import masked_url
from engine.jobs.settings import PREFIX, BadSetting

Columns = TypeVarTuple("Columns")
Found = TypeVar("Found")

_MIGRATIONS = Path(__file__).with_name("migrations")
_SQLITE = re.compile(r"sqlite(\+aiosqlite)?://")
_LOCK_WAIT_S = "15"
_READERS = 32
"""Connections to a SQLite file that are kept: opening one costs ten reads."""
_MIGRATION_LOCK = 0x7A6F65  # "zoe"; any number all our processes agree on

_ABOUT_STATEMENTS = (IntegrityError, ProgrammingError, DataError, NotSupportedError)
"""What our statements are to blame for. A server that goes has no class of its own: which one it
is depends on the driver, and on what it was doing."""


class Database:
    """Where the rows are; safe to share between tasks, and its file between processes."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._writer = asyncio.Lock()
        self._at_hand = _at_hand(engine)

    @classmethod
    def at(cls, url: str) -> Self:
        """Open a database: `postgresql://user:password@host/name`, or `sqlite:////a/file.db`.

        A `timeout` in a SQLite URL is how many seconds to wait for another process's lock.

        Raises:
            BadSetting: there is no database of that kind.
        """
        if is_postgres(url):
            return cls(open_engine(url))
        if not _SQLITE.match(url):
            raise BadSetting(
                f"{PREFIX}DATABASE_URL: must be as postgresql://user:password@host/name, or"
                f' sqlite:////folder/file.db, not "{masked_url(url)}"'
            )
        where = make_url(_SQLITE.sub("sqlite+aiosqlite://", url, count=1))
        patient = where.update_query_dict({"timeout": _LOCK_WAIT_S, **where.query})
        engine = create_async_engine(
            patient,
            hide_parameters=True,
            pool_size=_READERS,
            connect_args={"async_creator_fn": inline_sqlite.connect},
        )
        _teach_sqlite(engine)
        return cls(engine)

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self._engine.dialect.name

    @asynccontextmanager
    async def reading(self) -> AsyncGenerator[AsyncSession]:
        """Open a session that only reads, on one consistent view.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        with _as_unavailable():
            async with AsyncSession(self._engine) as session:
                yield session

    @asynccontextmanager
    async def writing(self) -> AsyncGenerator[AsyncSession]:
        """Open a session that may write; commits at the end, or nothing happened.

        SQLite takes its write lock at once, so that what is read inside stays true.

        Raises:
            StoreUnavailable: the database does not answer, or stays locked.
        """
        with _as_unavailable():
            engine = self._engine.execution_options(begins=inline_sqlite.BEGIN_WRITING)
            async with self._turn(), AsyncSession(engine) as session, session.begin():
                yield session

    async def rows(self, statement: Select[*Columns], **values: object) -> Sequence[Row[*Columns]]:
        """Run one statement that only reads; a session would cost many times as much.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        with _as_unavailable():
            if self._at_hand is not None:
                rows = self._at_hand.rows(statement, values)
                return cast("Sequence[Row[*Columns]]", rows)
            async with self._engine.connect() as connection:
                return (await connection.execute(statement, values)).all()

    async def value(self, statement: Select[Found], **values: object) -> Found | None:
        """Run one statement that only reads a single value.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        rows = await self.rows(statement, **values)
        return rows[0][0] if rows else None

    async def note(self, statement: Executable, values: Values) -> Sequence[Row[Any]]:
        """Run one statement as `noting` does; gives what it returns.

        Raises:
            StoreUnavailable: the database does not answer, or stays locked.
        """

        def run(connection: Connection) -> Sequence[Row[Any]]:
            result = connection.execute(statement, values)
            return result.all() if result.returns_rows else ()

        return await self.note_by(run)

    async def note_by(self, act: Callable[[Connection], Made]) -> Made:
        """Have a function run several statements as `noting` does.

        Raises:
            StoreUnavailable: the database does not answer, or stays locked.
        """
        return await self._begun(act, AtHand.note)

    async def write_by(self, act: Callable[[Connection], Made]) -> Made:
        """Have a function run several statements as `writing` does.

        Raises:
            StoreUnavailable: the database does not answer, or stays locked.
        """
        return await self._begun(act, AtHand.write)

    async def _begun(
        self,
        act: Callable[[Connection], Made],
        within: Callable[[AtHand, Callable[[Connection], Made]], Awaitable[Made]],
    ) -> Made:
        with _as_unavailable():
            if self._at_hand is not None:
                async with self._turn():
                    return await within(self._at_hand, act)
            async with self._engine.begin() as connection:
                return await connection.run_sync(act)

    async def put(self, table: type[DeclarativeBase], **values: object) -> None:
        """Note a row, or change these values of the one that has its key."""
        await self.note(_putting(self.dialect, table, tuple(values)), values)

    async def migrate(self, version: str = "head") -> None:
        """Bring the tables up to date; processes that start together do it once.

        Raises:
            StoreUnavailable: the database does not answer, or stays locked.
        """
        with _as_unavailable():
            file = self._engine.url.database
            if self.dialect == "sqlite" and file is not None:
                await asyncio.to_thread(_prepare_file, file)
            engine = self._engine.execution_options(
                begins=inline_sqlite.BEGIN_WRITING, migrates=True
            )
            async with engine.begin() as connection:
                await connection.run_sync(_upgrade, version)
            if self.dialect == "sqlite":
                # a connection that migrated has foreign keys off
                await self._engine.dispose()

    @asynccontextmanager
    async def noting(self) -> AsyncGenerator[AsyncSession]:
        """Open a session as `writing` does, for what may be lost if the power fails.

        It does not wait for the disk, which takes milliseconds; from our own end it is safe.
        """
        with _as_unavailable():
            engine = self._engine.execution_options(begins=inline_sqlite.BEGIN_NOTING)
            async with self._turn(), AsyncSession(engine) as session, session.begin():
                yield session

    @asynccontextmanager
    async def _turn(self) -> AsyncGenerator[None]:
        """Let this process's writers into SQLite one after the other, as they came.

        SQLite itself lets whoever is turned away sleep for a while and try again, which makes some
        wait for long while nobody writes.
        """
        if self.dialect != "sqlite":
            yield
            return
        async with asyncio.timeout(float(self._engine.url.normalized_query["timeout"][0])):
            await self._writer.acquire()
        try:
            yield
        finally:
            self._writer.release()

    async def check(self) -> None:
        """See that it answers.

        Raises:
            StoreUnavailable: it does not.
        """
        async with self.reading() as session:
            await session.execute(text("SELECT 1"))

    async def close(self) -> None:
        """Close every connection."""
        if self._at_hand is not None:
            self._at_hand.close()
        await self._engine.dispose()


async def insert_new(session: AsyncSession, table: type[DeclarativeBase], **values: object) -> bool:
    """Insert a row unless its key is taken.

    Returns:
        Whether the row is new.
    """
    statement = insert_into(session, table).values(**values).on_conflict_do_nothing()
    result = await session.execute(statement.returning(text("1")))
    return result.first() is not None


async def put(session: AsyncSession, table: type[DeclarativeBase], **values: object) -> None:
    """Insert a row, or change these values of the one that has its key."""
    dialect = session.get_bind().dialect.name
    await session.execute(_putting(dialect, table, tuple(values)), values)


def insert_into(
    session: AsyncSession, table: type[DeclarativeBase]
) -> postgresql.Insert | sqlite.Insert:
    """Begin an insert that can say what happens when a key is taken."""
    return inserting(session.get_bind().dialect.name, table)


def inserting(dialect: str, table: type[DeclarativeBase]) -> postgresql.Insert | sqlite.Insert:
    """Begin an insert in a dialect."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


@cache
def _putting(
    dialect: str, table: type[DeclarativeBase], names: tuple[str, ...]
) -> postgresql.Insert | sqlite.Insert:
    """Make the statement that puts values of these names: that takes longer than to run it."""
    statement = inserting(dialect, table)
    key = [column.name for column in table.__table__.primary_key]
    new = {name: statement.excluded[name] for name in names if name not in key}
    return statement.on_conflict_do_update(index_elements=key, set_=new)


@contextmanager
def _as_unavailable() -> Generator[None]:
    """Give what can go wrong between us and the database one name."""
    try:
        yield
    except _ABOUT_STATEMENTS:
        raise
    except (DBAPIError, PoolTimeout, sqlite3.Error, OSError) as error:
        reason = str(error.orig if isinstance(error, DBAPIError) else error)
        said = reason or "it does not answer in time"
        raise StoreUnavailable(f"The database cannot be used: {said}") from error


def _at_hand(engine: AsyncEngine) -> AtHand | None:
    """Keep single statements of a SQLite file out of the engine."""
    file = engine.url.database
    if engine.dialect.name != "sqlite" or file is None:
        return None
    return AtHand(file, patience_s=float(engine.url.normalized_query["timeout"][0]))


def _prepare_file(file: str) -> None:
    """Make a database file that can be read while it is written, or fail without a trace."""
    with contextlib.closing(sqlite3.connect(file, timeout=float(_LOCK_WAIT_S))) as connection:
        connection.execute("PRAGMA journal_mode = WAL")


def _teach_sqlite(engine: AsyncEngine) -> None:
    """Set each connection up, and say BEGIN ourselves: the driver would begin too late."""

    def connected(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    def begun(connection: Connection) -> None:
        options = connection.get_execution_options()
        if options.get("migrates"):
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        connection.exec_driver_sql(options.get("begins", "BEGIN"))

    event.listen(engine.sync_engine, "connect", connected)
    event.listen(engine.sync_engine, "begin", begun)


def _upgrade(connection: Connection, version: str) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})")
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, version)
