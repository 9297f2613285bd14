"""Browsers that are through the web chat's door, known by the hash of their token."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, update

from bots.chat import PersonId
from bots.store.database import Database
from bots.store.tables import WebSessionRow

_SEEN_STEP = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSession:
    """A browser's session: who it is, and the language they read."""

    person: PersonId
    language: str


class WebSessions:
    """Keeps sessions for as long as they are used now and then."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, token_hash: str, session: WebSession, now: datetime) -> None:
        """Keep a new session."""
        row = WebSessionRow(
            token_hash=token_hash,
            person=session.person,
            language=session.language,
            created=now,
            seen=now,
        )
        async with self._database.writing() as database:
            database.add(row)

    async def find(
        self, token_hash: str, *, unseen_for: timedelta, now: datetime
    ) -> WebSession | None:
        """Find a session that was seen within `unseen_for`, and note that it was seen now."""
        async with self._database.reading() as database:
            row = await database.get(WebSessionRow, token_hash)
        if row is None or row.seen < now - unseen_for:
            return None
        if row.seen < now - _SEEN_STEP:
            await self._change(token_hash, seen=now)
        return WebSession(person=PersonId(row.person), language=row.language)

    async def set_language(self, token_hash: str, language: str) -> None:
        """Note the language a person has chosen."""
        await self._change(token_hash, language=language)

    async def forget_unseen_since(self, moment: datetime) -> None:
        """Drop sessions that were not seen since a moment."""
        async with self._database.writing() as database:
            await database.execute(delete(WebSessionRow).where(WebSessionRow.seen < moment))

    async def _change(self, token_hash: str, **values: object) -> None:
        mine = update(WebSessionRow).where(WebSessionRow.token_hash == token_hash)
        async with self._database.writing() as database:
            await database.execute(mine.values(**values))
