"""What a platform calls media that it has been sent, so that it need not be sent again."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import bindparam, delete, select

from bots.store.database import Database
from bots.store.tables import PlatformFileRow
from engine.jobs.job import MediaKey

_OUR_OWN = "previews/"
_FILE = select(PlatformFileRow.file).where(
    PlatformFileRow.bot == bindparam("bot"), PlatformFileRow.key == bindparam("key")
)


class PlatformFiles:
    """The file ids of media, by bot; those of people's media leave with the media."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, bot: str, key: MediaKey) -> str | None:
        """Say what a bot's platform calls some media."""
        return await self._database.value(_FILE, bot=bot, key=key)

    async def put(self, bot: str, key: MediaKey, file: str, now: datetime) -> None:
        """Note what a bot's platform calls some media, over what was noted."""
        await self._database.put(PlatformFileRow, bot=bot, key=key, file=file, created=now)

    async def forget(self, keys: Collection[MediaKey]) -> None:
        """Drop what every platform calls some media."""
        async with self._database.noting() as session:
            await session.execute(delete(PlatformFileRow).where(PlatformFileRow.key.in_(keys)))

    async def forget_before(self, moment: datetime) -> None:
        """Drop what was noted of people's media before a moment."""
        old = PlatformFileRow.created < moment
        theirs = ~PlatformFileRow.key.startswith(_OUR_OWN, autoescape=True)
        async with self._database.noting() as session:
            await session.execute(delete(PlatformFileRow).where(old, theirs))
