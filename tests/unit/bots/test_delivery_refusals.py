"""Platforms that refuse: for a while, for good, or a file; and people who delete messages."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from bots.accounts import LedgerKind
from bots.chat import Action, Place, PlaceId
from bots.delivery.budget import Budget, Rate
from bots.errors import ChatBusy
from deploy.polling import wait_until
from engine.jobs.job import JobId, Progress
from tests.fakes.chat import Fault
from tests.house import QUICK, House, at_work
from tests.job_samples import success
from tests.unit.bots.delivery_process import (
    BotProcess,
    concluded,
    ended_with_its_placeholder_gone,
)
from tests.unit.bots.eyes import SOON_S, actions, delivered, over, shows
from tests.unit.bots.stopwatch import Stopwatch

GROUP = Place(id=PlaceId("web:group"), local=True)
FASTER = 20


@dataclass(slots=True)
class Closed:
    """A platform that takes nothing in some places until it is told to."""

    places: set[PlaceId]
    retry_after_s: float = 0.2
    refused: int = 0
    taken: Counter[str] = field(default_factory=Counter[str])

    def __call__(self, verb: str, place: PlaceId) -> None:
        if place in self.places:
            self.refused += 1
            raise ChatBusy(self.retry_after_s)
        self.taken[verb] += 1


def quick_clock() -> float:
    """Tell the seconds of a time that runs faster than ours."""
    return FASTER * time.monotonic()


async def ledger(house: House, job: JobId) -> list[LedgerKind]:
    """List what is written in the ledger about a job."""
    return [entry.kind for entry in await house.services.ledger.entries(job)]


async def all_over(house: House, jobs: list[JobId]) -> None:
    """Wait until nothing more is to be delivered of some requests."""
    for job in jobs:
        await over(house, job)


async def test_a_busy_place_waits_and_the_others_go_on(house: House) -> None:
    delivery = house.delivery()
    here, there = await house.opened(delivery), await house.opened(delivery, where=GROUP)
    house.chat.gate = gate = Closed({GROUP.id})
    async with at_work(delivery.run()):
        for _ in (here, there):
            await house.work(lambda claim: success(claim.job))
        await delivered(house, here.id)
        assert not await house.is_delivered(there.id)
        gate.places.clear()
        await delivered(house, there.id)
    assert house.chat.clips(here.id) == house.chat.clips(there.id) == 1


async def test_a_place_that_is_busy_is_not_asked_again_by_every_result(house: House) -> None:
    clock = Stopwatch()
    delivery = house.delivery(budget=Budget(now_s=clock))
    jobs = [(await house.opened(delivery)).id for _ in range(4)]
    house.chat.gate = gate = Closed({house.here.id}, retry_after_s=30.0)
    async with at_work(delivery.run()):
        for _ in jobs:
            await house.work(lambda claim: success(claim.job))

        async def all_ended() -> bool:
            return all([await house.has_ended(job) for job in jobs]) and gate.refused > 0

        assert await wait_until(all_ended, within_s=SOON_S)
        gate.places.clear()
        clock.s += 60
        await all_over(house, jobs)
    assert gate.refused == 1
    assert gate.taken == {"edit": len(jobs)}


async def test_progress_is_dropped_where_results_need_the_room(house: House) -> None:
    rate = Rate(every_s=1000.0, burst=6, kept=2)
    delivery = house.delivery(budget=Budget(lambda _: rate))
    ask, other = await house.opened(delivery), await house.opened(delivery)
    async with at_work(delivery.run()):
        claim = await house.claim()
        for percent in range(10, 100, 10):
            progress = Progress(job=ask.id, stage="rendering", fraction=percent / 100)
            await house.services.queue.beat(claim, progress)
        await house.services.queue.finish(claim, success(claim.job))
        await house.work(lambda claim: success(claim.job))
        await all_over(house, [ask.id, other.id])
    assert house.chat.clips(ask.id) == house.chat.clips(other.id) == 1
    assert len(house.chat.edits) <= rate.burst - 2


async def test_where_the_bot_may_not_write_the_clip_is_kept_to_be_collected(house: House) -> None:
    delivery = house.delivery()
    ask = await house.opened(delivery)
    async with at_work(delivery.run()):
        claim = await house.claim()
        assert await shows(house, ask.id, "Getting your photo ready")
        house.chat.faults["edit"].append(Fault.FORBIDDEN)
        await house.services.media.put(success(claim.job).clip.key, b"a clip")
        await house.services.queue.finish(claim, success(claim.job))
        await over(house, ask.id)
    assert (await house.request(ask.id)).undeliverable
    assert await ledger(house, ask.id) == [LedgerKind.HOLD, LedgerKind.RELEASE]
    assert (await house.services.studio.collect(house.me, ask.id)).key


async def test_progress_that_is_forbidden_is_not_tried_again_but_the_clip_is(house: House) -> None:
    delivery = house.delivery()
    ask, other = await house.opened(delivery), await house.opened(delivery)
    house.chat.faults["edit"].append(Fault.FORBIDDEN)
    async with at_work(delivery.run()):
        claim = await house.claim()
        assert await wait_until(lambda: _is_used_up(house), within_s=SOON_S)
        await house.services.queue.beat(
            claim, Progress(job=ask.id, stage="rendering", fraction=0.5)
        )
        await house.work(lambda claim: success(claim.job))
        await delivered(house, other.id)
        await house.services.queue.finish(claim, success(claim.job))
        await delivered(house, ask.id)
    assert [text for job, text in house.chat.edits if job == ask.id] == ["Symbiote"]


async def _is_used_up(house: House) -> bool:
    return not house.chat.faults["edit"]


async def test_a_clip_too_large_is_said_to_be_and_can_be_collected(house: House) -> None:
    delivery = house.delivery()
    ask = await house.opened(delivery)
    house.chat.takes_clips = False
    async with at_work(delivery.run()):
        await house.work(lambda claim: success(claim.job))
        message = await delivered(house, ask.id)
    assert message.text == (
        "Your Symbiote clip is ready, but its file is too large for this chat. "
        "Press Again: it is made to fit."
    )
    assert actions(message) == [Action.AGAIN, Action.OTHER_EFFECT, Action.DELETE]
    assert (await house.request(ask.id)).undeliverable
    assert await ledger(house, ask.id) == [LedgerKind.HOLD, LedgerKind.RELEASE]


async def test_a_clip_too_large_is_left_to_be_collected_from_a_new_message_as_well(
    house: House,
) -> None:
    house.chat.takes_clips = False
    ask = await house.opened(house.delivery())
    await concluded(house)
    bot = BotProcess(house, ask.id)
    await bot.look()
    house.chat.delete(ask.id)
    await bot.look_until_over()
    assert (await house.request(ask.id)).undeliverable
    assert len(house.chat.messages(ask.id)) == 1


async def test_a_placeholder_that_was_deleted_is_replaced_by_a_new_message(house: House) -> None:
    delivery = house.delivery()
    ask = await house.opened(delivery)
    async with at_work(delivery.run()):
        house.chat.lose()
        await house.work(lambda claim: success(claim.job))
        message = await delivered(house, ask.id)
    assert message.clip is not None


async def test_a_deleted_placeholder_is_left_alone_until_the_clip_is_there(house: House) -> None:
    delivery = house.delivery()
    ask, other = await house.opened(delivery), await house.opened(delivery)
    house.chat.lose()
    async with at_work(delivery.run()):
        await house.claim()
        await house.work(lambda claim: success(claim.job))
        await delivered(house, other.id)
    assert house.chat.messages(ask.id) == []


@pytest.mark.parametrize(
    "calls",
    [
        [None, Fault.DELETED_AFTER],
        [None, None, Fault.UNAVAILABLE, Fault.DELETED_BEFORE],
    ],
)
async def test_who_deletes_the_new_message_as_well_is_not_sent_a_third(
    house: House, calls: list[Fault | None]
) -> None:
    job = await ended_with_its_placeholder_gone(house)
    house.chat.coming.extend(calls)
    async with at_work(house.delivery().run()):
        await over(house, job)
    assert (await house.request(job)).undeliverable
    assert len(house.chat.posts) == 2


async def test_a_clip_nobody_could_be_shown_for_a_day_can_be_collected(house: House) -> None:
    delivery = house.delivery(replace(QUICK, give_up_s=60))
    ask = await house.opened(delivery)
    house.chat.faults["edit"].extend([Fault.UNAVAILABLE] * 1000)
    async with at_work(delivery.run()):
        await house.work(lambda claim: success(claim.job))
        assert await wait_until(lambda: house.has_ended(ask.id), within_s=SOON_S)
        house.time.ahead = timedelta(minutes=2)
        await over(house, ask.id)
    assert house.chat.clips(ask.id) == 0
    assert await ledger(house, ask.id) == [LedgerKind.HOLD, LedgerKind.RELEASE]


async def test_a_clip_that_was_shown_is_paid_for(house: House) -> None:
    delivery = house.delivery()
    ask = await house.opened(delivery)
    async with at_work(delivery.run()):
        await house.work(lambda claim: success(claim.job))
        await delivered(house, ask.id)
    assert await ledger(house, ask.id) == [LedgerKind.HOLD, LedgerKind.SETTLE]


@pytest.mark.parametrize("fault", Fault)
async def test_a_nudge_is_tried_once_whatever_comes_of_it(house: House, fault: Fault) -> None:
    delivery = house.delivery(budget=Budget(now_s=quick_clock))
    ask, other = await house.opened(delivery), await house.opened(delivery)
    house.time.ahead = timedelta(seconds=40)
    house.chat.faults["nudge"].append(fault)
    async with at_work(delivery.run()):
        await house.work(lambda claim: success(claim.job))
        await over(house, ask.id)
        assert await wait_until(lambda: _no_nudge_fault(house), within_s=SOON_S)
        await house.work(lambda claim: success(claim.job))
        await over(house, other.id)
    assert house.chat.most_clips[ask.id] == house.chat.clips(other.id) == 1


async def _no_nudge_fault(house: House) -> bool:
    return not house.chat.faults["nudge"]


async def test_a_message_that_follows_the_question_needs_no_nudge(house: House) -> None:
    delivery = house.delivery()
    ask, other = await house.opened(delivery), await house.opened(delivery)
    house.chat.delete(ask.id)
    house.time.ahead = timedelta(seconds=40)
    async with at_work(delivery.run()):
        for job in (ask.id, other.id):
            await house.work(lambda claim: success(claim.job))
            await delivered(house, job)

        async def somebody_was_nudged() -> bool:
            return bool(house.chat.nudges)

        assert await wait_until(somebody_was_nudged, within_s=SOON_S)
    assert len(house.chat.nudges) == 1
