"""Commands sent together: what comes back, and what survives a lost reply."""

from __future__ import annotations

import asyncio

import pytest
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from deploy.polling import wait_until
from engine.jobs.connection import connect
from engine.jobs.round_trip import round_trip
from tests.lossy_proxy import LossyProxy
from tests.valkey import ValkeyProcess

MEGABYTES = 32


async def test_each_command_gets_its_own_answer(redis: Redis) -> None:
    replies = await round_trip(redis, ("SET", "key", 1.5), ("GET", "key"), ("GET", "none"))

    assert replies == ["OK", "1.5", None]


async def test_a_name_of_two_words_is_sent_as_two(redis: Redis) -> None:
    assert await round_trip(redis, ("CONFIG GET", "maxmemory")) == [["maxmemory", "0"]]


async def test_what_the_server_refuses_leaves_no_answer_behind(redis: Redis) -> None:
    with pytest.raises(ResponseError, match="unknown command"):
        await round_trip(redis, ("SET", "key", 1), ("NONSENSE",), ("GET", "key"))

    assert await round_trip(redis, ("GET", "key")) == ["1"]


async def test_more_than_a_socket_takes_at_once_arrives_whole(redis: Redis) -> None:
    much = "x" * (MEGABYTES * 1024 * 1024)

    await round_trip(redis, ("SET", "much", much))

    assert await round_trip(redis, ("STRLEN", "much")) == [len(much)]


async def test_a_lost_reply_is_asked_for_again(valkey: ValkeyProcess) -> None:
    proxy = LossyProxy(valkey.url)
    async with proxy.running(), connect(proxy.url) as redis:
        await round_trip(redis, ("SET", "key", 1))
        proxy.lose_reply_to("GET")

        assert await round_trip(redis, ("GET", "key"), ("GET", "none")) == ["1", None]
        assert proxy.lost == 1


async def test_whoever_gives_up_waiting_leaves_a_connection_that_works(redis: Redis) -> None:
    waiting = asyncio.create_task(round_trip(redis, ("BLPOP", "bell", 2), ("INCR", "calls")))
    await wait_until(lambda: _is_blocked(redis), within_s=5)

    waiting.cancel()

    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await round_trip(redis, ("SET", "key", 1), ("GET", "key")) == ["OK", "1"]


async def _is_blocked(redis: Redis) -> bool:
    return (await redis.info("clients"))["blocked_clients"] == 1
