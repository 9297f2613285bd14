"""Whose photo is whose, and how long it is kept."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import bindparam, delete, select

from bots.chat import PersonId
from bots.store.database import Database
from bots.store.people import locked_person
from bots.store.tables import PhotoRow
from engine.jobs.job import MediaKey

_OWNED = select(PhotoRow.key).where(
    PhotoRow.person == bindparam("person"), PhotoRow.key.in_(bindparam("keys", expanding=True))
)


class Photos:
    """The photos people have sent."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(
        self, key: MediaKey, person: PersonId, *, width: int, height: int, now: datetime
    ) -> None:
        """Note a photo, before it is stored: a crash between leaves no file without an owner."""
        async with self._database.writing() as session:
            await locked_person(session, person)
            session.add(PhotoRow(key=key, person=person, width=width, height=height, created=now))

    async def owned(self, person: PersonId, keys: Collection[MediaKey]) -> frozenset[MediaKey]:
        """Pick the photos that are this person's and still kept."""
        found = await self._database.rows(_OWNED, person=person, keys=tuple(keys))
        return frozenset(MediaKey(key) for (key,) in found)

    async def of(self, person: PersonId) -> tuple[MediaKey, ...]:
        """List all of a person's photos."""
        theirs = select(PhotoRow.key).where(PhotoRow.person == person)
        async with self._database.reading() as session:
            return tuple(MediaKey(key) for key in await session.scalars(theirs))

    async def known(self, keys: Collection[MediaKey]) -> frozenset[MediaKey]:
        """Pick the photos that are still kept, whose ever they are."""
        noted = select(PhotoRow.key).where(PhotoRow.key.in_(keys))
        async with self._database.reading() as session:
            return frozenset(MediaKey(key) for key in await session.scalars(noted))

    async def older_than(self, moment: datetime) -> tuple[MediaKey, ...]:
        """List photos that came before a moment."""
        old = select(PhotoRow.key).where(PhotoRow.created < moment)
        async with self._database.reading() as session:
            return tuple(MediaKey(key) for key in await session.scalars(old))

    async def forget(self, keys: Collection[MediaKey]) -> None:
        """Drop photos' rows, after their files."""
        async with self._database.writing() as session:
            await session.execute(delete(PhotoRow).where(PhotoRow.key.in_(keys)))
