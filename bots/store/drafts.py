"""Asks that somebody has begun: a photo without an effect, an effect that still needs a word."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import bindparam, delete, or_, select

from bots.chat import PersonId, PlaceId
from bots.store.database import Database
from bots.store.tables import DraftRow
from engine.jobs.job import ClipFormat, MediaKey, ParamValue

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is known of an ask so far.

    `needs` is what is awaited and `where` where its answers go, both in the adapter's own words.
    """

    id: str
    bot: str
    person: PersonId
    place: PlaceId
    created: datetime
    photos: tuple[MediaKey, ...] = ()
    prompt: str = ""
    effect: str | None = None
    params: Mapping[str, ParamValue] = field(default_factory=dict[str, ParamValue])
    format: ClipFormat = field(default_factory=ClipFormat)
    needs: str = ""
    where: Mapping[str, str | int] = field(default_factory=dict[str, str | int])


_DRAFT = TypeAdapter(Draft)
_BODY = select(DraftRow.body).where(DraftRow.id == bindparam("id"))
_NEWEST = (
    select(DraftRow.body)
    .where(DraftRow.person == bindparam("person"), DraftRow.place == bindparam("place"))
    .order_by(DraftRow.created.desc(), DraftRow.id.desc())
    .limit(1)
)
_FORGET = delete(DraftRow).where(DraftRow.id == bindparam("draft"))


class Drafts:
    """Keeps drafts as long as photos are kept."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, draft: Draft) -> None:
        """Keep a draft, instead of the one of its id."""
        values = {"person": draft.person, "place": draft.place, "created": draft.created}
        body = _DRAFT.dump_json(draft).decode()
        await self._database.put(DraftRow, id=draft.id, body=body, **values)

    async def get(self, draft: str) -> Draft | None:
        """Get a draft."""
        return _read(await self._database.value(_BODY, id=draft))

    async def latest(self, person: PersonId, place: PlaceId) -> Draft | None:
        """Get what a person has begun last in a place."""
        return _read(await self._database.value(_NEWEST, person=person, place=place))

    async def naming(self, person: PersonId, photos: Collection[MediaKey]) -> frozenset[MediaKey]:
        """Pick the photos that a person's drafts still need."""
        if not photos:
            return frozenset()
        named = or_(*(DraftRow.body.contains(photo, autoescape=True) for photo in photos))
        bodies = select(DraftRow.body).where(DraftRow.person == person, named)
        async with self._database.reading() as session:
            drafts = "".join(await session.scalars(bodies))
        return frozenset(photo for photo in photos if photo in drafts)

    async def forget(self, draft: str) -> None:
        """Drop a draft."""
        await self._database.note(_FORGET, {"draft": draft})

    async def forget_person(self, person: PersonId) -> None:
        """Drop everything a person has begun."""
        async with self._database.noting() as session:
            await session.execute(delete(DraftRow).where(DraftRow.person == person))

    async def forget_before(self, moment: datetime) -> None:
        """Drop what was begun before a moment."""
        async with self._database.noting() as session:
            await session.execute(delete(DraftRow).where(DraftRow.created < moment))


def _read(body: str | None) -> Draft | None:
    """Read a draft; one that another version wrote is none."""
    try:
        return None if body is None else _DRAFT.validate_json(body)
    except ValidationError:
        # What is wrong with it is not said: that would quote the person's words.
        log.warning("a draft cannot be read: another version wrote it")
        return None
