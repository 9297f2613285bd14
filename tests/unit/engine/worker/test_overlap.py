"""A worker on a GPU: one clip is finished while the next one is filmed."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace

import pytest
import torch
from redis.asyncio import Redis

from engine.effects.look_camera import LookCamera
from engine.errors import MakerStuck
from engine.jobs.job import Cancelled, Declined, JobId, JobState, Succeeded, WorkerId
from engine.jobs.media.backend import LOOKING
from engine.jobs.media.store import MediaStore
from engine.jobs.refusal import Refusal, RefusalCode
from engine.jobs.survey import WorkerState
from engine.vision.vision import Vision
from engine.worker.bench import Bench, Patience
from engine.worker.loop import Worker
from tests.fakes.photos import astronaut_jpeg
from tests.fakes.s3 import FakeS3
from tests.unit.engine.worker.film_set import FilmSet, Noted, Strict, filmed, on_a_gpu
from tests.unit.engine.worker.test_worker_troubles import asks, send_away
from tests.unit.engine.worker.working import (
    PHOTO,
    is_running,
    job,
    outcome,
    outcomes,
    until,
    working,
)


@pytest.fixture
def films() -> FilmSet:
    """The first film waits to be finished, and the second while it is filmed."""
    return FilmSet(waiting={2}, unfinished={1})


@pytest.fixture
def looks(vision: Vision, films: FilmSet) -> LookCamera:
    return Noted(vision, films.happened)


@pytest.fixture
def gpu(bench: Bench, films: FilmSet, looks: LookCamera) -> Bench:
    return on_a_gpu(bench, films, looks)


async def enqueue(bench: Bench, *seeds: int) -> None:
    for seed in seeds:
        await bench.queue.enqueue(filmed(seed))


async def attempts(redis: Redis, seed: int) -> int:
    return int(await redis.hget(f"zoetrope:{{main}}:job:job{seed}", "attempt") or 0)


def state(bench: Bench) -> list[WorkerState]:
    registry = bench.metrics.registry
    return [
        one
        for one in WorkerState
        if registry.get_sample_value("vq_worker_state", {"worker": "w1", "state": one}) == 1
    ]


async def test_the_next_film_is_begun_before_the_clip_at_hand_is_finished(
    gpu: Bench, redis: Redis, films: FilmSet
) -> None:
    await enqueue(gpu, 1, 2)
    async with working(gpu):
        await until(lambda: films.has("finishes 1", "films 2"))
        assert "finished 1" not in films.happened
        assert await is_running(gpu, "job1")
        films.unfinished.clear()
        first = await outcome(redis)
        assert state(gpu) == [WorkerState.WORKING]
        films.waiting.clear()
        done = await outcomes(redis, 2)
    assert isinstance(first, Succeeded)
    assert [one.seed for one in done if isinstance(one, Succeeded)] == [1, 2]
    assert gpu.measured.medians().keys() == {"model:tiny|a GPU|128|0"}


async def test_the_next_job_is_claimed_once_the_film_at_hand_is_shot_and_never_earlier(
    gpu: Bench, films: FilmSet
) -> None:
    films.waiting |= {1}
    await enqueue(gpu, 1, 2)
    async with working(gpu):
        await until(lambda: films.has("films 1"))
        other = await gpu.queue.claim(WorkerId("w2"), gpu.ability, nonce="n")
        films.waiting.clear()
        films.unfinished.clear()
    assert other is not None
    assert other.job.id == "job2"
    assert "films 2" not in films.happened


async def test_at_most_one_clip_is_finished_at_a_time(
    gpu: Bench, redis: Redis, films: FilmSet
) -> None:
    films.waiting.clear()
    await enqueue(gpu, 1, 2, 3)
    async with working(gpu):
        await until(lambda: films.has("shot 2"))
        assert await gpu.queue.state(JobId("job3")) is JobState.QUEUED
        films.unfinished.clear()
        await outcomes(redis, 3)
    for earlier, later in (("finished 1", "finishes 2"), ("finished 1", "films 3")):
        assert films.happened.index(earlier) < films.happened.index(later)
    assert films.happened.index("films 3") < films.happened.index("finished 3")


async def test_jobs_that_were_claimed_at_once_overlap_too(
    gpu: Bench, redis: Redis, films: FilmSet
) -> None:
    for seed in (1, 2):
        await gpu.queue.enqueue(filmed(seed, batch_key="alike"))
    async with working(gpu, batch=2):
        await until(lambda: films.has("finishes 1", "films 2"))
        films.unfinished.clear()
        films.waiting.clear()
        done = await outcomes(redis, 2)
    assert all(isinstance(one, Succeeded) for one in done)


async def test_on_a_mere_processor_clips_are_made_one_after_the_other(
    gpu: Bench, redis: Redis, films: FilmSet
) -> None:
    plain = replace(gpu, ability=replace(gpu.ability, device="cpu"))
    films.waiting.clear()
    films.unfinished.clear()
    await enqueue(plain, 1, 2)
    async with working(plain):
        await outcomes(redis, 2)
    assert films.happened == [
        f"{what} {seed}" for seed in (1, 2) for what in ("films", "shot", "finishes", "finished")
    ]


async def test_a_look_is_not_begun_while_a_clip_is_finished(
    gpu: Bench, redis: Redis, films: FilmSet
) -> None:
    await enqueue(gpu, 1)
    await gpu.queue.enqueue(job("job2"))
    async with working(gpu):
        await until(lambda: is_running(gpu, "job2"))
        films.unfinished.clear()
        first, second = await outcomes(redis, 2)
    assert isinstance(first, Succeeded)
    assert isinstance(second, Succeeded)
    assert (first.variant, second.variant) == ("film", "head_turn")
    assert films.happened[-2:] == ["finished 1", "draws 7"]


async def test_a_job_that_failed_before_is_not_begun_while_a_clip_is_finished(
    gpu: Bench, redis: Redis, films: FilmSet
) -> None:
    await enqueue(gpu, 1, 2)
    claims = [await gpu.queue.claim(WorkerId("w2"), gpu.ability, nonce=name) for name in "ab"]
    first, second = filter(None, claims)
    await gpu.queue.hand_back(first)
    await gpu.queue.retry(second, "its worker stopped answering")
    films.waiting.clear()
    async with working(gpu):
        await until(lambda: is_running(gpu, "job2"))
        films.unfinished.clear()
        await outcomes(redis, 2)
    assert films.happened.index("finished 1") < films.happened.index("films 2")


async def test_a_clip_is_cancelled_while_it_is_finished_and_the_film_under_way_goes_on(
    gpu: Bench, redis: Redis, films: FilmSet
) -> None:
    await enqueue(gpu, 1, 2)
    async with working(gpu):
        await until(lambda: films.has("finishes 1", "films 2"))
        await gpu.queue.cancel(JobId("job1"))
        cancelled = await outcome(redis)
        assert await is_running(gpu, "job2")
        films.waiting.clear()
        _, done = await outcomes(redis, 2)
    assert isinstance(cancelled, Cancelled)
    assert isinstance(done, Succeeded)
    assert await attempts(redis, 2) == 1


async def test_a_film_is_cancelled_while_it_waits_for_the_one_that_is_finished(
    gpu: Bench, redis: Redis, films: FilmSet
) -> None:
    films.waiting.clear()
    await enqueue(gpu, 1, 2)
    async with working(gpu):
        await until(lambda: films.has("shot 2"))
        await gpu.queue.cancel(JobId("job2"))
        assert isinstance(await outcome(redis), Cancelled)
        films.unfinished.clear()
        _, done = await outcomes(redis, 2)
    assert isinstance(done, Succeeded)
    assert "finishes 2" not in films.happened


async def test_a_stopping_worker_ends_both_the_clip_and_the_film_at_hand(
    gpu: Bench, redis: Redis, films: FilmSet
) -> None:
    await enqueue(gpu, 1, 2, 3)
    async with working(gpu) as worker:
        await until(lambda: films.has("finishes 1", "films 2"))
        worker.stop()
        films.unfinished.clear()
        films.waiting.clear()
    done = await outcomes(redis, 2)
    assert all(isinstance(one, Succeeded) for one in done)
    assert await gpu.queue.state(JobId("job3")) is JobState.QUEUED


async def test_a_stopping_worker_without_time_hands_both_back_uncounted(
    gpu: Bench, redis: Redis, films: FilmSet
) -> None:
    await enqueue(gpu, 1, 2)
    async with working(gpu, patience=Patience(drain_s=0)) as worker:
        await until(lambda: films.has("finishes 1", "films 2"))
        worker.stop()
    for seed in (1, 2):
        assert await gpu.queue.state(JobId(f"job{seed}")) is JobState.QUEUED
        assert await attempts(redis, seed) == 0


async def test_a_clip_that_the_gate_refuses_leaves_the_film_under_way_alone(
    bench: Bench, redis: Redis, films: FilmSet, looks: LookCamera
) -> None:
    gpu = on_a_gpu(bench, films, looks, gate=Strict(1))
    await enqueue(gpu, 1, 2)
    async with working(gpu):
        await until(lambda: films.has("films 2"))
        films.unfinished.clear()
        assert await outcome(redis) == Declined(refusal=Refusal(RefusalCode.UNSAFE_CLIP))
        films.waiting.clear()
        _, done = await outcomes(redis, 2)
    assert isinstance(done, Succeeded)


async def test_a_clip_that_cannot_be_finished_is_tried_again_and_the_film_under_way_goes_on(
    gpu: Bench, redis: Redis, films: FilmSet
) -> None:
    films.errors[1] = [RuntimeError("the encoder fell over")]
    await enqueue(gpu, 1, 2)
    async with working(gpu):
        await until(lambda: films.has("films 2"))
        films.unfinished.clear()
        await until(lambda: is_queued(gpu, "job1"))
        films.waiting.clear()
        done = await outcomes(redis, 2)
    assert [one.seed for one in done if isinstance(one, Succeeded)] == [2, 1]
    assert [await attempts(redis, seed) for seed in (1, 2)] == [2, 1]


async def test_where_memory_does_not_suffice_to_finish_a_film_the_look_stands_in(
    gpu: Bench, redis: Redis, films: FilmSet
) -> None:
    films.errors[1] = [torch.OutOfMemoryError("nothing is left")]
    both = replace(filmed(1), variants=(*filmed(1).variants, *job().variants))
    await gpu.queue.enqueue(both)
    await enqueue(gpu, 2)
    async with working(gpu):
        await until(lambda: films.has("films 2"))
        films.unfinished.clear()
        films.waiting.clear()
        done = await outcomes(redis, 2)
    assert {(one.seed, one.variant) for one in done if isinstance(one, Succeeded)} == {
        (1, "head_turn"),
        (2, "film"),
    }


async def test_a_clip_that_is_never_finished_is_given_up_and_its_worker_ends(
    gpu: Bench, redis: Redis, films: FilmSet
) -> None:
    films.hanging = threading.Event()
    await enqueue(gpu, 1, 2)
    patience = Patience(stuck_s=1.0, stop_s=0.5, drain_s=0)
    running = asyncio.create_task(Worker(WorkerId("w1"), gpu, patience=patience).run())
    await until(lambda: films.has("films 2"))
    with pytest.raises(MakerStuck):
        await asyncio.wait_for(running, 60)
    films.hanging.set()
    films.unfinished.clear()
    for seed in (1, 2):
        assert await gpu.queue.state(JobId(f"job{seed}")) is JobState.QUEUED
    assert [await attempts(redis, seed) for seed in (1, 2)] == [1, 0]


async def test_while_a_clip_waits_for_the_media_store_one_more_film_is_shot(
    bench: Bench, redis: Redis, s3: FakeS3, films: FilmSet, looks: LookCamera
) -> None:
    media = MediaStore.at(s3.bucket(), LOOKING)
    await media.put(PHOTO, astronaut_jpeg())
    gpu = on_a_gpu(replace(bench, media=media), films, looks)
    await enqueue(gpu, 1, 2, 3)
    async with working(gpu):
        await until(lambda: films.has("films 2"))
        send_away(s3)
        films.unfinished.clear()
        films.waiting.clear()
        await until(lambda: films.has("finished 1", "shot 2"))
        await until(lambda: asks(s3, 3))
        assert await gpu.queue.state(JobId("job3")) is JobState.QUEUED
        s3.failing = None
        done = await outcomes(redis, 3)
    assert [one.seed for one in done if isinstance(one, Succeeded)] == [1, 2, 3]
    assert films.happened.count("films 1") == 1


async def is_queued(bench: Bench, job_id: str) -> bool:
    return await bench.queue.state(JobId(job_id)) is JobState.QUEUED
