"""The database of the settings, for what the operator decides straight in it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bots.settings import BotSettings
from bots.store.database import Database
from deploy import folder


@asynccontextmanager
async def opened(settings: BotSettings) -> AsyncIterator[Database]:
    """Open it, up to date, while the block runs.

    Raises:
        CommandFailed: the data folder cannot be made.
        StoreUnavailable: the database cannot be used.
    """
    folder.make(settings.folder)
    database = Database.at(settings.database)
    try:
        await database.migrate()
        yield database
    finally:
        await database.close()
