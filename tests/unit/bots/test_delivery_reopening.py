"""A request that somebody wants to see in another message from now on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from bots.accounts import LedgerKind
from bots.chat import Placeholder
from bots.errors import BotsError, ChatBusy, ChatForbidden, ChatUnavailable, Overtaken
from deploy.polling import wait_until
from engine.jobs.job import JobId, Progress
from tests.fakes.chat import Fault
from tests.house import QUICK, House, at_work
from tests.job_samples import success
from tests.unit.bots.delivery_process import BotProcess, concluded, opened_and_fading
from tests.unit.bots.eyes import SOON_S, WAITS, delivered, shows

PATIENT = replace(QUICK, watch_s=300.0)


async def test_a_request_that_waits_goes_on_in_the_new_message(house: House) -> None:
    delivery = house.delivery()
    ask = await house.opened(delivery)
    before = (await house.request(ask.id)).placeholder
    now = await delivery.reopen(ask.id)
    assert now != before
    assert list(house.chat.shown) == [now]
    assert (await house.request(ask.id)).placeholder == now
    async with at_work(delivery.run()):
        await house.work(lambda claim: success(claim.job))
        message = await delivered(house, ask.id)
    assert message.clip is not None


async def test_the_message_that_is_reached_another_way_from_now_on_is_not_taken_away(
    house: House,
) -> None:
    house.chat.is_reached_anew = True
    delivery = house.delivery()
    ask = await house.opened(delivery)
    now = await delivery.reopen(ask.id)
    assert list(house.chat.shown) == [now]
    assert (await house.request(ask.id)).placeholder == now
    async with at_work(delivery.run()):
        await house.work(lambda claim: success(claim.job))
        await delivered(house, ask.id)
    assert house.chat.clips(ask.id) == 1


async def test_a_request_that_nobody_was_shown_is_opened(house: House) -> None:
    ask = await house.submitted()
    now = await house.delivery().reopen(ask.id)
    assert list(house.chat.shown) == [now]
    assert (await house.request(ask.id)).placeholder == now


async def test_what_was_said_to_wait_is_shown_again_as_it_goes_on(house: House) -> None:
    delivery = house.delivery()
    job = await opened_and_fading(house, delivery)
    house.chat.closed.add(house.here.id)
    async with at_work(delivery.run()):
        claim = await house.claim()
        assert await shows(house, job, WAITS)
        house.chat.freeze(job)
        house.chat.closed.clear()
        await delivery.reopen(job)
        assert await shows(house, job, "Getting your photo ready for Symbiote…")
        await house.services.queue.beat(claim, Progress(job=job, stage="encoding", fraction=0.9))
        assert await shows(house, job, "Finishing Symbiote…")
        await house.services.queue.finish(claim, success(claim.job))
        assert await wait_until(lambda: house.is_delivered(job), within_s=SOON_S)
    assert house.chat.clips(job) == 1
    assert await house.credits(job) == [LedgerKind.HOLD, LedgerKind.SETTLE]


async def test_a_new_message_that_fades_as_well_is_said_to_wait_again(house: House) -> None:
    job = await opened_and_fading(house)
    bot, closed = BotProcess(house, job), house.chat.closed
    closed.add(house.here.id)
    await bot.look()
    closed.clear()
    await bot.reopen()
    house.chat.fade(job)
    closed.add(house.here.id)
    await bot.look()
    assert [text for _, text in house.chat.edits] == [WAITS, WAITS]


async def test_what_has_ended_is_shown_at_once(house: House) -> None:
    ask = await house.opened(house.delivery())
    await concluded(house)
    now = await house.delivery().reopen(ask.id)
    assert list(house.chat.shown) == [now]
    assert house.chat.clips(ask.id) == 1
    assert await house.credits(ask.id) == [LedgerKind.HOLD, LedgerKind.SETTLE]


async def test_an_end_that_cannot_be_shown_at_once_is_shown_later(house: House) -> None:
    delivery = house.delivery()
    ask = await house.opened(delivery)
    await concluded(house)
    house.chat.faults["edit"].append(Fault.UNAVAILABLE)
    await delivery.reopen(ask.id)
    assert house.chat.clips(ask.id) == 0
    async with at_work(delivery.run()):
        await delivered(house, ask.id)
    assert house.chat.clips(ask.id) == 1


async def test_it_may_be_asked_for_twice(house: House) -> None:
    delivery = house.delivery()
    ask = await house.opened(delivery)
    first, second = await delivery.reopen(ask.id), await delivery.reopen(ask.id)
    assert first != second
    assert list(house.chat.shown) == [second]
    async with at_work(delivery.run()):
        await house.work(lambda claim: success(claim.job))
        await delivered(house, ask.id)
    assert house.chat.clips(ask.id) == 1


async def test_a_process_without_the_watch_reopens_for_the_one_that_has_it(house: House) -> None:
    watching = house.delivery(PATIENT)
    job = await opened_and_fading(house)
    house.chat.closed.add(house.here.id)
    async with at_work(watching.run()):
        claim = await house.claim()
        assert await shows(house, job, WAITS)
        house.chat.closed.clear()
        await house.delivery(PATIENT).reopen(job)
        await house.services.queue.beat(claim, Progress(job=job, stage="encoding", fraction=0.9))
        assert await shows(house, job, "Finishing Symbiote…")
        await house.services.queue.finish(claim, success(claim.job))
        message = await delivered(house, job)
    assert message.clip is not None


async def test_a_message_with_other_limits_may_take_the_clip(house: House) -> None:
    ask = await house.opened(house.delivery())
    bot = BotProcess(house, ask.id)
    await concluded(house)
    house.chat.takes_clips = False
    await bot.look()
    assert bot.memory.too_large
    house.chat.takes_clips = True
    await bot.reopen()
    assert house.chat.clips(ask.id) == 1


async def deleted(house: House, job: JobId) -> None:
    """Have a person delete a request."""
    await house.services.studio.delete(house.me, job)


async def shown(house: House, job: JobId) -> None:
    """Have a request's end shown."""
    await concluded(house)
    await BotProcess(house, job).look_until_over()


async def given_up(house: House, job: JobId) -> None:
    """Have a request's end left to be collected."""
    await concluded(house)
    await house.services.journal.set_undeliverable(job, house.time())


@pytest.mark.parametrize("is_over", [deleted, shown, given_up])
async def test_what_is_over_is_not_reopened(
    house: House, is_over: Callable[[House, JobId], Awaitable[None]]
) -> None:
    ask = await house.opened(house.delivery())
    await is_over(house, ask.id)
    with pytest.raises(Overtaken):
        await house.delivery().reopen(ask.id)
    assert len(house.chat.posts) == 1


async def test_what_nobody_asked_for_is_not_reopened(house: House) -> None:
    with pytest.raises(LookupError):
        await house.delivery().reopen(JobId("nothing"))


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.BUSY, ChatBusy),
        (Fault.FORBIDDEN, ChatForbidden),
        (Fault.UNAVAILABLE, ChatUnavailable),
    ],
)
async def test_where_nothing_can_be_posted_all_is_as_it_was(
    house: House, fault: Fault, error: type[BotsError]
) -> None:
    ask = await house.opened(house.delivery())
    before = await placeholder_of(house, ask.id)
    house.chat.faults["post"].append(fault)
    with pytest.raises(error):
        await house.delivery().reopen(ask.id)
    assert list(house.chat.shown) == [before]
    assert await placeholder_of(house, ask.id) == before


async def placeholder_of(house: House, job: JobId) -> Placeholder | None:
    """Look up which message becomes the clip."""
    return (await house.request(job)).placeholder


async def test_what_ends_elsewhere_while_it_is_reopened_stays_there(house: House) -> None:
    ask = await house.opened(house.delivery())
    other = BotProcess(house, ask.id)

    async def end(_verb: str) -> None:
        house.chat.before = house.chat.after
        await concluded(house)
        await other.look_until_over()

    house.chat.before = end
    with pytest.raises(Overtaken):
        await house.delivery().reopen(ask.id)
    assert house.chat.most_clips[ask.id] == len(house.chat.messages(ask.id)) == 1
