from __future__ import annotations

import pytest
from redis.asyncio import Redis

from engine.jobs.keys import Key
from engine.jobs.library import FunctionLibrary
from engine.jobs.planning.term import Term
from engine.jobs.queue import JobQueue
from tests.unit.engine.jobs.planning.planners import KEYS, LEADER, a_term


@pytest.fixture
def queue(redis: Redis) -> JobQueue:
    return JobQueue(redis)


@pytest.fixture
async def library(redis: Redis) -> FunctionLibrary:
    """The functions, for a planner that leads already."""
    await redis.set(KEYS + Key.PLANNER, LEADER)
    return FunctionLibrary(redis, pool="main")


@pytest.fixture
def term(redis: Redis, library: FunctionLibrary) -> Term:
    """A planner's time in the lead, to be led plan by plan."""
    return a_term(redis, library)
