"""Leading: one of several at any time, and another when it stops."""

from __future__ import annotations

import asyncio

from redis.asyncio import Redis

from deploy.polling import wait_until
from engine.jobs.keys import Key, prefix
from engine.jobs.library import FunctionLibrary
from engine.jobs.planning.leader import Leader

SOON_S = 60.0


async def test_one_leads_and_the_other_follows_when_it_stops(redis: Redis) -> None:
    library = FunctionLibrary(redis, pool="main")
    leaders = [Leader(library) for _ in range(2)]
    running = {leader: asyncio.create_task(leader.run()) for leader in leaders}
    leading = {leader: asyncio.create_task(leader.wait_to_lead()) for leader in leaders}
    try:
        await asyncio.wait(leading.values(), return_when=asyncio.FIRST_COMPLETED, timeout=SOON_S)
        (first,) = (leader for leader in leaders if leading[leader].done())
        (second,) = (leader for leader in leaders if leader is not first)
        assert await redis.get(prefix("main") + Key.PLANNER) == first.name
        running[first].cancel()
        await asyncio.wait_for(leading[second], SOON_S)
        assert await redis.get(prefix("main") + Key.PLANNER) == second.name
    finally:
        for task in (*running.values(), *leading.values()):
            task.cancel()
        await asyncio.wait([*running.values(), *leading.values()])


async def test_who_has_lost_the_lead_notices(redis: Redis) -> None:
    leader = Leader(FunctionLibrary(redis, pool="main"))
    running = asyncio.create_task(leader.run())
    try:
        await asyncio.wait_for(leader.wait_to_lead(), SOON_S)
        await redis.set(prefix("main") + Key.PLANNER, "another")

        async def has_noticed() -> bool:
            return not leader.leads

        assert await wait_until(has_noticed, within_s=SOON_S)
    finally:
        running.cancel()
        await asyncio.wait([running])
    assert await redis.get(prefix("main") + Key.PLANNER) == "another"
