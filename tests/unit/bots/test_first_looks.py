"""First looks: a quick clip in the message while a model makes the one that was asked for."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bots.accounts import LedgerKind
from bots.chat import Action
from deploy.polling import wait_until
from engine.jobs.errors import MediaMissing, Refused
from engine.jobs.first_look import first_look_id
from engine.jobs.job import Declined, Failed, JobState
from engine.jobs.media.store import clip_keys
from engine.jobs.outbox import Outbox
from engine.jobs.refusal import Refusal, RefusalCode
from tests.fakes.chat import Fault, at_once
from tests.house import House, a_house, at_work
from tests.job_samples import a_job, success
from tests.unit.bots.delivery_process import BotProcess, concluded_as
from tests.unit.bots.eyes import SOON_S, actions, delivered, over, shows
from tests.unit.bots.first_looks import (
    FILMS,
    QUICK_ONE,
    STAYS,
    begun_film,
    claimed_first_look,
    filmed,
    finished_first_look,
    is_stored,
    made_first_look,
    offering_films,
    opened,
    sees,
)
from tests.unit.bots.test_delivery_processes import LONG
from tests.valkey import ValkeyProcess

SPENT = [LedgerKind.HOLD, LedgerKind.SETTLE]
GIVEN_BACK = [LedgerKind.HOLD, LedgerKind.RELEASE]


@pytest.fixture
async def house(house: House) -> House:
    return await offering_films(house)


@pytest.fixture
async def one_each(tmp_path: Path, valkey: ValkeyProcess, redis: Redis) -> AsyncGenerator[House]:
    """A house where everybody may have one job on its way."""
    async with a_house(tmp_path, valkey.url, max_waiting=1) as house:
        yield await offering_films(house)


async def state_of_first_look(house: House, job: str) -> JobState | None:
    return await house.services.queue.state(first_look_id(job))  # pyright: ignore[reportArgumentType]


async def test_the_message_shows_a_quick_version_and_then_the_full_one(house: House) -> None:
    delivery = house.delivery()
    ask = await opened(house, delivery)
    async with at_work(delivery.run()):
        await made_first_look(house, ask)
        claim = await begun_film(house, ask)
        text = f"{QUICK_ONE}\nRendering Robot… 40 %"
        message = await sees(house, ask, clip=first_look_id(ask.id), text=text)
        assert message.progress == 0.4
        assert actions(message) == [Action.CANCEL]
        await house.services.queue.finish(claim, filmed(claim))
        message = await delivered(house, ask.id)
    assert message.clip is not None
    assert message.clip.key == clip_keys(ask.id).video
    assert message.text == "Robot"
    assert [text for _, text in house.chat.posts] == ["Queued"]
    assert house.chat.nudges == []


async def test_a_quick_version_is_shown_while_the_full_one_waits(house: House) -> None:
    delivery = house.delivery()
    ask = await opened(house, delivery)
    async with at_work(delivery.run()):
        await made_first_look(house, ask)
        text = f"{QUICK_ONE}\nQueued"
        message = await sees(house, ask, clip=first_look_id(ask.id), text=text)
    assert message.progress is None


async def test_a_worker_that_can_do_both_makes_the_quick_version_first(house: House) -> None:
    ask = await opened(house, house.delivery())
    assert (await house.claim()).job.id == first_look_id(ask.id)


async def test_nobody_pays_for_a_quick_version_and_nothing_counts_it(house: House) -> None:
    delivery, studio = house.delivery(), house.services.studio
    ask = await opened(house, delivery)
    async with at_work(delivery.run()):
        await made_first_look(house, ask)
        await sees(house, ask, clip=first_look_id(ask.id), text=QUICK_ONE)
        assert not await house.is_delivered(ask.id)
        assert await house.credits(ask.id) == [LedgerKind.HOLD]
        claim = await begun_film(house, ask)
        await house.services.queue.finish(claim, filmed(claim))
        await over(house, ask.id)
    assert await house.credits(ask.id) == SPENT
    assert await house.credits(first_look_id(ask.id)) == []
    assert [request.id for request in await studio.jobs(house.me)] == [ask.id]
    assert await Outbox(house.services.redis, "web").jobs() == frozenset()


async def test_a_quick_version_takes_no_place_from_who_asked(one_each: House) -> None:
    house = one_each
    ask = await house.submitted(effect="robot")
    assert await house.services.queue.state(ask.id) is JobState.QUEUED
    assert await state_of_first_look(house, ask.id) is JobState.QUEUED


async def test_a_full_one_that_is_not_taken_leaves_no_quick_version_in_the_queue(
    one_each: House,
) -> None:
    house = one_each
    await house.services.queue.enqueue(a_job(person=house.me.id))
    ask = await house.ask(effect="robot")
    with pytest.raises(Refused):
        await house.services.studio.submit(ask)
    assert await state_of_first_look(house, ask.id) is JobState.CANCELLED
    assert await house.credits(ask.id) == GIVEN_BACK


async def test_a_quick_version_that_is_not_taken_is_left_out(one_each: House) -> None:
    house = one_each
    await house.services.queue.enqueue(a_job(person=f"{house.me.id}:draft"))
    ask = await house.submitted(effect="robot")
    assert await house.services.queue.state(ask.id) is JobState.QUEUED
    assert await state_of_first_look(house, ask.id) is None


async def test_a_new_process_goes_on_showing_the_quick_version(house: House) -> None:
    before = house.delivery()
    ask = await opened(house, before)
    async with at_work(before.run()):
        await made_first_look(house, ask)
        await sees(house, ask, clip=first_look_id(ask.id), text=QUICK_ONE)
    claim = await begun_film(house, ask, 0.6)
    async with at_work(house.delivery().run()):
        await sees(house, ask, clip=first_look_id(ask.id), text="60 %")
        await house.services.queue.finish(claim, filmed(claim))
        await delivered(house, ask.id)
    assert "Rendering Robot… 60 %" not in [text for _, text in house.chat.edits]
    assert len(house.chat.posts) == 1


async def test_cancelling_calls_the_quick_version_off(house: House) -> None:
    ask = await opened(house, house.delivery())
    await house.services.studio.cancel(house.me, ask.id)
    assert await state_of_first_look(house, ask.id) is JobState.CANCELLED


async def test_one_that_is_cancelled_keeps_the_quick_version_that_is_shown(house: House) -> None:
    delivery = house.delivery()
    ask = await opened(house, delivery)
    async with at_work(delivery.run()):
        await made_first_look(house, ask)
        await sees(house, ask, clip=first_look_id(ask.id), text=QUICK_ONE)
        await house.services.studio.cancel(house.me, ask.id)
        message = await delivered(house, ask.id)
    assert message.text == f"Cancelled.\n{STAYS}"
    assert message.clip is not None
    assert message.clip.key == clip_keys(first_look_id(ask.id)).video
    assert actions(message) == [Action.AGAIN, Action.OTHER_EFFECT, Action.DELETE]
    assert await house.credits(ask.id) == GIVEN_BACK


@pytest.mark.parametrize(
    "outcome",
    [Failed(error="boom"), Declined(refusal=Refusal(RefusalCode.UNSAFE_CLIP))],
    ids=["failed", "refused"],
)
@pytest.mark.parametrize("restarts", [False, True], ids=["", "after a restart"])
async def test_where_there_is_no_full_one_the_quick_version_stays_for_nothing(
    house: House, outcome: Failed | Declined, restarts: bool
) -> None:
    before = house.delivery()
    ask = await opened(house, before)
    async with at_work(before.run()):
        await made_first_look(house, ask)
        await sees(house, ask, clip=first_look_id(ask.id), text=QUICK_ONE)
        claim = await begun_film(house, ask)
        if not restarts:
            await house.services.queue.finish(claim, outcome)
            await over(house, ask.id)
    if restarts:
        await house.services.queue.finish(claim, outcome)
        async with at_work(house.delivery().run()):
            await over(house, ask.id)
    (message,) = house.chat.messages(ask.id)
    assert message.clip is not None
    assert message.text.endswith(STAYS)
    assert Action.DELETE in actions(message)
    assert await house.credits(ask.id) == GIVEN_BACK


async def test_a_quick_version_still_in_the_queue_is_called_off_at_the_end(house: House) -> None:
    delivery = house.delivery()
    ask = await opened(house, delivery)
    async with at_work(delivery.run()):
        claim = await begun_film(house, ask)
        await house.services.queue.finish(claim, filmed(claim))
        message = await delivered(house, ask.id)
        assert await state_of_first_look(house, ask.id) is JobState.CANCELLED
    assert message.text == "Robot"


async def test_it_is_called_off_as_well_when_nobody_heard_of_the_end(house: House) -> None:
    ask = await opened(house, house.delivery())
    claim = await begun_film(house, ask)
    await house.services.queue.finish(claim, filmed(claim))
    outbox = Outbox(house.services.redis, "web")
    for entry in await outbox.entries(wait=timedelta()):
        await outbox.acknowledge(entry.entry)
    house.time.ahead = timedelta(seconds=30)
    await house.services.sweeper.requeue()
    assert await house.has_ended(ask.id)
    assert await state_of_first_look(house, ask.id) is JobState.CANCELLED


async def test_a_quick_version_that_comes_too_late_is_not_kept(house: House) -> None:
    delivery = house.delivery()
    ask = await opened(house, delivery)
    quick = await claimed_first_look(house, ask)
    async with at_work(delivery.run()):
        claim = await begun_film(house, ask)
        await house.services.queue.finish(claim, filmed(claim))
        await delivered(house, ask.id)
        await finished_first_look(house, quick)

        async def is_gone() -> bool:
            return not await is_stored(house, first_look_id(ask.id))

        assert await wait_until(is_gone, within_s=SOON_S)
    assert house.chat.messages(ask.id)[0].text == "Robot"


async def test_a_look_that_stands_in_is_shown_as_ever(house: House) -> None:
    delivery = house.delivery()
    ask = await opened(house, delivery)
    async with at_work(delivery.run()):
        await made_first_look(house, ask)
        claim = await begun_film(house, ask)
        await house.services.queue.finish(claim, success(claim.job))
        message = await delivered(house, ask.id)
    assert message.clip is not None
    assert message.clip.key == clip_keys(ask.id).video
    assert message.text.startswith("Robot\nThis is the quick version of Robot")


async def test_deleting_takes_the_quick_version_away_too(house: House) -> None:
    delivery = house.delivery()
    ask = await opened(house, delivery)
    async with at_work(delivery.run()):
        await made_first_look(house, ask)
        await sees(house, ask, clip=first_look_id(ask.id), text=QUICK_ONE)
        await house.services.studio.delete(house.me, ask.id)
        await delivery.close(ask.id)
    assert house.chat.messages(ask.id) == []
    assert not await is_stored(house, first_look_id(ask.id))


async def test_a_quick_version_of_what_was_deleted_is_not_kept(house: House) -> None:
    delivery = house.delivery()
    ask = await opened(house, delivery)
    quick = await claimed_first_look(house, ask)
    await house.services.studio.delete(house.me, ask.id)
    await delivery.close(ask.id)
    await finished_first_look(house, quick)
    async with at_work(delivery.run()):

        async def is_gone() -> bool:
            return not await is_stored(house, first_look_id(ask.id))

        assert await wait_until(is_gone, within_s=SOON_S)
    assert house.chat.messages(ask.id) == []


async def test_a_quick_version_the_platform_does_not_take_is_left_out(house: House) -> None:
    delivery = house.delivery()
    house.chat.takes_clips = False
    ask = await opened(house, delivery)
    async with at_work(delivery.run()):
        await made_first_look(house, ask)
        claim = await begun_film(house, ask)
        assert await shows(house, ask.id, "Rendering Robot… 40 %")
        house.chat.takes_clips = True
        await house.services.queue.finish(claim, filmed(claim))
        message = await delivered(house, ask.id)
    assert message.clip is not None
    assert message.clip.key == clip_keys(ask.id).video
    assert all(QUICK_ONE not in text for _, text in house.chat.edits)


async def test_a_quick_version_too_large_does_not_hide_how_it_ended(house: House) -> None:
    house.chat.takes_clips = False
    ask = await opened(house, house.delivery())
    await made_first_look(house, ask)
    claim = await begun_film(house, ask)
    await house.services.queue.finish(claim, Failed(error="boom"))
    async with at_work(house.delivery().run()):
        message = await delivered(house, ask.id)
    assert message.clip is None
    assert message.text.startswith("Something went wrong on our side")
    assert await house.credits(ask.id) == GIVEN_BACK
    assert not (await house.request(ask.id)).undeliverable


async def test_a_quick_version_whose_file_is_gone_is_left_out(house: House) -> None:
    delivery = house.delivery()
    ask = await opened(house, delivery)

    async def is_gone(verb: str) -> None:
        if verb == "edit":
            house.chat.before = at_once
            raise MediaMissing("the quick version")

    async with at_work(delivery.run()):
        await begun_film(house, ask)
        assert await shows(house, ask.id, "40 %")
        house.chat.before = is_gone
        await made_first_look(house, ask)
        assert await wait_until(lambda: _is(house.chat.before is at_once), within_s=SOON_S)
        assert await shows(house, ask.id, "Rendering Robot… 40 %")
    assert house.chat.clips(ask.id) == 0


async def _is(so: bool) -> bool:
    return so


async def test_a_quick_version_the_platform_did_not_answer_to_is_shown_again(house: House) -> None:
    delivery = house.delivery()
    ask = await opened(house, delivery)
    async with at_work(delivery.run()):
        await begun_film(house, ask)
        assert await shows(house, ask.id, "40 %")
        house.chat.faults["edit"].extend([Fault.UNAVAILABLE, Fault.REPLY_LOST])
        await made_first_look(house, ask)
        await sees(house, ask, clip=first_look_id(ask.id), text="40 %")
    assert house.chat.most_clips[ask.id] == 1


async def test_in_another_message_the_quick_version_is_shown_by_an_edit(house: House) -> None:
    delivery = house.delivery()
    ask = await opened(house, delivery)
    async with at_work(delivery.run()):
        await made_first_look(house, ask)
        await begun_film(house, ask)
        await sees(house, ask, clip=first_look_id(ask.id), text="40 %")
        house.chat.fade(ask.id)
        assert await wait_until(lambda: _is(len(house.chat.posts) == 2), within_s=SOON_S)
        await sees(house, ask, clip=first_look_id(ask.id), text="40 %")
    assert [text for _, text in house.chat.posts] == ["Queued", "Rendering Robot… 40 %"]


async def test_one_that_comes_late_does_not_stay_in_the_place_of_the_full_one(
    house: House,
) -> None:
    ask = await opened(house, house.delivery())
    late, other = BotProcess(house, ask.id), BotProcess(house, ask.id)
    await made_first_look(house, ask)

    async def hang(_verb: str) -> None:
        house.chat.before = at_once
        await concluded_as(house, await house.claim(FILMS))
        await other.look_until_over()

    house.chat.before = hang
    await late.look()
    (message,) = house.chat.messages(ask.id)
    assert message.clip is not None
    assert message.clip.key == clip_keys(ask.id).video


async def test_what_is_kept_of_a_quick_version_is_who_asks_own_and_leaves_with_the_full_one(
    house: House,
) -> None:
    studio, retention = house.services.studio, house.services.retention
    ask = await opened(house, house.delivery())
    clip = await made_first_look(house, ask)
    somebody = type(house.me.id)("web:somebody")
    assert await studio.owns(house.me.id, clip.key)
    assert not await studio.owns(somebody, clip.key)

    house.time.ahead = LONG * 24
    await retention.remove_orphans(house.time())
    assert await is_stored(house, first_look_id(ask.id))

    await house.services.journal.conclude(ask.id, Failed(error="boom"), house.time())
    house.time.ahead += retention.keep.clips * 2
    await retention.expire(house.time())
    assert not await is_stored(house, first_look_id(ask.id))


async def test_what_is_left_of_nobodys_quick_version_is_removed(house: House) -> None:
    orphan = clip_keys(first_look_id(a_job("nobodys").id)).video
    await house.services.media.put(orphan, b"a clip")
    house.time.ahead = LONG * 24
    await house.services.retention.remove_orphans(house.time())
    assert not await house.services.media.exists(orphan)
