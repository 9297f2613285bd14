"""`zoetrope people`, `pause` and `resume`: what the operator decides, straight in the database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bots.chat import PersonId
from bots.settings import BotSettings
from bots.store.database import Database
from bots.store.people import People
from deploy import folder
from deploy.errors import CommandFailed


def set_blocked(settings: BotSettings, person: str, *, blocked: bool) -> None:
    """Let a person in no more, or again.

    Raises:
        CommandFailed: that is no person's id.
    """
    platform, colon, name = person.partition(":")
    if not (platform and colon and name):
        raise CommandFailed(
            f"{person!r} is no person: give the platform and its id, as in telegram:4211"
        )

    async def decide() -> None:
        async with _people(settings) as people:
            await (people.block if blocked else people.unblock)(PersonId(person))

    asyncio.run(decide())


def set_paused(settings: BotSettings, *, paused: bool) -> None:
    """Take no new work, or take it again."""

    async def decide() -> None:
        async with _people(settings) as people:
            await (people.pause if paused else people.resume)()

    asyncio.run(decide())


@asynccontextmanager
async def _people(settings: BotSettings) -> AsyncIterator[People]:
    folder.make(settings.folder)
    database = Database.at(settings.database)
    try:
        await database.migrate()
        yield People(database)
    finally:
        await database.close()
