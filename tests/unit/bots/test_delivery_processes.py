"""Several processes of one bot: one delivers, another takes over, and no clip is seen twice."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from redis.asyncio import Redis

from bots.delivery.watch import Watch
from deploy.polling import wait_until
from engine.jobs.connection import connect
from tests.fakes.chat import FakeChat, at_once
from tests.house import QUICK, House, at_work
from tests.job_samples import success
from tests.unit.bots.delivery_process import BotProcess, ended_with_its_placeholder_gone
from tests.unit.bots.eyes import SOON_S, delivered, shows

PATIENT = replace(QUICK, watch_s=300.0)
LONG, SHORT = timedelta(minutes=5), timedelta(milliseconds=50)


def all_at_once(verb: str) -> Callable[[str], Awaitable[None]]:
    """Have two processes come to do something at the same time."""
    both = asyncio.Barrier(2)

    async def wait(doing: str) -> None:
        if doing == verb:
            await both.wait()

    return wait


def behind(other: BotProcess, chat: FakeChat, verb: str) -> Callable[[str], Awaitable[None]]:
    """Have a process hang before it does something, until another one has done everything."""

    async def wait(doing: str) -> None:
        if doing == verb:
            chat.before = at_once
            await other.look_until_over()

    return wait


async def test_one_process_has_the_watch_until_it_hands_it_over(redis: Redis) -> None:
    first, second, another_bots = Watch(redis, "web"), Watch(redis, "web"), Watch(redis, "other")
    assert await first.keep(LONG)
    assert await first.keep(LONG)
    assert not await second.keep(LONG)
    assert await another_bots.keep(LONG)
    await second.hand_over()
    assert not await second.keep(LONG)
    await first.hand_over()
    assert await second.keep(LONG)


async def test_the_watch_of_a_process_that_is_silent_passes_on(redis: Redis) -> None:
    silent, other = Watch(redis, "web"), Watch(redis, "web")
    assert await silent.keep(SHORT)
    assert await wait_until(lambda: other.keep(LONG), within_s=SOON_S)
    assert not await silent.keep(LONG)


async def test_while_redis_is_away_nobody_waits_for_the_watch() -> None:
    async with connect("redis://127.0.0.1:1") as nowhere:
        assert await Watch(nowhere, "web").keep(LONG)


async def test_only_the_process_on_watch_shows_what_happens(house: House) -> None:
    processes = [house.delivery(PATIENT) for _ in range(2)]
    ask = await house.opened(house.delivery())
    async with at_work(*(process.run() for process in processes)):
        await house.claim()
        assert await shows(house, ask.id, "Getting your photo ready")
        for process in processes:
            other = await house.opened(process)
            await house.work(lambda claim: success(claim.job))
            await delivered(house, other.id)
    assert house.chat.edits.count((ask.id, "Getting your photo ready for Symbiote…")) == 1


async def test_another_process_takes_over_from_one_that_stops(house: House) -> None:
    ask, other = await house.opened(house.delivery()), await house.opened(house.delivery())
    async with at_work(house.delivery(PATIENT).run()):
        await house.work(lambda claim: success(claim.job))
        await delivered(house, ask.id)
    async with at_work(house.delivery(PATIENT).run()):
        await house.work(lambda claim: success(claim.job))
        await delivered(house, other.id)


async def test_two_processes_that_both_find_the_placeholder_gone_show_one_clip(
    house: House,
) -> None:
    job = await ended_with_its_placeholder_gone(house)
    house.chat.before = all_at_once("post")
    processes = [BotProcess(house, job) for _ in range(2)]
    await asyncio.gather(*(process.look() for process in processes))
    for process in processes:
        await process.look_until_over()
    assert len(house.chat.posts) == 3
    assert house.chat.most_clips[job] == len(house.chat.messages(job)) == 1


@pytest.mark.parametrize("has_nonce", [False, True])
async def test_a_process_that_comes_late_leaves_the_clip_of_the_other_alone(
    house: House, has_nonce: bool
) -> None:
    house.chat.has_nonce = has_nonce
    job = await ended_with_its_placeholder_gone(house)
    late, other = BotProcess(house, job), BotProcess(house, job)

    house.chat.before = behind(other, house.chat, "post")
    await late.look()
    assert house.chat.most_clips[job] == house.chat.clips(job) == 1
    assert len(house.chat.messages(job)) == 1


async def test_progress_that_comes_late_does_not_stay_in_the_place_of_the_clip(
    house: House,
) -> None:
    ask = await house.opened(house.delivery())
    late, other = BotProcess(house, ask.id), BotProcess(house, ask.id)
    claim = await house.claim()

    async def hang(_verb: str) -> None:
        house.chat.before = at_once
        assert await house.services.queue.finish(claim, success(claim.job))
        await house.services.journal.conclude(ask.id, success(claim.job), house.time())
        await other.look_until_over()

    house.chat.before = hang
    await late.look()
    assert [text for _, text in house.chat.edits] == [
        "Symbiote",
        "Getting your photo ready for Symbiote…",
        "Symbiote",
    ]
    assert house.chat.clips(ask.id) == 1


@pytest.mark.parametrize("has_nonce", [False, True])
async def test_a_message_opened_by_two_processes_at_once_is_one(
    house: House, has_nonce: bool
) -> None:
    house.chat.has_nonce = has_nonce
    house.chat.before = all_at_once("post")
    ticket = await house.services.studio.submit(await house.ask())
    opened = await asyncio.gather(*(house.delivery().open(ticket) for _ in range(2)))
    assert opened[0] == opened[1]
    assert len(house.chat.messages(ticket.job)) == 1
