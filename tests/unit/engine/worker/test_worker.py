"""A worker with real parts: Valkey, media folder, nets and a look at its smallest size."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from redis.asyncio import Redis

from engine.effects.catalogue import load_effects
from engine.effects.maker import ClipMaker
from engine.jobs.job import (
    Cancelled,
    ClipFormat,
    Declined,
    Failed,
    Job,
    JobId,
    JobState,
    MediaKey,
    Succeeded,
    Variant,
    WorkerId,
)
from engine.jobs.media import MediaStore, clip_keys
from engine.jobs.outbox import Outbox
from engine.jobs.queue import JobQueue
from engine.jobs.refusal import RefusalCode
from engine.safety import OpenGate
from engine.vision.vision import Vision
from engine.worker.loop import Bench, Worker
from engine.worker.pace import Measured
from tests.fakes.photos import astronaut_jpeg, no_face_jpeg

PHOTO = MediaKey("photos/" + "a" * 32 + ".jpg")
SMALL = ClipFormat(size=128)


def job(job_id: str = "job1", *, size: int = 128, photo: MediaKey = PHOTO) -> Job:
    return Job(
        id=JobId(job_id),
        effect="head_turn",
        effect_version="1.0.0",
        variants=(Variant(name="head_turn", needs="look:head_turn", cost_s=6.0),),
        photos=(photo,),
        prompt="",
        seed=7,
        bot="web",
        person="p1",
        place="here",
        format=ClipFormat(size=size),
    )


@pytest.fixture
async def bench(redis: Redis, media: MediaStore, vision: Vision) -> Bench:
    await media.put(PHOTO, astronaut_jpeg())
    return Bench(
        queue=JobQueue(redis),
        media=media,
        maker=ClipMaker(vision, OpenGate()),
        effects=load_effects(),
        measured=Measured(),
    )


@contextlib.asynccontextmanager
async def working(
    bench: Bench, *, drain: timedelta = timedelta(seconds=30)
) -> AsyncIterator[Worker]:
    worker = Worker(WorkerId("w1"), bench, drain=drain)
    running = asyncio.create_task(worker.run())
    try:
        yield worker
    finally:
        worker.stop()
        await running


async def until(fact: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(60):
        while not await fact():
            await asyncio.sleep(0.02)


async def outcome(redis: Redis) -> Succeeded | Declined | Failed | Cancelled:
    outbox = Outbox(redis, "web")
    async with asyncio.timeout(60):
        while True:
            for entry in await outbox.entries(wait=timedelta(seconds=1)):
                return entry.outcome


async def test_a_claimed_photo_becomes_a_stored_clip(bench: Bench, redis: Redis) -> None:
    await bench.queue.enqueue(job(), max_waiting=5)

    async with working(bench):
        done = await outcome(redis)

    assert isinstance(done, Succeeded)
    assert (done.clip.width, done.clip.height, done.clip.seconds) == (128, 128, 4.0)
    assert (await bench.media.get(done.clip.key))[4:8] == b"ftyp"
    assert (await bench.media.get(done.clip.poster))[:2] == b"\xff\xd8"
    assert bench.measured.medians().keys() == {"look:head_turn"}


async def test_a_cancel_stops_the_clip_while_it_renders(bench: Bench, redis: Redis) -> None:
    await bench.queue.enqueue(job(size=640), max_waiting=5)

    async with working(bench):
        await until(lambda: rendering(bench))
        await bench.queue.cancel(JobId("job1"))
        done = await outcome(redis)

    assert isinstance(done, Cancelled)
    assert not await bench.media.exists(clip_keys(JobId("job1")).video)


async def test_a_photo_without_a_face_is_refused_at_the_first_attempt(
    bench: Bench, redis: Redis
) -> None:
    await bench.media.put(PHOTO, no_face_jpeg())
    await bench.queue.enqueue(job(), max_waiting=5)

    async with working(bench):
        done = await outcome(redis)

    assert isinstance(done, Declined)
    assert done.refusal.code is RefusalCode.NO_FACE


async def test_a_photo_that_expired_meanwhile_is_refused(bench: Bench, redis: Redis) -> None:
    await bench.media.delete(PHOTO)
    await bench.queue.enqueue(job(), max_waiting=5)

    async with working(bench):
        done = await outcome(redis)

    assert isinstance(done, Declined)
    assert done.refusal.code is RefusalCode.PHOTO_GONE


async def test_our_own_failure_is_tried_again_and_then_said(bench: Bench, redis: Redis) -> None:
    await bench.media.put(PHOTO, b"\xff\xd8 not really a photo")
    await bench.queue.enqueue(job(), max_waiting=5)

    async with working(bench):
        done = await outcome(redis)

    assert isinstance(done, Failed)
    assert "UnidentifiedImageError" in done.error


async def test_a_stopping_worker_finishes_the_clip_at_hand(bench: Bench, redis: Redis) -> None:
    await bench.queue.enqueue(job(size=320), max_waiting=5)

    async with working(bench) as worker:
        await until(lambda: rendering(bench))
        worker.stop()

    assert isinstance(await outcome(redis), Succeeded)


async def test_a_stopping_worker_without_time_hands_the_job_back_uncounted(
    bench: Bench,
) -> None:
    await bench.queue.enqueue(job(size=640), max_waiting=5)

    async with working(bench, drain=timedelta(0)) as worker:
        await until(lambda: rendering(bench))
        worker.stop()

    claim = await bench.queue.claim(WorkerId("w2"), ["look:head_turn"], nonce="n")
    assert claim is not None
    assert claim.attempt == 1


async def test_a_clip_an_earlier_attempt_stored_is_not_made_again(
    bench: Bench, redis: Redis
) -> None:
    await bench.queue.enqueue(job(), max_waiting=5)
    async with working(bench):
        first = await outcome(redis)
    await redis.flushdb()
    await bench.media.delete(PHOTO)

    await bench.queue.enqueue(job(), max_waiting=5)
    async with working(bench):
        second = await outcome(redis)

    assert second == first


async def test_a_worker_that_lost_its_lease_drops_its_clip(bench: Bench, redis: Redis) -> None:
    hasty = replace(bench, queue=JobQueue(redis, lease=timedelta(milliseconds=50)))
    await hasty.queue.enqueue(job(size=640), max_waiting=5)

    async with working(hasty):
        await until(lambda: rendering(bench))
        await until(lambda: reaped(bench))
        taken = await bench.queue.claim(WorkerId("w2"), ["look:head_turn"], nonce="n")
        assert taken is not None
        await bench.queue.finish(taken, Cancelled())

    assert isinstance(await outcome(redis), Cancelled)
    assert not await bench.media.exists(clip_keys(JobId("job1")).video)


async def rendering(bench: Bench) -> bool:
    return await bench.queue.state(JobId("job1")) is JobState.RUNNING


async def reaped(bench: Bench) -> bool:
    return await bench.queue.reap() > 0
