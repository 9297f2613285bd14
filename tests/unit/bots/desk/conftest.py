from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bots.delivery.budget import Budget
from bots.desk.wiring import open_desk
from bots.settings import BotSettings
from engine.jobs.presence import Presence
from tests.fakes.platform import FakePlatform
from tests.house import WORKER, a_house
from tests.unit.bots.desk.front import ANN, EFFECTS, OWNER, PICTURES, Front
from tests.valkey import ValkeyProcess


@pytest.fixture
async def front(tmp_path: Path, valkey: ValkeyProcess, redis: Redis) -> AsyncGenerator[Front]:
    """A desk that everybody may use; Ann makes the rules of groups."""
    settings = BotSettings(_env_file=None, data=tmp_path, owners=(OWNER.id,))  # pyright: ignore[reportCallIssue]
    async with a_house(
        tmp_path, valkey.url, allowed_people=("web:*",), owners=(OWNER.id,)
    ) as house:
        await Presence(redis).announce(WORKER, EFFECTS, timedelta(minutes=5))
        platform = FakePlatform(pictures=PICTURES, admins={ANN.id})
        desk = open_desk(
            platform, house.delivery(), Budget(), house.services, settings, lambda _: {}
        )
        yield Front(house, desk, platform)
