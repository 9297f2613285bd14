"""What a platform calls media that it has been sent, so that it need not be sent again."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select

from bots.store.database import Database, put
from bots.store.tables import PlatformFileRow
from engine.jobs.job import MediaKey

_OUR_OWN = "previews/"


class PlatformFiles:
    """The file ids of media, by bot; those of people's media leave with the media."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, bot: str, key: MediaKey) -> str | None:
        """Say what a bot's platform calls some media."""
        file = select(PlatformFileRow.file).where(
            PlatformFileRow.bot == bot, PlatformFileRow.key == key
        )
        async with self._database.reading() as session:
            return await session.scalar(file)

    async def put(self, bot: str, key: MediaKey, file: str, now: datetime) -> None:
        """Note what a bot's platform calls some media, over what was noted."""
        async with self._database.noting() as session:
            await put(session, PlatformFileRow, bot=bot, key=key, file=file, created=now)

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
