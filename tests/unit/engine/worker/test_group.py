"""A worker that films on two devices: one worker for the queue, and a process that films along."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from redis.asyncio import Redis

from engine.effects.finishing import Finishing
from engine.effects.look_camera import LookCamera
from engine.effects.maker import ClipMaker
from engine.effects.recipe_camera import RecipeCamera
from engine.effects.variants import RecipeVariant
from engine.errors import GroupBroken
from engine.jobs.job import Cancelled, Job, JobId, JobState, Succeeded, Variant, WorkerId
from engine.jobs.note import read_receipt
from engine.pipelines.bases import Bases
from engine.pipelines.families import family
from engine.safety import OpenGate
from engine.vision.vision import Vision
from engine.worker.ability import ability_of
from engine.worker.bench import Bench
from engine.worker.loop import Worker
from tests.processes import is_running
from tests.unit.engine.effects.group.two_devices import Pair, paired
from tests.unit.engine.effects.tiny_bases import a_base
from tests.unit.engine.worker.working import EFFECTS, job, outcome, outcomes, until, working

DEVICE = "cpu+cpu"
BASES = Bases({"tiny": a_base("wan2.1", "photo", steps=2, width=64, height=64)})
RECIPE = RecipeVariant(name="model", base="tiny", prompt="A head turns.", cost_s=1.0)
LONG = RECIPE.model_copy(update={"name": "long", "steps": 100})


@pytest.fixture
def fetched(tmp_path: Path) -> Path:
    torch.manual_seed(0)
    folder = tmp_path / "models"
    family("wan2.1").checkpoints["photo"].tiny().save_pretrained(folder / "bases" / "tiny")
    return folder


@contextmanager
def on_two_devices(
    bench: Bench, vision: Vision, fetched: Path, *recipes: RecipeVariant
) -> Generator[tuple[Bench, Pair]]:
    """The same parts, with a group that films by these recipes."""
    turn = EFFECTS["head_turn"].model_copy(update={"variants": recipes})
    with paired(fetched, *recipes, bases=BASES) as pair:
        camera = RecipeCamera(pair.models, vision, BASES, Finishing())
        yield (
            replace(
                bench,
                maker=ClipMaker(LookCamera(vision), OpenGate(), camera),
                effects={turn.id: turn},
                ability=ability_of({turn.id: turn}, DEVICE),
                models=pair.own,
            ),
            pair,
        )


def asked(job_id: str, recipe: RecipeVariant) -> Job:
    variant = Variant(name=recipe.name, needs=recipe.needs, cost_s=1.0, frames=9)
    return replace(job(job_id), variants=(variant,))


async def is_filming(bench: Bench, job_id: str) -> bool:
    progress = await bench.queue.last_progress(JobId(job_id))
    return progress is not None and progress.stage == "rendering" and progress.fraction > 0.2


async def test_a_job_is_filmed_by_both_and_so_is_the_next_after_one_that_was_cancelled(
    bench: Bench, redis: Redis, vision: Vision, fetched: Path
) -> None:
    with on_two_devices(bench, vision, fetched, RECIPE, LONG) as (both, _):
        async with working(both):
            await both.queue.enqueue(asked("job1", LONG))
            await until(lambda: is_filming(both, "job1"))
            await both.queue.cancel(JobId("job1"))
            assert isinstance(await outcome(redis), Cancelled)
        async with working(both):
            await both.queue.enqueue(asked("job2", RECIPE))
            cancelled, done = await outcomes(redis, 2)
        assert isinstance(cancelled, Cancelled)
        assert isinstance(done, Succeeded)
        assert (done.variant, done.clip.seconds) == ("model", 9 / 16)
        assert list(both.measured.medians()) == ["model:tiny|2 x cpu|128|9"]
        receipt = await read_receipt(JobId("job2"), both.media)
        assert receipt is not None
        assert receipt.model is not None
        assert receipt.model.weights is not None
        assert receipt.model.weights.held is not None
        assert receipt.model.weights.held.speed == ("2 GPUs",)


async def test_a_job_whose_follower_dies_is_made_again_and_the_worker_ends(
    bench: Bench, redis: Redis, vision: Vision, fetched: Path
) -> None:
    await bench.queue.enqueue(asked("job1", LONG))
    with on_two_devices(bench, vision, fetched, LONG) as (both, pair):
        running = asyncio.create_task(Worker(WorkerId("w1"), both).run())
        await until(lambda: is_filming(both, "job1"))

        os.kill(pair.followers.pids[0], signal.SIGKILL)

        with pytest.raises(GroupBroken, match="on cpu has ended"):
            await running
        assert await both.queue.state(JobId("job1")) is JobState.QUEUED
        assert not any(map(is_running, pair.followers.pids))
    with on_two_devices(bench, vision, fetched, LONG) as (again, _):
        async with working(again):
            done = await outcome(redis)
    assert isinstance(done, Succeeded)
    assert await redis.hget("zoetrope:{main}:job:job1", "attempt") == "2"
