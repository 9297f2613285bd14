"""The request journal: what was asked for, what became of it, and whether it was shown.

Every change that may close a request's hold in the ledger closes it in the same transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    bindparam,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate

from bots.accounts import LedgerKind, Usage, closing, price
from bots.chat import MessageId, PersonId
from bots.store.database import Database
from bots.store.ledger import close, hold, settle_after_all
from bots.store.people import count_usage, lock_person
from bots.store.requests import Request, as_row, from_row
from bots.store.rounds import Rounds
from bots.store.tables import RequestRow
from engine.jobs.errors import Refused
from engine.jobs.job import (
    OUTCOME_JSON,
    TERMINAL,
    Cancelled,
    Declined,
    Failed,
    JobId,
    JobState,
    MediaKey,
    Outcome,
    Succeeded,
)

_BY_ID = select(RequestRow.__table__).where(RequestRow.id == bindparam("id"))
_UNDELIVERED = select(RequestRow.id).where(
    RequestRow.bot == bindparam("bot"), RequestRow.delivered.is_(None)
)
_ENDS = (RequestRow.state.not_in(TERMINAL),)
_SHOWS = (RequestRow.delivered.is_(None),)
_NEW = insert(RequestRow)
_EXPECTED = bindparam("expected", type_=RequestRow.placeholder.type)
_MESSAGE = bindparam("message", type_=RequestRow.placeholder.type)
_SET_PLACEHOLDER = (
    update(RequestRow)
    .where(
        RequestRow.id == bindparam("its_id"),
        RequestRow.placeholder.is_not_distinct_from(_EXPECTED)
        | (RequestRow.placeholder == _MESSAGE),
        RequestRow.delivered.is_(None),
        RequestRow.erased.is_(False),
    )
    .values(placeholder=_MESSAGE)
    .returning(RequestRow.id)
)

_STATE_OF: Mapping[type[object], JobState] = {
    Succeeded: JobState.SUCCEEDED,
    Declined: JobState.REFUSED,
    Failed: JobState.FAILED,
    Cancelled: JobState.CANCELLED,
}


class Journal:
    """Writes and reads the journal; every method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._accepting = Rounds(self._accept)
        self._concluding = Rounds(self._conclude)
        self._following_up = Rounds(self._follow_up)

    async def accept(self, request: Request, check: Callable[[Usage], None]) -> Request | None:
        """Write a new request down, with the hold of its credits, if the rules allow it.

        Args:
            request: to be written, with its job; its `created` is now.
            check: raises Refused, given what the person has used, this request not included, and
                the rules of the place.

        Returns:
            The request already there under the same id, or None if this one is new.
        """
        asked = _Asked(request, check)
        await self._accepting.add([asked])
        if asked.refused is not None:
            raise asked.refused
        return asked.known

    async def get(self, job: JobId) -> Request | None:
        """Get a request."""
        rows = await self._database.rows(_BY_ID, id=job)
        return from_row(rows[0]) if rows else None

    async def undelivered(self, bot: str) -> list[JobId]:
        """List the requests of a bot whose people still wait to see what became of them."""
        return [JobId(job) for (job,) in await self._database.rows(_UNDELIVERED, bot=bot)]

    async def unfinished(self, before: datetime) -> Mapping[JobId, str]:
        """Name the requests without an outcome, asked for before a moment, and the bot of each."""
        waiting = select(RequestRow.id, RequestRow.bot).where(
            RequestRow.state.not_in(TERMINAL), RequestRow.created < before
        )
        async with self._database.reading() as session:
            rows = await session.execute(waiting.order_by(RequestRow.created))
            return {JobId(job): bot for job, bot in rows}

    async def latest(self, person: PersonId, limit: int) -> list[Request]:
        """List a person's last requests that are not erased, newest first."""
        mine = select(RequestRow).where(RequestRow.person == person, RequestRow.erased.is_(False))
        newest = mine.order_by(RequestRow.created.desc()).limit(limit)
        async with self._database.reading() as session:
            return [from_row(row) for row in await session.scalars(newest)]

    async def of(self, person: PersonId) -> list[Request]:
        """List all of a person's requests that are not erased."""
        return await self._list(RequestRow.person == person, RequestRow.erased.is_(False))

    async def with_media(self, before: datetime) -> list[Request]:
        """List finished requests whose media and words are still kept, ended before a moment."""
        return await self._list(RequestRow.finished < before, RequestRow.job.is_not(None))

    async def shares_photo(self, request: Request, photo: MediaKey) -> bool:
        """Tell whether another request of the same person still needs a photo."""
        others = select(RequestRow.id).where(
            RequestRow.person == request.person.id,
            RequestRow.id != request.id,
            RequestRow.job.contains(photo, autoescape=True),
        )
        async with self._database.reading() as session:
            return await session.scalar(others.limit(1)) is not None

    async def keeping(self, jobs: Collection[JobId]) -> frozenset[JobId]:
        """Pick the requests whose words and media are still kept."""
        kept = select(RequestRow.id).where(RequestRow.id.in_(jobs), RequestRow.job.is_not(None))
        async with self._database.reading() as session:
            return frozenset(JobId(job) for job in await session.scalars(kept))

    async def set_placeholder(
        self, job: JobId, message: MessageId, *, replaces: MessageId | None = None
    ) -> bool:
        """Note which message becomes the clip, instead of the one that was to.

        It is not flushed: without it, after the power failed, the clip comes in a new message.

        Returns:
            False when another one is noted meanwhile, or nothing is to be shown any more.
        """
        values = {"its_id": job, "message": message, "expected": replaces}
        return bool(await self._database.note(_SET_PLACEHOLDER, values))

    async def conclude(
        self, job: JobId, outcome: Outcome, now: datetime, *, counted: bool | None = None
    ) -> bool:
        """Note a request's outcome, the first one only; without a clip its credits go back.

        Args:
            job: the request.
            outcome: what became of it.
            now: when.
            counted: whether it counts against the person's day; by default only if it ran to its
                end or was stopped while running.

        Returns:
            Whether this was the first outcome.
        """
        if counted is None:
            counted = isinstance(outcome, Succeeded | Cancelled)
        change = _Change(
            job,
            now,
            _ENDS,
            {
                "state": _STATE_OF[type(outcome)],
                "outcome": OUTCOME_JSON.dump_json(outcome).decode(),
                "finished": now,
                "counted": counted,
            },
        )
        await self._concluding.add([change])
        return change.made

    async def set_delivered(self, job: JobId, now: datetime) -> None:
        """Note that the outcome has been shown: credits for a clip are spent.

        It is not flushed: without it, after the power failed, the same is shown again in its place.
        """
        await self._following_up.add([_Change(job, now, _SHOWS, {"delivered": now})])

    async def set_undeliverable(self, job: JobId, now: datetime) -> None:
        """Note that the outcome cannot be shown and will not be tried again: credits go back."""
        given_up = {"delivered": now, "undeliverable": True}
        await self._following_up.add([_Change(job, now, _SHOWS, given_up)])

    async def collect(self, job: JobId, now: datetime) -> Succeeded | None:
        """Hand over a clip whose delivery is over, seen or not: its credits are spent.

        Returns:
            None when there is none, or it is not kept, or its delivery is still being tried.
        """

        def settle(connection: Connection) -> Succeeded | None:
            row = connection.execute(_BY_ID.with_for_update(), {"id": job}).one_or_none()
            request = None if row is None else from_row(row)
            if request is None or request.delivered is None or request.erased:
                return None
            if not isinstance(request.outcome, Succeeded):
                return None
            settle_after_all(connection, job, now)
            return request.outcome

        return await self._database.write_by(settle)

    async def erase(self, job: JobId, now: datetime) -> None:
        """Keep nothing of a request but that it was made; credits for a clip unseen go back."""
        nothing = {"erased": True, "job": None, "outcome": None}
        await self._concluding.add([_Change(job, now, (), nothing)])

    async def forget_media(self, job: JobId) -> None:
        """Drop the words and media of a request whose time is over."""
        await self._update(job, job=None, outcome=None)

    async def drop(self, before: datetime, now: datetime) -> None:
        """Delete what ended and was asked for before a moment; holds for the unseen go back."""
        old = delete(RequestRow).where(RequestRow.created < before, RequestRow.state.in_(TERMINAL))

        def drop(connection: Connection) -> None:
            dropped = connection.execute(old.returning(RequestRow.id, RequestRow.delivered))
            for job, delivered in dropped.all():
                if delivered is None:
                    close(connection, JobId(job), LedgerKind.RELEASE, now)

        await self._database.write_by(drop)

    async def _list(self, *conditions: ColumnElement[bool]) -> list[Request]:
        statement = select(RequestRow).where(*conditions).order_by(RequestRow.created)
        async with self._database.reading() as session:
            return [from_row(row) for row in await session.scalars(statement)]

    async def _accept(self, several: Sequence[_Asked]) -> None:
        await self._database.write_by(partial(_accept_all, several))

    async def _conclude(self, several: Sequence[_Change]) -> None:
        await self._database.write_by(partial(_make_all, several))

    async def _follow_up(self, several: Sequence[_Change]) -> None:
        await self._database.note_by(partial(_make_all, several))

    async def _update(self, request: JobId, **values: object) -> None:
        statement = update(RequestRow).where(RequestRow.id == request).values(**values)
        async with self._database.writing() as session:
            await session.execute(statement)


@dataclass(slots=True, eq=False)
class _Asked:
    """A new request, and what came of it."""

    request: Request
    check: Callable[[Usage], None]
    known: Request | None = None
    refused: Refused | None = None


@dataclass(slots=True, eq=False)
class _Change:
    """A change of a request that meets the conditions; `made` if it did."""

    request: JobId
    now: datetime
    conditions: tuple[ColumnElement[bool], ...]
    values: Mapping[str, object]
    made: bool = False


def _accept_all(several: Sequence[_Asked], connection: Connection) -> None:
    # In one order, so that processes do not wait for each other's people in a ring.
    for asked in sorted(several, key=lambda it: it.request.person.id):
        _accept(asked, connection)


def _accept(asked: _Asked, connection: Connection) -> None:
    request, person, now = asked.request, asked.request.person.id, asked.request.created
    asked.known = asked.refused = None
    lock_person(connection, person)
    row = connection.execute(_BY_ID, {"id": request.id}).one_or_none()
    if row is not None:
        asked.known = from_row(row)
        return
    try:
        asked.check(count_usage(connection, person, now, request.place))
    except Refused as refused:
        asked.refused = refused
        return
    connection.execute(_NEW, as_row(request))
    hold(connection, request.id, person, price(request.job) if request.job else 0, now)


def _make_all(several: Sequence[_Change], connection: Connection) -> None:
    # in one order, as above
    for change in sorted(several, key=lambda it: it.request):
        _make(change, connection)


def _make(change: _Change, connection: Connection) -> None:
    """Make a change, and close the hold if that is due."""
    statement = _changing(change.conditions, tuple(change.values))
    values = {f"new_{name}": value for name, value in change.values.items()}
    row = connection.execute(statement, {"its_id": change.request, **values}).one_or_none()
    change.made = row is not None
    if row is None:
        return
    due = closing(
        JobState(row.state),
        erased=row.erased,
        delivered=row.delivered is not None,
        undeliverable=row.undeliverable,
    )
    if due is not None:
        close(connection, change.request, due, change.now)


@cache
def _changing(
    conditions: tuple[ColumnElement[bool], ...], names: tuple[str, ...]
) -> ReturningUpdate[str, bool, datetime | None, bool]:
    new = {name: _new(name) for name in names}
    wanted = RequestRow.id == bindparam("its_id"), *conditions
    return (
        update(RequestRow)
        .where(*wanted)
        .values(new)
        .returning(
            RequestRow.state, RequestRow.erased, RequestRow.delivered, RequestRow.undeliverable
        )
    )


def _new(name: str) -> BindParameter[object]:
    return bindparam(f"new_{name}")
