"""One house on everything production has: Sentinels, PostgreSQL and a bucket."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path

import pytest

from deploy.polling import wait_until
from engine.jobs.errors import QueueUnavailable
from engine.jobs.job import OUTCOME_JSON
from engine.jobs.media.store import clip_keys
from tests.fakes.s3 import FakeS3
from tests.house import House, a_house, at_work
from tests.job_samples import success
from tests.postgres import PostgresProcess, programs
from tests.redis_servers import SOON_S, Replicated


@pytest.fixture
async def redis_servers(tmp_path: Path) -> AsyncGenerator[Replicated]:
    servers = Replicated(tmp_path / "redis", "pass/w#rd")
    try:
        await servers.start()
        yield servers
    finally:
        servers.stop()


@pytest.fixture
async def house(tmp_path: Path, redis_servers: Replicated) -> AsyncGenerator[House]:
    found = programs()
    if found is None:
        pytest.skip("PostgreSQL is not installed")
    postgres, s3 = PostgresProcess(found), FakeS3()
    postgres.start()
    try:
        stores = {"database_url": postgres.new_database(), "redis_url": redis_servers.url}
        async with s3.running(), a_house(tmp_path / "data", **stores, **s3.settings()) as house:
            yield house
    finally:
        postgres.stop()


async def test_an_ask_outlives_the_master_it_was_queued_on(
    house: House, redis_servers: Replicated
) -> None:
    delivery, queue, media = house.delivery(), house.services.queue, house.services.media
    ask = await house.opened(delivery)
    redis_servers.first.kill()

    async def is_queued() -> bool:
        try:
            await house.services.sweeper.requeue()
            return await queue.state(ask.id) is not None
        except QueueUnavailable:
            return False

    async def is_delivered() -> bool:
        return await house.is_delivered(ask.id)

    async with at_work(delivery.run()):
        house.time.ahead += timedelta(minutes=1)  # the sweeper leaves what is under way
        assert await wait_until(is_queued, within_s=SOON_S)
        claim = await house.claim()
        assert claim.job.id == ask.id
        outcome, keys = success(claim.job), clip_keys(ask.id)
        await media.put(keys.video, b"a clip")
        await media.put(keys.receipt, OUTCOME_JSON.dump_json(outcome))
        assert await queue.finish(claim, outcome)
        assert await wait_until(is_delivered, within_s=SOON_S)
    assert [message.clip is not None for _, message in house.chat.shown.values()] == [True]
