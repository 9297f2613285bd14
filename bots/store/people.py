"""People as the store knows them, and whether the house is open."""

from __future__ import annotations

from datetime import datetime
from functools import cache

from sqlalchemy import (
    ColumnElement,
    Connection,
    Insert,
    Row,
    ScalarSelect,
    Select,
    bindparam,
    func,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession

from bots.accounts import DAY, Usage
from bots.chat import PersonId, PlaceId
from bots.store.database import Database, insert_new, inserting
from bots.store.places import read_rules, rules_here
from bots.store.tables import HouseRow, PersonRow, PlaceRow, RequestRow
from engine.jobs.job import TERMINAL

_THE_HOUSE = 1


class People:
    """Blocks people, pauses the house, counts what people have used, knows what they read."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def usage(self, person: PersonId, now: datetime, place: PlaceId | None = None) -> Usage:
        """Tell what the rules need to know about a person, and about a place."""
        [row] = await self._database.rows(_usage(), person=person, since=now - DAY, place=place)
        return _usage_from(row)

    async def block(self, person: PersonId) -> None:
        """Let a person in no more, wherever they ask."""
        await self._set_blocked(person, blocked=True)

    async def unblock(self, person: PersonId) -> None:
        """Let a person in again."""
        await self._set_blocked(person, blocked=False)

    async def language(self, person: PersonId) -> str | None:
        """Say which language a person has chosen, if any."""
        return await self._database.value(_language(), person=person)

    async def set_language(self, person: PersonId, language: str | None) -> None:
        """Note which language a person has chosen; None takes it back."""
        async with self._database.writing() as session:
            (await locked_person(session, person)).language = language

    async def shares_avatar(self, person: PersonId) -> bool:
        """Tell whether a person lets others have clips made of their avatar."""
        return await self._database.value(_shares_avatar(), person=person) or False

    async def set_shares_avatar(self, person: PersonId, shares: bool) -> None:
        """Note whether a person lets others have clips made of their avatar."""
        async with self._database.writing() as session:
            (await locked_person(session, person)).shares_avatar = shares

    async def forget(self, person: PersonId) -> None:
        """Keep nothing of what a person has chosen."""
        async with self._database.writing() as session:
            row = await locked_person(session, person)
            row.language, row.shares_avatar = None, False

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
    locked = _locking(session.get_bind().dialect.name).values(id=person, blocked=False)
    return (await session.scalars(locked.returning(PersonRow))).one()


def lock_person(connection: Connection, person: PersonId) -> None:
    """Let no one else count for a person meanwhile."""
    connection.execute(_locking(connection.dialect.name), {"id": person, "blocked": False})


def count_usage(
    connection: Connection, person: PersonId, now: datetime, place: PlaceId | None = None
) -> Usage:
    """Count a person's requests within a transaction, and those in a place."""
    given = {"person": person, "since": now - DAY, "place": place}
    return _usage_from(connection.execute(_usage(), given).one())


@cache
def _locking(dialect: str) -> Insert:
    """Make a row, or lock the one that is there by an update that changes nothing."""
    made = inserting(dialect, PersonRow)
    return made.on_conflict_do_update(index_elements=[PersonRow.id], set_={"id": made.excluded.id})


def _usage_from(row: Row[bool, bool, int, datetime, int, int, str | None]) -> Usage:
    return Usage(
        blocked=row.blocked or False,
        paused=row.paused or False,
        made=row.made,
        oldest=row.oldest,
        waiting=row.waiting,
        made_here=row.made_here,
        place_rules=read_rules(row.rules),
    )


@cache
def _language() -> Select[str | None]:
    return select(PersonRow.language).where(PersonRow.id == bindparam("person"))


@cache
def _shares_avatar() -> Select[bool]:
    return select(PersonRow.shares_avatar).where(PersonRow.id == bindparam("person"))


@cache
def _usage() -> Select[bool, bool, int, datetime, int, int, str | None]:
    """Ask for everything at once: each round trip would be made while others wait.

    Writing so large a statement out takes longer than carrying it out, so that is done once.
    """
    mine = RequestRow.person == bindparam("person")
    recent = mine & RequestRow.counted & (RequestRow.created > bindparam("since"))
    blocked = select(PersonRow.blocked).where(PersonRow.id == bindparam("person"))
    paused = select(HouseRow.paused).where(HouseRow.id == _THE_HOUSE)
    return select(
        blocked.scalar_subquery().label("blocked"),
        paused.scalar_subquery().label("paused"),
        _count(recent).label("made"),
        select(func.min(RequestRow.created)).where(recent).scalar_subquery().label("oldest"),
        _count(mine, RequestRow.state.not_in(TERMINAL)).label("waiting"),
        _count(recent, _is_here()).label("made_here"),
        rules_here().label("rules"),
    )


def _count(*conditions: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.count(RequestRow.id)).where(*conditions).scalar_subquery()


def _is_here() -> ColumnElement[bool]:
    """Match what was asked for in the given place, or in what became it."""
    moved_here = select(PlaceRow.id).where(PlaceRow.moved_to == bindparam("place"))
    return (RequestRow.place == bindparam("place")) | RequestRow.place.in_(moved_here)
