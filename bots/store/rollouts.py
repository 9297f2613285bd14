"""Which versions of effects have which share of the people, as the operator has set."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import bindparam, delete, select

from bots.rollout import Rollouts
from bots.store.database import Database
from bots.store.tables import RolloutRow

_ALL = select(RolloutRow.effect, RolloutRow.version, RolloutRow.share)
_RESET = delete(RolloutRow).where(RolloutRow.effect == bindparam("of"))


class RolloutShares:
    """The shares of every effect that has any version but the usual one."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> Rollouts:
        """Get all that is set."""
        found: dict[str, dict[str, float]] = {}
        for effect, version, share in await self._database.rows(_ALL):
            found.setdefault(effect, {})[version] = share
        return found

    async def set(self, effect: str, shares: Mapping[str, float]) -> None:
        """Give versions of an effect these shares, and no others any."""
        async with self._database.writing() as session:
            await session.execute(_RESET, {"of": effect})
            for version, share in shares.items():
                session.add(RolloutRow(effect=effect, version=version, share=share))
