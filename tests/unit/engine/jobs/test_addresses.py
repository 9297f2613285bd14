from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from redis.asyncio import Redis

from deploy.polling import wait_until
from engine.jobs.addresses import Addresses
from engine.jobs.keys import Key, prefix
from tests.valkey import ValkeyProcess

WHERE = "https://t.me/zoetrope_bot"


@asynccontextmanager
async def kept(addresses: Addresses) -> AsyncGenerator[None]:
    keeping = asyncio.create_task(addresses.keep("telegram", WHERE))

    async def is_there() -> bool:
        return await addresses.of("telegram") == WHERE

    try:
        assert await wait_until(is_there, within_s=10)
        yield
    finally:
        keeping.cancel()


async def test_a_bot_that_does_not_run_has_no_address(redis: Redis) -> None:
    assert await Addresses(redis).of("telegram") is None


async def test_the_address_of_a_bot_that_has_stopped_is_soon_forgotten(redis: Redis) -> None:
    async with kept(Addresses(redis)):
        pass

    assert 0 < await redis.pttl(prefix("main") + Key.ADDRESS + "telegram") <= 30_000


async def test_a_bot_keeps_its_address_while_it_runs(redis: Redis, valkey: ValkeyProcess) -> None:
    addresses = Addresses(redis)

    async with kept(addresses):
        assert await addresses.of("discord") is None
        assert await Addresses(redis, pool="other").of("telegram") is None
