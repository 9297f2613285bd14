"""Messages that can soon be changed no more: what they show goes on in another, or waits."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bots.accounts import LedgerKind
from bots.chat import Action
from deploy.polling import wait_until
from engine.jobs.job import Progress
from tests.fakes.chat import Fault, at_once
from tests.house import House, at_work
from tests.job_samples import success
from tests.unit.bots.delivery_process import (
    BotProcess,
    concluded,
    concluded_as,
    opened_and_fading,
)
from tests.unit.bots.eyes import SOON_S, WAITS, actions, delivered, over, shows

PREPARING = "Getting your photo ready for Symbiote…"


def once(house: House, act: Callable[[], Awaitable[None]]) -> Callable[[str], Awaitable[None]]:
    """Have something happen the next time a message is edited, and only then."""

    async def wait(doing: str) -> None:
        if doing == "edit":
            house.chat.before = house.chat.after = at_once
            await act()

    return wait


async def test_what_a_fading_message_shows_goes_on_in_another_one(house: House) -> None:
    delivery = house.delivery()
    job = await opened_and_fading(house, delivery)
    fading = (await house.request(job)).placeholder
    async with at_work(delivery.run()):
        claim = await house.claim()
        assert await shows(house, job, PREPARING)
        assert fading not in house.chat.shown
        await house.services.queue.beat(claim, Progress(job=job, stage="encoding", fraction=0.9))
        assert await shows(house, job, "Finishing Symbiote…")
        await house.services.queue.finish(claim, success(claim.job))
        message = await delivered(house, job)
    assert message.clip is not None
    assert len(house.chat.posts) == 2


async def test_what_ends_in_a_fading_message_is_shown_in_another_one(house: House) -> None:
    job = await opened_and_fading(house)
    await concluded(house)
    async with at_work(house.delivery().run()):
        message = await delivered(house, job)
    assert message.clip is not None
    assert [text for _, text in house.chat.posts] == ["Queued", "One moment…"]
    assert await house.credits(job) == [LedgerKind.HOLD, LedgerKind.SETTLE]


async def test_a_message_that_was_never_left_in_time_is_left_when_the_bot_is_back(
    house: House,
) -> None:
    ask = await house.opened(house.delivery())
    house.chat.freeze(ask.id)
    await concluded(house)
    async with at_work(house.delivery().run()):
        await over(house, ask.id)
    assert house.chat.clips(ask.id) == 1


async def test_where_nothing_else_can_be_posted_the_clip_is_said_once_to_wait(
    house: House,
) -> None:
    delivery = house.delivery()
    job, other = await opened_and_fading(house, delivery), await house.opened(delivery)
    house.chat.closed.add(house.here.id)
    async with at_work(delivery.run()):
        claim = await house.claim()
        assert await shows(house, job, WAITS)
        await house.services.queue.beat(claim, Progress(job=job, stage="encoding", fraction=0.9))
        await house.work(lambda claim: success(claim.job))
        await delivered(house, other.id)
    (message,) = house.chat.messages(job)
    assert actions(message) == [Action.GET, Action.CANCEL]
    assert [text for shown, text in house.chat.edits if shown == job] == [WAITS]


async def test_what_ends_while_the_message_that_says_so_still_works_is_shown_there(
    house: House,
) -> None:
    delivery = house.delivery()
    job = await opened_and_fading(house, delivery)
    house.chat.closed.add(house.here.id)
    async with at_work(delivery.run()):
        claim = await house.claim()
        assert await shows(house, job, WAITS)
        await house.services.queue.finish(claim, success(claim.job))
        message = await delivered(house, job)
    assert message.clip is not None
    assert len(house.chat.posts) == 1


async def test_what_ends_after_that_waits_to_be_collected(house: House) -> None:
    delivery = house.delivery()
    job = await opened_and_fading(house, delivery)
    house.chat.closed.add(house.here.id)
    async with at_work(delivery.run()):
        claim = await house.claim()
        assert await shows(house, job, WAITS)
        house.chat.freeze(job)
        await concluded_as(house, claim)
        await over(house, job)
    assert (await house.request(job)).undeliverable
    assert await house.credits(job) == [LedgerKind.HOLD, LedgerKind.RELEASE]
    assert (await house.services.studio.collect(house.me, job)).key
    assert LedgerKind.SETTLE in await house.credits(job)


async def test_what_ends_at_once_in_a_place_that_takes_nothing_new_is_shown_there(
    house: House,
) -> None:
    job = await opened_and_fading(house)
    house.chat.closed.add(house.here.id)
    await concluded(house)
    async with at_work(house.delivery().run()):
        message = await delivered(house, job)
    assert message.clip is not None


async def test_a_fading_message_that_cannot_be_removed_is_no_hindrance(house: House) -> None:
    job = await opened_and_fading(house)
    house.chat.faults["remove"].append(Fault.UNAVAILABLE)
    await concluded(house)
    async with at_work(house.delivery().run()):
        await over(house, job)
    assert house.chat.clips(job) == 1


@pytest.mark.parametrize("has_nonce", [False, True])
async def test_two_processes_that_both_leave_a_message_go_on_in_one(
    house: House, has_nonce: bool
) -> None:
    house.chat.has_nonce = has_nonce
    job = await opened_and_fading(house)
    both = asyncio.Barrier(2)

    async def wait(doing: str) -> None:
        if doing == "post":
            await both.wait()

    house.chat.before = wait
    processes = [BotProcess(house, job) for _ in range(2)]
    await asyncio.gather(*(process.look() for process in processes))
    house.chat.before = at_once
    assert len(house.chat.messages(job)) == 1
    await concluded(house)
    for process in processes:
        await process.look_until_over()
    assert house.chat.most_clips[job] == len(house.chat.messages(job)) == 1


async def test_that_a_clip_waits_is_not_said_in_the_place_of_the_clip(house: House) -> None:
    job = await opened_and_fading(house)
    house.chat.closed.add(house.here.id)
    late, other = BotProcess(house, job), BotProcess(house, job)

    async def show_the_clip() -> None:
        await concluded(house)
        await other.look_until_over()

    house.chat.before = once(house, show_the_clip)
    await late.look()
    assert [text for _, text in house.chat.edits] == ["Symbiote", WAITS, "Symbiote"]


@pytest.mark.parametrize("at", ["before", "after"])
async def test_a_clip_follows_to_the_message_that_another_process_has_moved_to(
    house: House, at: str
) -> None:
    ask = await house.opened(house.delivery())
    await concluded(house)
    showing, moving = BotProcess(house, ask.id), BotProcess(house, ask.id)
    setattr(house.chat, at, once(house, moving.reopen))
    await showing.look_until_over()
    assert house.chat.most_clips[ask.id] == len(house.chat.messages(ask.id)) == 1
    assert not (await house.request(ask.id)).undeliverable


async def test_progress_goes_on_in_the_message_that_another_process_has_moved_to(
    house: House,
) -> None:
    delivery = house.delivery()
    ask = await house.opened(delivery)
    tried: list[str] = []

    async def has_tried() -> bool:
        return "post" in tried

    async with at_work(delivery.run()):
        claim = await house.claim()
        assert await shows(house, ask.id, PREPARING)
        house.chat.gate = lambda verb, _place: tried.append(verb)
        house.chat.freeze(ask.id)
        house.chat.closed.add(house.here.id)
        await house.services.queue.beat(claim, Progress(job=ask.id, stage="encoding", fraction=1))
        assert await wait_until(has_tried, within_s=SOON_S)
        house.chat.closed.clear()
        await house.delivery().reopen(ask.id)
        assert await shows(house, ask.id, "Finishing Symbiote…")
