"""What an operator wants to know of a database: looked at, never changed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlalchemy.ext.asyncio import AsyncSession

from bots.store.database import Database

_MIGRATIONS = Path(__file__).with_name("migrations")


class Tables(Enum):
    """How the tables compare to what this version works with."""

    NONE = "none yet"
    OLD = "of an older version"
    CURRENT = "current"
    NEW = "of a newer version"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """What was found; `safe` tells whether readers and writers get along, or the line is TLS."""

    product: str
    tables: Tables
    writable: bool
    safe: bool


async def look_at(database: Database) -> Inspection:
    """Look at a database.

    Raises:
        StoreUnavailable: it cannot be used.
    """
    async with database.reading() as session:
        tables = await _tables(session)
        if database.dialect == "sqlite":
            return await _sqlite(session, tables)
        return await _postgres(session, tables)


async def _sqlite(session: AsyncSession, tables: Tables) -> Inspection:
    version = await session.scalar(text("SELECT sqlite_version()"))
    mode = await session.scalar(text("PRAGMA journal_mode"))
    return Inspection(product=f"SQLite {version}", tables=tables, writable=True, safe=mode == "wal")


async def _postgres(session: AsyncSession, tables: Tables) -> Inspection:
    version = await session.scalar(text("SHOW server_version"))
    read_only = await session.scalar(text("SHOW transaction_read_only"))
    tls = await session.scalar(text("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"))
    return Inspection(
        product=f"PostgreSQL {str(version).split()[0]}",
        tables=tables,
        writable=read_only == "off",
        safe=bool(tls),
    )


async def _tables(session: AsyncSession) -> Tables:
    connection = await session.connection()
    if not await connection.run_sync(lambda sync: inspect(sync).has_table("alembic_version")):
        return Tables.NONE
    revision = await session.scalar(text("SELECT version_num FROM alembic_version"))
    script = ScriptDirectory(str(_MIGRATIONS))
    if revision == script.get_current_head():
        return Tables.CURRENT
    known = {step.revision for step in script.walk_revisions()}
    return Tables.OLD if revision in known else Tables.NEW
