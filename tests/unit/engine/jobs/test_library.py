from __future__ import annotations

import pytest
from redis.asyncio import Redis

from engine.jobs.errors import QueueIncompatible
from engine.jobs.keys import Key, prefix
from engine.jobs.library import SCHEMA, UNUSED_AFTER, FunctionLibrary

OTHER_VERSION = "0123456789ab"
OTHER = f"#!lua name=zoetrope_{OTHER_VERSION}\nredis.register_function('another', function() end)"


async def libraries(redis: Redis) -> set[str]:
    return {library[1] for library in await redis.function_list()}


async def another_last_loaded(redis: Redis, *, seconds_ago: float) -> None:
    await redis.function_load(OTHER, replace=True)
    seconds, _ = await redis.time()
    await redis.zadd(prefix("main") + Key.LIBRARIES, {OTHER_VERSION: seconds - seconds_ago})


async def test_a_library_that_nobody_uses_is_removed(redis: Redis) -> None:
    await another_last_loaded(redis, seconds_ago=UNUSED_AFTER.total_seconds() + 60)
    await FunctionLibrary(redis, pool="main").load()
    assert f"zoetrope_{OTHER_VERSION}" not in await libraries(redis)


async def test_a_library_of_another_version_in_use_stays(redis: Redis) -> None:
    await another_last_loaded(redis, seconds_ago=UNUSED_AFTER.total_seconds() - 60)
    await FunctionLibrary(redis, pool="main").load()
    assert f"zoetrope_{OTHER_VERSION}" in await libraries(redis)
    await redis.function_delete(f"zoetrope_{OTHER_VERSION}")


async def test_a_library_the_server_has_lost_is_loaded_again(redis: Redis) -> None:
    library = FunctionLibrary(redis, pool="main")
    await library.load()
    await redis.function_flush()
    assert await library.call("live_workers") == 0


async def test_a_queue_of_another_layout_is_left_alone(redis: Redis) -> None:
    await redis.set(prefix("main") + Key.SCHEMA, "another")
    with pytest.raises(QueueIncompatible) as incompatible:
        await FunctionLibrary(redis, pool="main").load()
    assert f"layout another and this version uses layout {SCHEMA}" in str(incompatible.value)
