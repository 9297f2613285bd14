"""The request journal: what was asked for, what became of it, and whether it was shown.

Every change that may close a request's hold in the ledger closes it in the same transaction.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import ColumnElement, Row, bindparam, delete, select, update

from bots.accounts import LedgerKind, Usage, closing, price
from bots.chat import MessageId, Person, PersonId, Placeholder, PlaceId
from bots.store.database import Database
from bots.store.ledger import close, hold, settle_after_all
from bots.store.people import count_usage, locked_person
from bots.store.tables import RequestRow
from engine.jobs.job import (
    JOB_JSON,
    OUTCOME_JSON,
    TERMINAL,
    Cancelled,
    Declined,
    Failed,
    Job,
    JobId,
    JobState,
    MediaKey,
    Outcome,
    Succeeded,
)

Known = TypeVar("Known")

_BY_ID = select(RequestRow.__table__).where(RequestRow.id == bindparam("id"))
_UNDELIVERED = select(RequestRow.id).where(
    RequestRow.bot == bindparam("bot"), RequestRow.delivered.is_(None)
)
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

log = logging.getLogger(__name__)

_STATE_OF: Mapping[type[object], JobState] = {
    Succeeded: JobState.SUCCEEDED,
    Declined: JobState.REFUSED,
    Failed: JobState.FAILED,
    Cancelled: JobState.CANCELLED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One line of the journal.

    `job` is gone after retention or erasure. `runners_up` is None when the person named the
    effect, otherwise the effects that came near when the prompt chose it. `outcome` is None until
    there is one. Both are None, too, when another version wrote what we cannot read. When
    `undeliverable`, `delivered` is when it was given up.
    """

    id: JobId
    bot: str
    person: Person
    place: PlaceId
    effect: str
    title: Mapping[str, str]
    state: JobState
    created: datetime
    job: Job | None
    runners_up: tuple[str, ...] | None = None
    erased: bool = False
    finished: datetime | None = None
    outcome: Outcome | None = None
    placeholder: Placeholder | None = None
    delivered: datetime | None = None
    undeliverable: bool = False


class Journal:
    """Writes and reads the journal; every method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def accept(self, request: Request, check: Callable[[Usage], None]) -> Request | None:
        """Write a new request down, with the hold of its credits, if the rules allow it.

        Args:
            request: to be written, with its job; its `created` is now.
            check: raises Refused, given what the person has used, this request not included, and
                the rules of the place.

        Returns:
            The request already there under the same id, or None if this one is new.
        """
        async with self._database.writing() as session:
            person = request.person.id
            await locked_person(session, person)
            known = await session.get(RequestRow, request.id)
            if known is not None:
                return _request(known)
            check(await count_usage(session, person, request.created, request.place))
            session.add(_row(request))
            amount = price(request.job) if request.job else 0
            await hold(session, request.id, person, amount, request.created)
            return None

    async def get(self, job: JobId) -> Request | None:
        """Get a request."""
        rows = await self._database.rows(_BY_ID, id=job)
        return _request(rows[0]) if rows else None

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
            return [_request(row) for row in await session.scalars(newest)]

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
        return await self._change(
            job,
            now,
            RequestRow.state.not_in(TERMINAL),
            state=_STATE_OF[type(outcome)],
            outcome=OUTCOME_JSON.dump_json(outcome).decode(),
            finished=now,
            counted=counted,
        )

    async def set_delivered(self, job: JobId, now: datetime) -> None:
        """Note that the outcome has been shown: credits for a clip are spent."""
        await self._change(job, now, RequestRow.delivered.is_(None), delivered=now)

    async def set_undeliverable(self, job: JobId, now: datetime) -> None:
        """Note that the outcome cannot be shown and will not be tried again: credits go back."""
        unseen = RequestRow.delivered.is_(None)
        await self._change(job, now, unseen, delivered=now, undeliverable=True)

    async def collect(self, job: JobId, now: datetime) -> Succeeded | None:
        """Hand over a clip whose delivery is over, seen or not: its credits are spent.

        Returns:
            None when there is none, or it is not kept, or its delivery is still being tried.
        """
        async with self._database.writing() as session:
            row = await session.get(RequestRow, job, with_for_update=True)
            request = None if row is None else _request(row)
            if request is None or request.delivered is None or request.erased:
                return None
            if not isinstance(request.outcome, Succeeded):
                return None
            await settle_after_all(session, job, now)
            return request.outcome

    async def erase(self, job: JobId, now: datetime) -> None:
        """Keep nothing of a request but that it was made; credits for a clip unseen go back."""
        await self._change(job, now, erased=True, job=None, outcome=None)

    async def forget_media(self, job: JobId) -> None:
        """Drop the words and media of a request whose time is over."""
        await self._update(job, job=None, outcome=None)

    async def drop(self, before: datetime, now: datetime) -> None:
        """Delete what ended and was asked for before a moment; holds for the unseen go back."""
        old = delete(RequestRow).where(RequestRow.created < before, RequestRow.state.in_(TERMINAL))
        async with self._database.writing() as session:
            dropped = await session.execute(old.returning(RequestRow.id, RequestRow.delivered))
            for job, delivered in dropped.all():
                if delivered is None:
                    await close(session, JobId(job), LedgerKind.RELEASE, now)

    async def _list(self, *conditions: ColumnElement[bool]) -> list[Request]:
        statement = select(RequestRow).where(*conditions).order_by(RequestRow.created)
        async with self._database.reading() as session:
            return [_request(row) for row in await session.scalars(statement)]

    async def _change(
        self, request: JobId, now: datetime, *conditions: ColumnElement[bool], **values: object
    ) -> bool:
        """Change a request if it meets the conditions, and close its hold if that is due."""
        change = update(RequestRow).where(RequestRow.id == request, *conditions).values(**values)
        async with self._database.writing() as session:
            changed = await session.execute(
                change.returning(
                    RequestRow.state,
                    RequestRow.erased,
                    RequestRow.delivered,
                    RequestRow.undeliverable,
                )
            )
            row = changed.one_or_none()
            if row is None:
                return False
            due = closing(
                JobState(row.state),
                erased=row.erased,
                delivered=row.delivered is not None,
                undeliverable=row.undeliverable,
            )
            if due is not None:
                await close(session, request, due, now)
            return True

    async def _update(self, request: JobId, **values: object) -> None:
        statement = update(RequestRow).where(RequestRow.id == request).values(**values)
        async with self._database.writing() as session:
            await session.execute(statement)


def _row(request: Request) -> RequestRow:
    return RequestRow(
        id=request.id,
        bot=request.bot,
        person=request.person.id,
        place=request.place,
        language=request.person.language,
        effect=request.effect,
        title=dict(request.title),
        runners_up=None if request.runners_up is None else list(request.runners_up),
        state=request.state,
        counted=True,
        erased=False,
        undeliverable=False,
        created=request.created,
        job=None if request.job is None else JOB_JSON.dump_json(request.job).decode(),
    )


def _request(row: RequestRow | Row[Any]) -> Request:
    place = PlaceId(row.place)
    message = None if row.placeholder is None else MessageId(row.placeholder)
    return Request(
        id=JobId(row.id),
        bot=row.bot,
        person=Person(id=PersonId(row.person), language=row.language),
        place=place,
        effect=row.effect,
        title=row.title,
        state=JobState(row.state),
        created=row.created,
        job=_read(JOB_JSON, row.job, row.id),
        runners_up=None if row.runners_up is None else tuple(row.runners_up),
        erased=row.erased,
        finished=row.finished,
        outcome=_read(OUTCOME_JSON, row.outcome, row.id),
        placeholder=None if message is None else Placeholder(place=place, message=message),
        delivered=row.delivered,
        undeliverable=row.undeliverable,
    )


def _read(kind: TypeAdapter[Known], text: str | None, request: str) -> Known | None:
    """Read a stored record; nothing when it is not there, or was written by another version."""
    try:
        return None if text is None else kind.validate_json(text)
    except ValidationError:
        # What is wrong with it is not said: that would quote the person's words.
        log.warning("what is stored of %s cannot be read: another version wrote it", request)
        return None
