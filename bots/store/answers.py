"""Where a job's answers go, in its adapter's own words: a topic, a message to reply to."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy import bindparam, delete, select

from bots.store.database import Database
from bots.store.tables import AnswerRow, RequestRow
from engine.jobs.job import JobId

_WHERE = TypeAdapter(dict[str, str | int])
_BODY = select(AnswerRow.body).where(AnswerRow.job == bindparam("job"))


class Answers:
    """Keeps it as long as the journal keeps the request."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, job: JobId, where: Mapping[str, str | int], now: datetime) -> None:
        """Note where a job's answers go, over what was noted; before it is submitted, at best."""
        body = _WHERE.dump_json(dict(where)).decode()
        await self._database.put(AnswerRow, job=job, body=body, created=now)

    async def get(self, job: JobId) -> Mapping[str, str | int]:
        """Say where a job's answers go; nothing when nothing was noted."""
        body = await self._database.value(_BODY, job=job)
        return {} if body is None else _WHERE.validate_json(body)

    async def forget(self, jobs: Collection[JobId]) -> None:
        """Drop what is noted of some jobs."""
        async with self._database.noting() as session:
            await session.execute(delete(AnswerRow).where(AnswerRow.job.in_(jobs)))

    async def forget_unasked(self, before: datetime) -> None:
        """Drop what was noted before a moment of jobs that the journal does not have."""
        journalled = select(RequestRow.id).where(RequestRow.id == AnswerRow.job).exists()
        async with self._database.noting() as session:
            await session.execute(delete(AnswerRow).where(AnswerRow.created < before, ~journalled))
