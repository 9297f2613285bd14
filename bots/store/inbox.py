"""Updates that platforms have sent: written down before they are acknowledged, done once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.sql.dml import ReturningInsert

from bots.store.database import Database, inserting
from bots.store.rounds import Rounds
from bots.store.tables import IncomingRow

_DONE = (
    update(IncomingRow)
    .where(IncomingRow.bot == bindparam("its_bot"), IncomingRow.update == bindparam("number"))
    .values(done=bindparam("now"), body="")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """An update as it came; `chat` is what keeps its order, `update` the platform's number."""

    bot: str
    update: int
    chat: str
    body: str


@dataclass(slots=True)
class _Taken:
    update: Incoming
    now: datetime
    is_new: bool = False


@dataclass(frozen=True, slots=True, order=True)
class _Done:
    bot: str
    update: int
    now: datetime


class Inbox:
    """Keeps updates until they are done, and their numbers for longer.

    What is taken or done at the same moment is written in one transaction.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._taking = Rounds(self._insert)
        self._doing = Rounds(self._empty)

    async def take(self, updates: Sequence[Incoming], now: datetime) -> frozenset[int]:
        """Write updates down, all or none; those that came before are left as they are.

        Returns:
            The numbers of those that are new.
        """
        taken = [_Taken(update, now) for update in updates]
        if taken:
            await self._taking.add(taken)
        return frozenset(it.update.update for it in taken if it.is_new)

    async def waiting(self, bot: str, chat: str) -> list[Incoming]:
        """List what is to be done in a chat, in order."""
        rows = select(IncomingRow.update, IncomingRow.body).where(
            IncomingRow.bot == bot, IncomingRow.chat == chat, IncomingRow.done.is_(None)
        )
        async with self._database.reading() as session:
            found = await session.execute(rows.order_by(IncomingRow.update))
            return [Incoming(bot=bot, update=it, chat=chat, body=body) for it, body in found]

    async def chats(self, bot: str, before: datetime) -> list[str]:
        """List the chats where something taken before a moment is not done, oldest first."""
        left = select(IncomingRow.chat).where(
            IncomingRow.bot == bot, IncomingRow.done.is_(None), IncomingRow.taken < before
        )
        in_order = left.group_by(IncomingRow.chat).order_by(func.min(IncomingRow.update))
        async with self._database.reading() as session:
            return list(await session.scalars(in_order))

    async def done(self, bot: str, updates: Collection[int], now: datetime) -> None:
        """Note that updates are done: their words go, their numbers stay."""
        if updates:
            await self._doing.add(_Done(bot, update, now) for update in updates)

    async def forget_before(self, moment: datetime) -> None:
        """Drop what was taken before a moment, done or not."""
        async with self._database.writing() as session:
            await session.execute(delete(IncomingRow).where(IncomingRow.taken < moment))

    async def _insert(self, taken: Sequence[_Taken]) -> None:
        # In one order, so that processes that take the same do not wait for each other in a ring.
        in_order = sorted(taken, key=lambda it: (it.update.bot, it.update.update))
        rows = [asdict(it.update) | {"taken": it.now} for it in in_order]
        told = await self._database.note(_taking(self._database.dialect), rows)
        new = {tuple(row) for row in told}
        for it in in_order:
            it.is_new = (it.update.bot, it.update.update) in new

    async def _empty(self, done: Sequence[_Done]) -> None:
        rows = [{"its_bot": it.bot, "number": it.update, "now": it.now} for it in sorted(done)]
        await self._database.note(_DONE, rows)


@cache
def _taking(dialect: str) -> ReturningInsert[str, int]:
    written = inserting(dialect, IncomingRow).on_conflict_do_nothing()
    return written.returning(IncomingRow.bot, IncomingRow.update)
