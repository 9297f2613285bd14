"""What a web conversation shows: each ask, and the bot's one message about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter
from sqlalchemy import ColumnElement, and_, delete, select, update

from bots.chat import Message, PlaceId
from bots.store.database import Database, insert_new
from bots.store.tables import WebMessageRow
from engine.jobs.job import Aspect, JobId, MediaKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a person asked for.

    `page_id` is the id the page gave it before there was a job. `title` names the effect by
    language, and is empty when the prompt is to choose one.
    """

    job: JobId
    page_id: str
    effect: str | None = None
    title: Mapping[str, str] = field(default_factory=dict[str, str])
    prompt: str = ""
    photos: tuple[MediaKey, ...] = ()
    aspect: Aspect = Aspect.AUTO
    kind: Literal["asked"] = "asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What the bot shows about a job."""

    job: JobId
    message: Message
    kind: Literal["answered"] = "answered"


Entry = Annotated[Asked | Answered, Field(discriminator="kind")]


@dataclass(frozen=True, slots=True)
class Line:
    """An entry and its place in the conversation; later entries have a larger `seq`."""

    seq: int
    entry: Entry


_ENTRY: TypeAdapter[Asked | Answered] = TypeAdapter(Entry)


class Conversation:
    """The entries of every web conversation, by place."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, place: PlaceId, entry: Asked | Answered, now: datetime) -> None:
        """Append an entry; one that is there already is replaced where it stands."""
        body = _body(entry)
        async with self._database.writing() as session:
            values = {"place": place, "id": _id(entry), "body": body, "created": now}
            if not await insert_new(session, WebMessageRow, **values):
                known = _is(place, _id(entry))
                await session.execute(update(WebMessageRow).where(known).values(body=body))

    async def replace(self, place: PlaceId, entry: Answered) -> bool:
        """Replace an answer; False when it is not there."""
        known = _is(place, _id(entry))
        change = update(WebMessageRow).where(known).values(body=_body(entry))
        async with self._database.writing() as session:
            changed = await session.scalars(change.returning(WebMessageRow.seq))
            return changed.first() is not None

    async def asked(self, place: PlaceId, job: JobId) -> Asked | None:
        """Find what was asked for with a job."""
        body = select(WebMessageRow.body).where(_is(place, f"{job}:asked"))
        async with self._database.reading() as session:
            found = await session.scalar(body)
        entry = None if found is None else _ENTRY.validate_json(found)
        return entry if isinstance(entry, Asked) else None

    async def remove(self, place: PlaceId, job: JobId) -> None:
        """Take a job's entries away."""
        ids = (f"{job}:asked", f"{job}:answered")
        gone = delete(WebMessageRow).where(WebMessageRow.place == place, WebMessageRow.id.in_(ids))
        async with self._database.writing() as session:
            await session.execute(gone)

    async def latest(
        self, place: PlaceId, *, limit: int, before: int | None = None
    ) -> tuple[Line, ...]:
        """Read the last entries, or the last ones before a `seq`; oldest first."""
        rows = select(WebMessageRow).where(WebMessageRow.place == place)
        if before is not None:
            rows = rows.where(WebMessageRow.seq < before)
        rows = rows.order_by(WebMessageRow.seq.desc()).limit(limit)
        async with self._database.reading() as session:
            found = tuple(await session.scalars(rows))
        return tuple(Line(row.seq, _ENTRY.validate_json(row.body)) for row in reversed(found))

    async def forget_before(self, moment: datetime) -> None:
        """Drop entries that came before a moment."""
        async with self._database.writing() as session:
            await session.execute(delete(WebMessageRow).where(WebMessageRow.created < moment))


def _id(entry: Asked | Answered) -> str:
    return f"{entry.job}:{entry.kind}"


def _body(entry: Asked | Answered) -> str:
    return _ENTRY.dump_json(entry).decode()


def _is(place: PlaceId, entry_id: str) -> ColumnElement[bool]:
    return and_(WebMessageRow.place == place, WebMessageRow.id == entry_id)
