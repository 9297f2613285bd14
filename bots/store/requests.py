"""One line of the journal, and how it is written in a row."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Row

from bots.chat import MessageId, Person, PersonId, Placeholder, PlaceId
from bots.store.tables import RequestRow
from engine.jobs.job import JOB_JSON, OUTCOME_JSON, Job, JobId, JobState, Outcome

Known = TypeVar("Known")

log = logging.getLogger(__name__)


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


def as_row(request: Request) -> Mapping[str, object]:
    """Write a new request out."""
    return {
        "id": request.id,
        "bot": request.bot,
        "person": request.person.id,
        "place": request.place,
        "language": request.person.language,
        "effect": request.effect,
        "title": dict(request.title),
        "runners_up": None if request.runners_up is None else list(request.runners_up),
        "state": request.state,
        "counted": True,
        "erased": False,
        "undeliverable": False,
        "created": request.created,
        "job": None if request.job is None else JOB_JSON.dump_json(request.job).decode(),
    }


def from_row(row: RequestRow | Row[Any]) -> Request:
    """Read a request."""
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
