"""The request journal: what was asked for, what became of it, and whether it was shown."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, select, update

from bots.accounts import Usage
from bots.chat import MessageId, Person, PersonId, Placeholder, PlaceId
from bots.store.database import Database
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
    there is one.
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


class Journal:
    """Writes and reads the journal; every method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def accept(self, request: Request, check: Callable[[Usage], None]) -> Request | None:
        """Write a new request down if the rules allow it.

        Args:
            request: to be written; its `created` is now.
            check: raises Refused, given what the person has used, this request not included.

        Returns:
            The request already there under the same id, or None if this one is new.
        """
        async with self._database.writing() as session:
            person = request.person.id
            await locked_person(session, person)
            known = await session.get(RequestRow, request.id)
            if known is not None:
                return _request(known)
            check(await count_usage(session, person, request.created))
            session.add(_row(request))
            return None

    async def get(self, job: JobId) -> Request | None:
        """Get a request."""
        async with self._database.reading() as session:
            row = await session.get(RequestRow, job)
            return None if row is None else _request(row)

    async def undelivered(self, bot: str) -> list[JobId]:
        """List the requests of a bot whose people still wait to see what became of them."""
        waiting = select(RequestRow.id).where(RequestRow.bot == bot, RequestRow.delivered.is_(None))
        async with self._database.reading() as session:
            return [JobId(job) for job in await session.scalars(waiting)]

    async def unfinished(self, before: datetime) -> list[Request]:
        """List requests of all bots without an outcome, asked for before a moment."""
        return await self._list(RequestRow.state.not_in(TERMINAL), RequestRow.created < before)

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

    async def set_placeholder(self, job: JobId, message: MessageId) -> None:
        """Note which message becomes the clip."""
        await self._update(job, placeholder=message)

    async def settle(
        self, job: JobId, outcome: Outcome, now: datetime, *, counted: bool | None = None
    ) -> bool:
        """Note a request's outcome, the first one only.

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
        statement = (
            update(RequestRow)
            .where(RequestRow.id == job, RequestRow.state.not_in(TERMINAL))
            .values(
                state=_STATE_OF[type(outcome)],
                outcome=OUTCOME_JSON.dump_json(outcome).decode(),
                finished=now,
                counted=counted,
            )
            .returning(RequestRow.id)
        )
        async with self._database.writing() as session:
            return await session.scalar(statement) is not None

    async def set_delivered(self, job: JobId, now: datetime) -> None:
        """Note that the outcome has been shown."""
        await self._update(job, delivered=now)

    async def erase(self, job: JobId) -> None:
        """Keep nothing of a request but that it was made."""
        await self._update(job, erased=True, job=None, outcome=None)

    async def forget_media(self, job: JobId) -> None:
        """Drop the words and media of a request whose time is over."""
        await self._update(job, job=None, outcome=None)

    async def drop(self, before: datetime) -> None:
        """Delete what ended and was asked for before a moment."""
        old = delete(RequestRow).where(RequestRow.created < before, RequestRow.state.in_(TERMINAL))
        async with self._database.writing() as session:
            await session.execute(old)

    async def _list(self, *conditions: ColumnElement[bool]) -> list[Request]:
        statement = select(RequestRow).where(*conditions).order_by(RequestRow.created)
        async with self._database.reading() as session:
            return [_request(row) for row in await session.scalars(statement)]

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
        created=request.created,
        job=None if request.job is None else JOB_JSON.dump_json(request.job).decode(),
    )


def _request(row: RequestRow) -> Request:
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
        job=None if row.job is None else JOB_JSON.validate_json(row.job),
        runners_up=None if row.runners_up is None else tuple(row.runners_up),
        erased=row.erased,
        finished=row.finished,
        outcome=None if row.outcome is None else OUTCOME_JSON.validate_json(row.outcome),
        placeholder=None if message is None else Placeholder(place=place, message=message),
        delivered=row.delivered,
    )
