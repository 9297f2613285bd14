"""`zoetrope people`, `pause` and `resume`: what the operator decides, straight in the database."""

from __future__ import annotations

import asyncio
from datetime import datetime

from bots.chat import PersonId
from bots.settings import BotSettings
from bots.store.ledger import Balance, Ledger
from bots.store.people import People
from deploy import database
from deploy.errors import CommandFailed


def set_blocked(settings: BotSettings, person: str, *, blocked: bool) -> None:
    """Let a person in no more, or again.

    Raises:
        CommandFailed: that is no person's id.
    """
    who = _person(person)

    async def decide() -> None:
        async with database.opened(settings) as store:
            people = People(store)
            await (people.block if blocked else people.unblock)(who)

    asyncio.run(decide())


def balance(settings: BotSettings, person: str, *, since: datetime) -> Balance:
    """Add up a person's credits.

    Raises:
        CommandFailed: that is no person's id.
    """
    who = _person(person)

    async def add_up() -> Balance:
        async with database.opened(settings) as store:
            return await Ledger(store).balance(who, since=since)

    return asyncio.run(add_up())


def set_paused(settings: BotSettings, *, paused: bool) -> None:
    """Take no new work, or take it again."""

    async def decide() -> None:
        async with database.opened(settings) as store:
            people = People(store)
            await (people.pause if paused else people.resume)()

    asyncio.run(decide())


def _person(name: str) -> PersonId:
    platform, colon, id_there = name.partition(":")
    if not (platform and colon and id_there):
        raise CommandFailed(
            f"{name!r} is no person: give the platform and its id, as in telegram:4211"
        )
    return PersonId(name)
