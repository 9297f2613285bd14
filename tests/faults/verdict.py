"""What a fault did to the asks: counted from the journal, the ledger and the chat."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import func, select

from bots.accounts import LedgerKind
from bots.store.database import Database
from bots.store.tables import LedgerRow, RequestRow
from engine.jobs.job import JobId, JobState
from tests.faults.audit import ends_written

SETTLED: Counter[str] = Counter([LedgerKind.HOLD, LedgerKind.SETTLE])
RELEASED: Counter[str] = Counter([LedgerKind.HOLD, LedgerKind.RELEASE])


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table.

    Attributes:
        fault: its name.
        accepted: asks that are in the journal, or whose person was told so.
        lost: those without an end in the journal, or whose end was never shown, or that failed
            although nothing was wrong with them.
        doubled: those shown to have ended in more than one message, or ended more than once.
        mischarged: those whose credits are not what their end says, and charges for nothing.
    """

    fault: str
    accepted: int
    lost: int
    doubled: int
    mischarged: int

    @property
    def is_clean(self) -> bool:
        """Whether nothing went wrong, with something that could have."""
        return self.accepted > 0 and not (self.lost or self.doubled or self.mischarged)


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """What is written down, by job: rows of the journal, ends written, and credits moved."""

    requests: Mapping[str, RequestRow]
    ends: Counter[str]
    credits: Mapping[str, Counter[str]]


async def under_way(database: Database) -> int:
    """Count the requests whose end is not recorded as shown."""
    waiting = select(func.count()).where(RequestRow.delivered.is_(None))
    async with database.reading() as session:
        return await session.scalar(waiting) or 0


async def journalled(database: Database, jobs: Collection[JobId]) -> int:
    """Count those of some jobs that are in the journal."""
    known = select(func.count()).where(RequestRow.id.in_(jobs))
    async with database.reading() as session:
        return await session.scalar(known) or 0


async def read_books(database: Database) -> Books:
    """Read everything that is written down."""
    moved: defaultdict[str, Counter[str]] = defaultdict(Counter)
    async with database.reading() as session:
        requests = {row.id: row for row in await session.scalars(select(RequestRow))}
        for row in await session.scalars(select(LedgerRow)):
            moved[row.job][row.kind] += 1
    return Books(requests=requests, ends=await ends_written(database), credits=moved)


def judge(
    fault: str,
    books: Books,
    *,
    told: Collection[JobId],
    shown: Mapping[str, Collection[str]],
    poison: Collection[JobId] = (),
) -> Row:
    """Count what went wrong.

    Args:
        fault: its name.
        books: what is written down in the end.
        told: jobs whose people were told that they are accepted.
        shown: by job, the messages that ever showed its end.
        poison: jobs that cannot but fail.
    """
    accepted = {*told, *books.requests}

    def has_ended(job: str) -> bool:
        due = JobState.FAILED if job in poison else JobState.SUCCEEDED
        request = books.requests.get(job)
        return request is not None and request.state == due and request.delivered is not None

    return Row(
        fault=fault,
        accepted=len(accepted),
        lost=sum(not (shown.get(job) and has_ended(job)) for job in accepted),
        doubled=sum(len(shown.get(job, ())) > 1 or books.ends[job] > 1 for job in accepted),
        mischarged=sum(
            books.credits.get(job) != _due(books, job) for job in accepted | books.credits.keys()
        ),
    )


def _due(books: Books, job: str) -> Counter[str]:
    """Tell how a job's credits must have moved."""
    request = books.requests.get(job)
    if request is None or request.state != JobState.SUCCEEDED or request.undeliverable:
        return RELEASED
    return SETTLED
