"""The rules of chats, and which chats have become others."""

from __future__ import annotations

from functools import cache

from pydantic import TypeAdapter
from sqlalchemy import ScalarSelect, Select, bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bots.chat import PlaceId
from bots.place_rules import NO_RULES, PlaceRules
from bots.store.database import Database, insert_new, put
from bots.store.tables import PlaceRow

_RULES = TypeAdapter(PlaceRules)


class Places:
    """The places of every bot; a place without rules of its own allows everything."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def rules(self, place: PlaceId) -> PlaceRules:
        """Get the rules of a place."""
        return read_rules(await self._database.value(_rules(), place=place))

    async def set_rules(self, place: PlaceId, rules: PlaceRules) -> None:
        """Give a place its rules, wherever it is now."""
        body = _RULES.dump_json(rules).decode()
        async with self._database.writing() as session:
            await put(session, PlaceRow, id=await _current(session, place), rules=body)

    async def current(self, place: PlaceId) -> PlaceId:
        """Say what a place is now."""
        return PlaceId(await self._database.value(_moved_to(), place=place) or place)

    async def move(self, old: PlaceId, new: PlaceId) -> None:
        """Note that a place has become another; its rules go with it unless that has its own."""
        async with self._database.writing() as session:
            await insert_new(session, PlaceRow, id=old)
            await insert_new(session, PlaceRow, id=new)
            rows = select(PlaceRow).where(PlaceRow.id.in_((old, new))).order_by(PlaceRow.id)
            found = {row.id: row for row in await session.scalars(rows.with_for_update())}
            before, after = found[old], found[new]
            if old == new or before.moved_to is not None or after.moved_to is not None:
                return
            after.rules = after.rules or before.rules
            before.rules, before.moved_to = None, new
            followers = update(PlaceRow).where(PlaceRow.moved_to == old)
            await session.execute(followers.values(moved_to=new))


def rules_here() -> ScalarSelect[str | None]:
    """Select the rules of the place that is given as `place`, wherever it is now."""
    here, moved = bindparam("place", type_=PlaceRow.id.type), aliased(PlaceRow)
    now = select(moved.moved_to).where(moved.id == here).scalar_subquery()
    return select(PlaceRow.rules).where(PlaceRow.id == func.coalesce(now, here)).scalar_subquery()


@cache
def _rules() -> Select[str | None]:
    return select(rules_here())


@cache
def _moved_to() -> Select[str | None]:
    return select(PlaceRow.moved_to).where(PlaceRow.id == bindparam("place"))


def read_rules(body: str | None) -> PlaceRules:
    """Read stored rules."""
    return NO_RULES if body is None else _RULES.validate_json(body)


async def _current(session: AsyncSession, place: PlaceId) -> PlaceId:
    moved_to = await session.scalar(_moved_to(), {"place": place})
    return PlaceId(moved_to or place)
