"""What people do with clips asked for: again, cancel, delete, collect; and whose they are."""

from __future__ import annotations

import pytest

from bots.accounts import LedgerKind
from bots.chat import Ask, Person, PersonId, ShownClip, job_id
from bots.handover import hand_over
from engine.jobs.errors import Refused
from engine.jobs.job import Cancelled, JobId, JobState
from engine.jobs.media.store import clip_keys, live_key
from engine.jobs.order import USUAL_CAPS
from engine.jobs.refusal import RefusalCode
from tests.house import House
from tests.job_samples import success

SOMEBODY = Person(id=PersonId("web:somebody"))


async def test_again_asks_for_the_same_with_another_seed(house: House) -> None:
    ask = await house.submitted(params={"speed": 1.5}, prompt="goo")
    ticket = await house.services.studio.again(house.me, house.here, ask.id, job_id("web", "2"))
    first, second = await house.claim(), await house.claim()
    assert second.job.id == ticket.job
    assert second.job.seed != first.job.seed
    assert (second.job.effect, second.job.photos, second.job.prompt, second.job.params) == (
        first.job.effect,
        first.job.photos,
        first.job.prompt,
        first.job.params,
    )


async def test_a_queued_job_is_cancelled_at_once_and_does_not_count(house: House) -> None:
    ask = await house.submitted()
    await house.services.studio.cancel(house.me, ask.id)
    assert (await house.request(ask.id)).outcome == Cancelled()
    usage = await house.services.studio.people.usage(house.me.id, house.time())
    assert (usage.made, usage.waiting) == (0, 0)


async def test_a_job_cancelled_on_its_way_to_the_queue_is_not_made(house: House) -> None:
    ask = await house.submitted()
    job, services = (await house.request(ask.id)).job, house.services
    assert job is not None
    await services.redis.flushdb()
    await services.studio.cancel(house.me, ask.id)
    await hand_over(job, USUAL_CAPS, journal=services.journal, queue=services.queue)
    assert await services.queue.state(ask.id) is JobState.CANCELLED


async def test_a_running_job_is_asked_to_stop(house: House) -> None:
    ask = await house.submitted()
    await house.claim()
    await house.services.studio.cancel(house.me, ask.id)
    assert (await house.request(ask.id)).state is JobState.QUEUED
    assert await house.services.queue.state(ask.id) is JobState.RUNNING


async def test_deleting_leaves_only_that_it_was_made(house: House) -> None:
    ask = await house.submitted(prompt="something private")
    claim = await house.work(lambda claim: success(claim.job))
    await house.services.journal.conclude(ask.id, success(claim.job), house.time())
    keys = clip_keys(ask.id)
    live = live_key(ask.id, token=3, number=12)
    for key in (keys.video, keys.poster, keys.receipt, live):
        await house.services.media.put(key, b"x")
    assert await house.services.studio.owns(house.me.id, keys.video)
    assert await house.services.studio.owns(house.me.id, live)
    await house.services.studio.delete(house.me, ask.id)
    assert await house.services.media.list() == []
    request = await house.request(ask.id)
    assert (request.erased, request.job, request.outcome) == (True, None, None)
    assert not await house.services.studio.owns(house.me.id, keys.video)
    assert not await house.services.studio.owns(house.me.id, ask.photos[0])


async def test_deleting_keeps_a_photo_that_another_clip_is_made_from(house: House) -> None:
    ask = await house.submitted()
    await house.services.studio.again(house.me, house.here, ask.id, job_id("web", "2"))
    await house.services.studio.delete(house.me, ask.id)
    assert await house.services.media.exists(ask.photos[0])


async def test_a_clip_that_could_not_be_delivered_is_collected_and_paid_for(house: House) -> None:
    ask = await house.submitted()
    outcome = success((await house.claim()).job)
    journal, keys = house.services.journal, clip_keys(ask.id)
    await house.services.media.put(keys.video, b"a clip")
    assert await refused_clip(house, ask) is RefusalCode.JOB_UNDER_WAY
    await journal.conclude(ask.id, outcome, house.time())
    assert await refused_clip(house, ask) is RefusalCode.JOB_UNDER_WAY
    await journal.set_undeliverable(ask.id, house.time())
    assert await house.credits(ask.id) == [LedgerKind.HOLD, LedgerKind.RELEASE]

    shown = await house.services.studio.collect(house.me, ask.id)

    assert shown == ShownClip(key=keys.video, poster=keys.poster, width=512, height=512)
    assert LedgerKind.SETTLE in await house.credits(ask.id)
    (listed,) = await house.services.studio.jobs(house.me)
    assert (listed.id, listed.undeliverable) == (ask.id, True)


async def test_a_clip_whose_file_is_gone_is_not_paid_for(house: House) -> None:
    ask = await house.submitted()
    outcome = success((await house.claim()).job)
    await house.services.journal.conclude(ask.id, outcome, house.time())
    await house.services.journal.set_undeliverable(ask.id, house.time())
    assert await refused_clip(house, ask) is RefusalCode.UNKNOWN_JOB
    assert LedgerKind.SETTLE not in await house.credits(ask.id)


async def test_a_clip_that_was_stopped_does_not_come(house: House) -> None:
    ask = await house.submitted()
    await house.services.studio.cancel(house.me, ask.id)
    assert await refused_clip(house, ask) is RefusalCode.UNKNOWN_JOB


async def refused_clip(house: House, ask: Ask) -> RefusalCode:
    """Try to collect a clip that is not handed over."""
    with pytest.raises(Refused) as refused:
        await house.services.studio.collect(house.me, ask.id)
    return refused.value.refusal.code


async def test_someone_elses_clip_is_left_alone(house: House) -> None:
    ask = await house.submitted()
    studio, new = house.services.studio, job_id("web", "2")
    for attempt in (
        studio.cancel(SOMEBODY, ask.id),
        studio.delete(SOMEBODY, ask.id),
        studio.collect(SOMEBODY, ask.id),
        studio.again(SOMEBODY, house.here, ask.id, new),
    ):
        with pytest.raises(Refused) as refused:
            await attempt
        assert refused.value.refusal.code is RefusalCode.NOT_YOURS
    assert (await house.claim()).job.id == ask.id


async def test_a_clip_nobody_knows_cannot_be_cancelled(house: House) -> None:
    with pytest.raises(Refused) as refused:
        await house.services.studio.cancel(house.me, JobId("nothing"))
    assert refused.value.refusal.code is RefusalCode.UNKNOWN_JOB
