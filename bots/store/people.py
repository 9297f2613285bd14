"""People as the store knows them, and whether the house is open."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bots.accounts import DAY, Usage
from bots.chat import PersonId
from bots.store.database import Database, insert_new
from bots.store.tables import HouseRow, PersonRow, RequestRow
from engine.jobs.job import TERMINAL

_THE_HOUSE = 1


class People:
    """Blocks people, pauses the house, and counts what people have used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def usage(self, person: PersonId, now: datetime) -> Usage:
        """Tell what the rules need to know about a person."""
        async with self._database.reading() as session:
            return await count_usage(session, person, now)

    async def block(self, person: PersonId) -> None:
        """Let a person in no more, wherever they ask."""
        await self._set_blocked(person, blocked=True)

    async def unblock(self, person: PersonId) -> None:
        """Let a person in again."""
        await self._set_blocked(person, blocked=False)

    async def pause(self) -> None:
        """Take no new asks; what is queued goes on."""
        await self._set_paused(paused=True)

    async def resume(self) -> None:
        """Take asks again."""
        await self._set_paused(paused=False)

    async def _set_blocked(self, person: PersonId, *, blocked: bool) -> None:
        async with self._database.writing() as session:
            (await locked_person(session, person)).blocked = blocked

    async def _set_paused(self, *, paused: bool) -> None:
        async with self._database.writing() as session:
            await insert_new(session, HouseRow, id=_THE_HOUSE, paused=paused)
            (await session.get_one(HouseRow, _THE_HOUSE)).paused = paused


async def locked_person(session: AsyncSession, person: PersonId) -> PersonRow:
    """Get a person's row, made if need be, so that no one else counts for them meanwhile."""
    await insert_new(session, PersonRow, id=person, blocked=False)
    return await session.get_one(PersonRow, person, with_for_update=True)


async def count_usage(session: AsyncSession, person: PersonId, now: datetime) -> Usage:
    """Count a person's requests within a transaction."""
    mine = RequestRow.person == person
    recent = select(func.count(), func.min(RequestRow.created)).where(
        mine, RequestRow.counted, RequestRow.created > now - DAY
    )
    made, oldest = (await session.execute(recent)).one()
    waiting = select(func.count()).where(mine, RequestRow.state.not_in(TERMINAL))
    row = await session.get(PersonRow, person)
    house = await session.get(HouseRow, _THE_HOUSE)
    return Usage(
        blocked=row is not None and row.blocked,
        paused=house is not None and house.paused,
        made=made,
        oldest=oldest,
        waiting=await session.scalar(waiting) or 0,
    )
