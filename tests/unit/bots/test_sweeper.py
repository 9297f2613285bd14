"""Sweeping: what the queue lost comes back, what nobody keeps any more goes."""

from __future__ import annotations

import asyncio
import os
from datetime import timedelta
from pathlib import Path

from bots.chat import Ask, Message
from bots.store.conversation import Answered, Conversation
from deploy.polling import wait_until
from engine.jobs.job import (
    OUTCOME_JSON,
    Cancelled,
    JobId,
    JobState,
    MediaKey,
    Succeeded,
    WorkerId,
)
from engine.jobs.media.store import clip_keys, live_key
from engine.jobs.queue import JobQueue
from tests.house import ABILITY, House, a_house, at_work
from tests.job_samples import success
from tests.valkey import ValkeyProcess

SOON_S = 20


async def forgotten_by_the_queue(house: House) -> Ask:
    """Have an ask taken some time ago, of which the queue has lost everything."""
    ask = await house.submitted()
    await house.services.redis.flushall()
    house.time.ahead += timedelta(seconds=30)
    return ask


async def finished(house: House) -> Succeeded:
    """Have a clip made and journalled, with its files."""
    ask = await house.submitted(prompt="something private")
    claim = await house.work(lambda claim: success(claim.job))
    outcome, keys = success(claim.job), clip_keys(ask.id)
    await house.services.media.put(keys.video, b"a clip")
    await house.services.media.put(keys.poster, b"a poster")
    await house.services.media.put(keys.receipt, OUTCOME_JSON.dump_json(outcome))
    await house.services.journal.conclude(ask.id, outcome, house.time())
    return outcome


def job_of(outcome: Succeeded) -> JobId:
    return JobId(outcome.clip.key.removeprefix("clips/").removesuffix(".mp4"))


async def test_a_request_the_queue_has_lost_is_queued_again_as_it_was(house: House) -> None:
    ask = await forgotten_by_the_queue(house)
    await house.services.sweeper.requeue()
    assert (await house.claim()).job == (await house.request(ask.id)).job


async def test_a_job_whose_worker_is_gone_comes_back_with_no_other_worker_left(
    house: House,
) -> None:
    await house.submitted()
    hasty = JobQueue(house.services.redis, lease=timedelta(0))
    assert await hasty.claim(WorkerId("gone"), ABILITY, nonce="n") is not None

    await house.services.sweeper.requeue()

    assert (await house.claim()).attempt == 2


async def test_several_sweepers_queue_it_once(house: House) -> None:
    ask = await forgotten_by_the_queue(house)
    await asyncio.gather(*(house.services.sweeper.requeue() for _ in range(4)))
    assert (await house.claim()).job.id == ask.id
    standing = await house.services.queue.standing(ask.id)
    assert standing is not None
    assert standing.position == 0


async def test_a_request_on_its_way_to_the_queue_is_left_alone(house: House) -> None:
    ask = await house.submitted()
    await house.services.redis.flushall()
    await house.services.sweeper.requeue()
    assert await house.services.queue.state(ask.id) is None


async def test_a_clip_that_was_made_before_the_queue_lost_it_is_not_made_again(
    house: House,
) -> None:
    ask = await forgotten_by_the_queue(house)
    job = (await house.request(ask.id)).job
    assert job is not None
    receipt = OUTCOME_JSON.dump_json(success(job))
    await house.services.media.put(clip_keys(ask.id).receipt, receipt)
    await house.services.sweeper.requeue()
    assert await house.services.queue.state(ask.id) is None
    assert (await house.request(ask.id)).outcome == success(job)


async def test_an_erased_request_the_queue_has_lost_ends(house: House) -> None:
    ask = await house.submitted()
    await house.claim()
    await house.services.studio.delete(house.me, ask.id)
    await house.services.redis.flushall()
    house.time.ahead = timedelta(seconds=30)
    await house.services.sweeper.requeue()
    assert (await house.request(ask.id)).outcome == Cancelled()


async def test_a_photo_is_kept_for_a_day(house: House) -> None:
    ask = await house.submitted()
    await house.services.sweeper.tidy()
    assert await house.services.media.exists(ask.photos[0])
    house.time.ahead = timedelta(hours=24, minutes=1)
    await house.services.sweeper.tidy()
    assert not await house.services.media.exists(ask.photos[0])
    assert not await house.services.studio.owns(house.me.id, ask.photos[0])


async def test_a_clip_and_its_words_are_kept_for_a_week(house: House) -> None:
    outcome = await finished(house)
    house.time.ahead = timedelta(days=6)
    await house.services.sweeper.tidy()
    assert await house.services.media.exists(outcome.clip.key)
    house.time.ahead = timedelta(days=7, minutes=1)
    await house.services.sweeper.tidy()
    assert await house.services.media.list() == []
    request = await house.request(job_of(outcome))
    assert (request.state, request.job) == (JobState.SUCCEEDED, None)


async def test_a_web_conversation_is_kept_as_long_as_its_clips(house: House) -> None:
    conversation = Conversation(house.services.database)
    answer = Answered(job=JobId("1"), message=Message(text="Symbiote"))
    await conversation.add(house.here.id, answer, house.time())
    house.time.ahead = timedelta(days=6)
    await house.services.sweeper.tidy()
    assert len(await conversation.latest(house.here.id, limit=9)) == 1
    house.time.ahead = timedelta(days=7, minutes=1)
    await house.services.sweeper.tidy()
    assert len(await conversation.latest(house.here.id, limit=9)) == 0


async def test_the_journal_is_kept_for_ninety_days(house: House) -> None:
    outcome = await finished(house)
    house.time.ahead = timedelta(days=90, minutes=1)
    await house.services.sweeper.tidy()
    assert await house.services.journal.get(job_of(outcome)) is None


async def test_files_no_row_names_are_removed_once_they_are_old(
    house: House, tmp_path: Path
) -> None:
    kept = await finished(house)
    media = house.services.media
    orphans = [
        clip_keys(JobId("nobody")).video,
        MediaKey(f"photos/{'0' * 32}.jpg"),
        live_key(job_of(kept), token=1, number=7),
    ]
    for key in orphans:
        await media.put(key, b"x")
    await house.services.sweeper.tidy()
    assert all([await media.exists(key) for key in orphans])
    make_old(tmp_path / "media", hours=2)
    await house.services.sweeper.tidy()
    assert not any([await media.exists(key) for key in orphans])
    assert await media.exists(kept.clip.key)


def make_old(folder: Path, *, hours: float) -> None:
    for file in folder.rglob("*.*"):
        then = file.stat().st_mtime - hours * 3600
        os.utime(file, (then, then))


async def test_a_job_survives_the_queue_server_losing_its_memory(tmp_path: Path) -> None:
    first = ValkeyProcess(tmp_path / "first")
    first.start()
    async with a_house(tmp_path, first.url) as house:
        ask = await house.submitted()
        first.kill()
    second = ValkeyProcess(tmp_path / "second")
    second.start()
    async with a_house(tmp_path, second.url) as house:
        house.time.ahead = timedelta(seconds=30)
        async with at_work(house.services.sweeper.run(), house.delivery().run()):

            async def is_queued() -> bool:
                return await house.services.queue.state(ask.id) is JobState.QUEUED

            assert await wait_until(is_queued, within_s=SOON_S)
            await house.work(lambda claim: success(claim.job))
            assert await wait_until(lambda: house.is_delivered(ask.id), within_s=SOON_S)
        assert house.chat.clips(ask.id) == 1
    second.kill()


async def test_a_killed_queue_server_loses_and_doubles_nothing(tmp_path: Path) -> None:
    server = ValkeyProcess(tmp_path / "valkey")
    server.start()
    async with a_house(tmp_path, server.url) as house:
        delivery = house.delivery()
        async with at_work(house.services.sweeper.run(), delivery.run()):
            ask = await house.opened(delivery)
            server.kill()
            server.start()
            claim = await house.claim()
            server.kill()
            server.start()
            assert await house.services.queue.finish(claim, success(claim.job))
            assert await wait_until(lambda: house.is_delivered(ask.id), within_s=SOON_S)
        assert house.chat.clips(ask.id) == 1
    server.kill()
