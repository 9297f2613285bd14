"""A worker with real parts: Valkey, media folder, nets and a look at its smallest size."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from redis.asyncio import Redis

from engine.effects.look import Frames, Shot
from engine.jobs.job import (
    Cancelled,
    Declined,
    Failed,
    Job,
    JobId,
    MediaKey,
    Succeeded,
    Variant,
    WorkerId,
)
from engine.jobs.media.store import clip_keys
from engine.jobs.queue import JobQueue
from engine.jobs.refusal import Refusal, RefusalCode
from engine.vision.scene import Scene
from engine.worker.bench import Bench, Patience
from tests.fakes.photos import jpeg, mirrored, no_face_jpeg
from tests.unit.engine.worker.broken_looks import looking, photo_for_ever
from tests.unit.engine.worker.working import (
    ABILITY,
    PHOTO,
    is_running,
    job,
    outcome,
    outcomes,
    until,
    working,
)

SECOND_PHOTO = MediaKey("photos/" + "b" * 32 + ".jpg")


def job_of_two() -> Job:
    """A job that needs two photos."""
    morph = Variant(name="morph", needs="look:morph", cost_s=6.0)
    return replace(job(), effect="morph", variants=(morph,), photos=(PHOTO, SECOND_PHOTO))


async def test_a_claimed_photo_becomes_a_stored_clip(bench: Bench, redis: Redis) -> None:
    await bench.queue.enqueue(job())

    async with working(bench):
        done = await outcome(redis)

    assert isinstance(done, Succeeded)
    assert (done.clip.width, done.clip.height, done.clip.seconds) == (128, 128, 4.0)
    assert (await bench.media.get(done.clip.key))[4:8] == b"ftyp"
    assert (await bench.media.get(done.clip.poster))[:2] == b"\xff\xd8"
    assert bench.measured.medians().keys() == {"look:head_turn|cpu|128|0"}


async def test_a_cancel_stops_the_clip_while_it_renders(bench: Bench, redis: Redis) -> None:
    await bench.queue.enqueue(job(size=640))

    async with working(bench):
        await until(lambda: is_running(bench))
        await bench.queue.cancel(JobId("job1"))
        done = await outcome(redis)

    assert isinstance(done, Cancelled)
    assert not await bench.media.exists(clip_keys(JobId("job1")).video)


async def test_a_photo_without_a_face_is_refused_at_the_first_attempt(
    bench: Bench, redis: Redis
) -> None:
    await bench.media.put(PHOTO, no_face_jpeg())
    await bench.queue.enqueue(job())

    async with working(bench):
        done = await outcome(redis)

    assert isinstance(done, Declined)
    assert done.refusal.code is RefusalCode.NO_FACE


async def test_two_photos_become_one_clip(bench: Bench, redis: Redis) -> None:
    await bench.media.put(SECOND_PHOTO, jpeg(mirrored()))
    await bench.queue.enqueue(job_of_two())

    async with working(bench):
        done = await outcome(redis)

    assert isinstance(done, Succeeded)
    assert (await bench.media.get(done.clip.key))[4:8] == b"ftyp"


async def test_the_photo_without_a_face_is_named(bench: Bench, redis: Redis) -> None:
    await bench.media.put(SECOND_PHOTO, no_face_jpeg())
    await bench.queue.enqueue(job_of_two())

    async with working(bench):
        done = await outcome(redis)

    assert done == Declined(refusal=Refusal(RefusalCode.NO_FACE, {"photo": 2}))


async def test_a_photo_that_expired_meanwhile_is_refused(bench: Bench, redis: Redis) -> None:
    await bench.media.delete(PHOTO)
    await bench.queue.enqueue(job())

    async with working(bench):
        done = await outcome(redis)

    assert isinstance(done, Declined)
    assert done.refusal.code is RefusalCode.PHOTO_GONE


async def test_our_own_failure_is_tried_again_and_then_said(bench: Bench, redis: Redis) -> None:
    await bench.media.put(PHOTO, b"\xff\xd8 not really a photo")
    await bench.queue.enqueue(job())

    async with working(bench):
        done = await outcome(redis)

    assert isinstance(done, Failed)
    assert "UnidentifiedImageError" in done.error


async def test_a_stopping_worker_finishes_the_clip_at_hand(bench: Bench, redis: Redis) -> None:
    await bench.queue.enqueue(job(size=320))

    async with working(bench) as worker:
        await until(lambda: is_running(bench))
        worker.stop()

    assert isinstance(await outcome(redis), Succeeded)


async def test_a_stopping_worker_without_time_hands_the_job_back_uncounted(
    bench: Bench,
) -> None:
    await bench.queue.enqueue(job(size=640))

    async with working(bench, patience=Patience(drain_s=0)) as worker:
        await until(lambda: is_running(bench))
        worker.stop()

    claim = await bench.queue.claim(WorkerId("w2"), ABILITY, nonce="n")
    assert claim is not None
    assert claim.attempt == 1


async def test_a_clip_an_earlier_attempt_stored_is_not_made_again(
    bench: Bench, redis: Redis
) -> None:
    await bench.queue.enqueue(job())
    async with working(bench):
        first = await outcome(redis)
    await redis.flushdb()
    await bench.media.delete(PHOTO)

    await bench.queue.enqueue(job())
    async with working(bench):
        second = await outcome(redis)

    assert second == first


async def test_a_worker_that_lost_its_lease_drops_its_clip(bench: Bench, redis: Redis) -> None:
    hasty = replace(bench, queue=JobQueue(redis, lease=timedelta(milliseconds=50)))
    await hasty.queue.enqueue(job(size=640))

    async with working(hasty):
        await until(lambda: is_running(bench))
        await until(lambda: has_been_reaped(bench))
        taken = await bench.queue.claim(WorkerId("w2"), ABILITY, nonce="n")
        assert taken is not None
        await bench.queue.finish(taken, Cancelled())

    assert isinstance(await outcome(redis), Cancelled)
    assert not await bench.media.exists(clip_keys(JobId("job1")).video)


async def test_jobs_that_could_be_made_together_are_claimed_at_once_and_all_made(
    bench: Bench, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = looking(bench, monkeypatch, photo_for_ever)
    for name in ("one", "two", "three"):
        await bench.queue.enqueue(job(name, need="look:broken", batch_key="alike"))

    async with working(quick, batch=2):
        done = await outcomes(redis, 3)

    assert all(isinstance(one, Succeeded) for one in done)
    assert await redis.hget("zoetrope:{main}:counts", "claims|affinity") == "1"


async def test_a_stopping_worker_hands_back_what_it_has_not_begun(
    bench: Bench, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def look(scene: Scene, shot: Shot) -> Iterator[Frames]:
        begun.set()
        go_on.wait(10)
        yield from photo_for_ever(scene, shot)

    slow = looking(bench, monkeypatch, look)
    for name in ("one", "two"):
        await bench.queue.enqueue(job(name, need="look:broken", batch_key="alike"))

    async with working(slow, batch=2) as worker:
        await asyncio.to_thread(begun.wait)
        assert await is_running(bench, "two")
        worker.stop()
        go_on.set()

    assert isinstance(await outcome(redis), Succeeded)
    claim = await bench.queue.claim(WorkerId("w2"), slow.ability, nonce="n")
    assert claim is not None
    assert (claim.job.id, claim.attempt) == ("two", 1)


async def has_been_reaped(bench: Bench) -> bool:
    return await bench.queue.reap() > 0
