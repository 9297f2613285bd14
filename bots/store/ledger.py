"""The credit ledger: what each job has set aside, and whether it was spent or given back.

Rows are only ever added, in the transaction that changes the journal, and outlive the journal's.
The key makes repeating harmless: a job has one hold, and at most one of each closing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import ColumnElement, Connection, Insert, Select, bindparam, func, select
from sqlalchemy.orm import aliased

from bots.accounts import LedgerKind
from bots.chat import PersonId
from bots.store.database import Database, inserting
from bots.store.tables import LedgerRow
from engine.jobs.job import JobId


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """One row, in credits."""

    kind: LedgerKind
    person: PersonId
    amount: int
    created: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """Credits of one person: `held` for clips on their way, `spent` on those they got."""

    held: int
    spent: int


class Ledger:
    """Reads the ledger; only the journal writes it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def balance(self, person: PersonId, *, since: datetime) -> Balance:
        """Add up what a person has on hold now, and has spent since a moment."""
        mine = LedgerRow.person == person
        held = _total(mine, _is_open())
        spent = _total(mine, LedgerRow.kind == LedgerKind.SETTLE, LedgerRow.created >= since)
        async with self._database.reading() as session:
            return Balance(
                held=await session.scalar(held) or 0, spent=await session.scalar(spent) or 0
            )

    async def entries(self, job: JobId) -> tuple[LedgerEntry, ...]:
        """List what is written about a job, oldest first."""
        rows = select(LedgerRow).where(LedgerRow.job == job).order_by(LedgerRow.created)
        async with self._database.reading() as session:
            return tuple(_entry(row) for row in await session.scalars(rows))


def hold(connection: Connection, job: JobId, person: PersonId, amount: int, now: datetime) -> None:
    """Set credits aside for a job, once."""
    row = {"job": job, "kind": LedgerKind.HOLD, "person": person, "amount": amount}
    connection.execute(_holding(connection.dialect.name), row | {"created": now})


def close(connection: Connection, job: JobId, kind: LedgerKind, now: datetime) -> None:
    """Close a job's hold; one that is closed stays as it was closed."""
    given = {"its_job": job, "its_kind": kind, "now": now}
    connection.execute(_closing(connection.dialect.name), given)


def settle_after_all(connection: Connection, job: JobId, now: datetime) -> None:
    """Spend what a job had set aside, even if it was given back; once only."""
    given = {"its_job": job, "its_kind": LedgerKind.SETTLE, "now": now}
    connection.execute(_settling_after_all(connection.dialect.name), given)


@cache
def _holding(dialect: str) -> Insert:
    return inserting(dialect, LedgerRow).on_conflict_do_nothing()


@cache
def _closing(dialect: str) -> Insert:
    return _adding(dialect, _is_open())


@cache
def _settling_after_all(dialect: str) -> Insert:
    return _adding(dialect, LedgerRow.kind == LedgerKind.HOLD)


def _adding(dialect: str, of: ColumnElement[bool]) -> Insert:
    """Add what closes the hold `of` some job, of the same amount, unless it is there."""
    closing = select(
        LedgerRow.job,
        bindparam("its_kind", type_=LedgerRow.kind.type),
        LedgerRow.person,
        LedgerRow.amount,
        bindparam("now", type_=LedgerRow.created.type),
    ).where(LedgerRow.job == bindparam("its_job"), of)
    columns = ["job", "kind", "person", "amount", "created"]
    return inserting(dialect, LedgerRow).from_select(columns, closing).on_conflict_do_nothing()


def _is_open() -> ColumnElement[bool]:
    """Match holds that nothing has closed."""
    closing = aliased(LedgerRow)
    closed = select(closing.job).where(
        closing.job == LedgerRow.job, closing.kind != LedgerKind.HOLD
    )
    return (LedgerRow.kind == LedgerKind.HOLD) & ~closed.exists()


def _total(*conditions: ColumnElement[bool]) -> Select[int]:
    return select(func.sum(LedgerRow.amount)).where(*conditions)


def _entry(row: LedgerRow) -> LedgerEntry:
    return LedgerEntry(
        kind=LedgerKind(row.kind),
        person=PersonId(row.person),
        amount=row.amount,
        created=row.created,
    )
