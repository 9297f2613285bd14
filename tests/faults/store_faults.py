"""What can happen to the journal's database."""

from __future__ import annotations

import asyncio

from tests.faults.processes import NotInstalled
from tests.faults.verdict import Row
from tests.faults.world import Trial, a_world
from tests.postgres import PostgresProcess, programs


async def postgres_killed(trial: Trial) -> Row:
    """PostgreSQL is killed twice while asks come in and clips are made."""
    found = programs()
    if found is None:
        raise NotInstalled("initdb", "postgresql")
    server = PostgresProcess(found)
    await asyncio.to_thread(server.start)
    try:
        async with a_world(trial, database_url=server.new_database()) as world:
            world.bot()
            world.worker()
            await world.shown(world.ask(1))
            for _ in range(2):
                before = len(world.platform.accepted)
                world.ask(40, ms=50)
                await world.has_accepted(before + 15)
                await asyncio.to_thread(server.kill)
                world.say(f"PostgreSQL was killed with {len(world.platform.accepted)} accepted")
                await asyncio.to_thread(server.start_again)
            return await world.row()
    finally:
        await asyncio.to_thread(server.stop)
