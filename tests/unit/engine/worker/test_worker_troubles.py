"""What goes wrong around a worker: the store is away, memory runs out, a look never returns."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from prometheus_client import CollectorRegistry
from redis.asyncio import Redis

from engine.effects.look import Frames, Shot
from engine.errors import MakerStuck
from engine.jobs.job import Failed, JobId, JobState, Succeeded, WorkerId
from engine.jobs.media.backend import LOOKING
from engine.jobs.media.store import MediaStore
from engine.vision.scene import Scene
from engine.worker.bench import Bench, Patience
from engine.worker.loop import Worker
from tests.fakes.photos import astronaut_jpeg
from tests.fakes.s3 import FakeS3
from tests.unit.engine.worker.broken_looks import looking, photo_for_ever
from tests.unit.engine.worker.working import PHOTO, is_running, job, outcome, until, working

AWAY = 503, "ServiceUnavailable"


@pytest.fixture
async def remote(bench: Bench, s3: FakeS3) -> Bench:
    """A worker's parts, its media on the network."""
    media = MediaStore.at(s3.bucket(), LOOKING)
    await media.put(PHOTO, astronaut_jpeg())
    return replace(bench, media=media)


def send_away(s3: FakeS3) -> None:
    s3.failing = AWAY
    s3.requests.clear()


async def asks(s3: FakeS3, times: int) -> bool:
    return s3.failing is not None and len(s3.requests) >= times


async def attempts(redis: Redis) -> str:
    return str(await redis.hget("zoetrope:{main}:job:job1", "attempt"))


async def test_a_worker_waits_for_the_media_store_with_its_job(
    remote: Bench, redis: Redis, s3: FakeS3, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = looking(remote, monkeypatch, photo_for_ever)
    send_away(s3)
    await bench.queue.enqueue(job(need="look:broken"))

    async with working(bench):
        await until(lambda: asks(s3, 1))
        assert await is_running(bench)
        s3.failing = None
        assert isinstance(await outcome(redis), Succeeded)

    assert await attempts(redis) == "1"


async def test_a_job_goes_back_uncounted_when_the_media_store_stays_away(
    remote: Bench, redis: Redis, s3: FakeS3, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = looking(remote, monkeypatch, photo_for_ever)
    send_away(s3)
    await bench.queue.enqueue(job(need="look:broken"))

    async with working(bench, patience=Patience(media_s=0)):
        await until(lambda: asks(s3, 5))
        s3.failing = None
        assert isinstance(await outcome(redis), Succeeded)

    assert await attempts(redis) == "1"


async def test_a_clip_is_made_once_however_long_it_cannot_be_stored(
    remote: Bench, redis: Redis, s3: FakeS3, monkeypatch: pytest.MonkeyPatch
) -> None:
    times_made: list[int] = []

    def look(scene: Scene, shot: Shot) -> Iterator[Frames]:
        times_made.append(shot.frames)
        yield from photo_for_ever(scene, shot)
        send_away(s3)

    bench = looking(remote, monkeypatch, look)
    await bench.queue.enqueue(job(need="look:broken"))

    async with working(bench, patience=Patience(media_s=0)):
        await until(lambda: asks(s3, 3))
        s3.failing = None
        assert isinstance(await outcome(redis), Succeeded)

    assert len(times_made) == 1


async def test_running_out_of_memory_is_tried_again_and_then_said(
    bench: Bench, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look(scene: Scene, shot: Shot) -> Iterator[Frames]:
        raise MemoryError("no 40 GB")
        yield scene.pixels[None]

    starved = looking(bench, monkeypatch, look)
    await starved.queue.enqueue(job(need="look:broken"))

    async with working(starved):
        done = await outcome(redis)

    assert isinstance(done, Failed)
    assert "out of memory on cpu: no 40 GB" in done.error


async def test_a_look_that_moves_no_more_is_given_up_and_its_worker_ends(
    bench: Bench, redis: Redis, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    released, threads = threading.Event(), set[threading.Thread]()

    def look(scene: Scene, shot: Shot) -> Iterator[Frames]:
        threads.add(threading.current_thread())
        released.wait()
        yield from photo_for_ever(scene, shot)

    hanging = looking(bench, monkeypatch, look)
    await hanging.queue.enqueue(job(need="look:broken", cost_s=0.01))
    worker = Worker(WorkerId("w1"), hanging, patience=Patience(stuck_s=1.0, stop_s=2.0))
    running = asyncio.create_task(worker.run())

    await until(lambda: is_stuck(hanging.metrics.registry))
    with pytest.raises(MakerStuck):
        await asyncio.wait_for(running, 60)

    assert "no progress for" in caplog.text
    assert await hanging.queue.state(JobId("job1")) is JobState.QUEUED
    released.set()
    await asyncio.to_thread(lambda: [thread.join() for thread in threads])


async def is_stuck(registry: CollectorRegistry) -> bool:
    labels = {"worker": "w1", "state": "stuck"}
    return registry.get_sample_value("vq_worker_state", labels) == 1
