from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import pytest
from redis.asyncio import Redis

from bots import turnstile
from bots.errors import StoreUnavailable
from bots.turnstile import ChatLocks
from deploy.polling import wait_until
from engine.jobs.connection import connect
from tests.valkey import ValkeyProcess

SOON_S = 10.0


@pytest.fixture
async def other(valkey: ValkeyProcess) -> AsyncGenerator[Redis]:
    """The connection of another process."""
    async with connect(valkey.url) as client:
        yield client


async def enter(locks: ChatLocks, chat: str, inside: asyncio.Event) -> None:
    async with locks.held(chat):
        inside.set()


async def test_of_two_processes_only_one_is_in_a_chat(redis: Redis, other: Redis) -> None:
    inside = asyncio.Event()
    async with ChatLocks(redis, "telegram").held("77"):
        entering = asyncio.create_task(enter(ChatLocks(other, "telegram"), "77", inside))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await inside.wait()
    async with asyncio.timeout(SOON_S):
        await entering
    assert inside.is_set()


async def test_other_chats_and_other_bots_are_not_waited_for(redis: Redis, other: Redis) -> None:
    async with (
        ChatLocks(redis, "telegram").held("77"),
        asyncio.timeout(SOON_S),
        ChatLocks(other, "telegram").held("78"),
        ChatLocks(other, "second").held("77"),
    ):
        pass


async def test_a_chat_is_free_again_after_what_was_done_there_failed(redis: Redis) -> None:
    locks = ChatLocks(redis, "telegram")
    with pytest.raises(ValueError, match="no"):
        async with locks.held("77"):
            raise ValueError("no")
    async with asyncio.timeout(SOON_S), locks.held("77"):
        pass


async def test_while_redis_is_away_nobody_waits_for_anybody() -> None:
    async with connect("redis://127.0.0.1:1") as nowhere:
        locks = ChatLocks(nowhere, "telegram")
        async with locks.held("77"), locks.held("77"):
            pass


async def test_redis_may_go_while_a_process_is_in_a_chat(
    redis: Redis, valkey: ValkeyProcess
) -> None:
    async with connect(valkey.url) as client, ChatLocks(client, "telegram").held("77"):
        await client.aclose()
        await redis.flushall()


async def test_whoever_stays_too_long_loses_the_chat_and_nothing_breaks(
    redis: Redis, other: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turnstile, "_HELD_S", 0.1)
    async with ChatLocks(redis, "telegram").held("77"):
        assert await wait_until(lambda: is_free(other), within_s=SOON_S)


async def is_free(redis: Redis) -> bool:
    return not await redis.keys("*turnstile*")


async def test_the_late_end_of_one_does_not_let_a_third_in_beside_the_second(
    redis: Redis, other: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turnstile, "_HELD_S", 0.1)
    late = ChatLocks(redis, "telegram").held("77")
    await late.__aenter__()
    assert await wait_until(lambda: is_free(other), within_s=SOON_S)
    monkeypatch.setattr(turnstile, "_HELD_S", 60.0)
    async with ChatLocks(other, "telegram").held("77"):
        await late.__aexit__(None, None, None)
        assert not await is_free(redis)
    assert await is_free(redis)


async def test_a_chat_that_others_do_not_leave_has_to_wait(
    redis: Redis, other: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with ChatLocks(redis, "telegram").held("77"):
        monkeypatch.setattr(turnstile, "_HELD_S", 0.2)
        with pytest.raises(StoreUnavailable):
            async with ChatLocks(other, "telegram").held("77"):
                pass
