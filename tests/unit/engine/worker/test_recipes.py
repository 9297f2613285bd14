"""A worker with a model: it takes jobs for what it has, and makes them; others go by the look."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from redis.asyncio import Redis

from engine.effects.catalogue import Effect
from engine.effects.finishing import Finishing
from engine.effects.look_camera import LookCamera
from engine.effects.maker import ClipMaker
from engine.effects.recipe_camera import RecipeCamera
from engine.effects.recipe_models import RecipeModels
from engine.effects.variants import RecipeVariant
from engine.errors import OutOfMemory
from engine.jobs.job import Cancelled, Job, JobId, Succeeded
from engine.pipelines.bases import Bases
from engine.pipelines.families import family
from engine.pipelines.memory.device_memory import TorchMemory
from engine.pipelines.take import Footage, Take
from engine.pipelines.watching import Watch
from engine.safety import OpenGate
from engine.vision.vision import Vision
from engine.worker.ability import ability_of
from engine.worker.bench import Bench
from engine.worker.presence import publish_previews
from tests.unit.engine.effects.tiny_bases import a_base
from tests.unit.engine.worker.working import EFFECTS, is_running, job, outcome, until, working

BASES = Bases({"tiny": a_base("wan2.1", "photo", steps=2)})


RECIPE = RecipeVariant(name="model", base="tiny", prompt="A head turns. {prompt}", cost_s=1.0)


@pytest.fixture
def turn() -> Effect:
    """An effect with a recipe, and a look where that cannot be made."""
    turn = EFFECTS["head_turn"]
    return turn.model_copy(update={"variants": (RECIPE, *turn.variants)})


@pytest.fixture
def fetched(tmp_path: Path) -> Path:
    """A folder of weights, with a base in it."""
    torch.manual_seed(0)
    folder = tmp_path / "models"
    family("wan2.1").checkpoints["photo"].tiny().save_pretrained(folder / "bases" / "tiny")
    return folder


def equipped(bench: Bench, vision: Vision, turn: Effect, fetched: Path) -> Bench:
    """The same parts, with models beside them."""
    models = RecipeModels(fetched, BASES, turn.recipes, TorchMemory(torch.device("cpu")))
    return replace(
        bench,
        maker=ClipMaker(
            LookCamera(vision), OpenGate(), RecipeCamera(models, vision, BASES, Finishing())
        ),
        effects={turn.id: turn},
        ability=ability_of({turn.id: turn}, "cpu"),
        models=models,
    )


async def asked(bench: Bench, turn: Effect) -> Job:
    """A job as a bot makes one of what the worker offers."""
    (card,) = await publish_previews(bench.effects, bench.media, bench.able)
    return replace(job(), effect=turn.id, variants=card.variants, prompt="slowly")


async def test_what_a_worker_has_a_model_for_is_made_by_it(
    bench: Bench, redis: Redis, vision: Vision, turn: Effect, fetched: Path
) -> None:
    bench = equipped(bench, vision, turn, fetched)
    wanted = await asked(bench, turn)
    assert [variant.needs for variant in wanted.variants] == ["model:tiny", "look:head_turn"]
    await bench.queue.enqueue(wanted)
    async with working(bench):
        done = await outcome(redis)
    assert isinstance(done, Succeeded)
    assert (done.variant, done.clip.seconds, done.by) == ("model", 9 / 16, "Tiny, 2 steps")
    assert (await bench.media.get(done.clip.key))[4:8] == b"ftyp"
    assert bench.able.switch_s["model:tiny"] == 0.3, "it stays in memory"


async def test_where_no_model_is_fetched_the_look_is_offered_alone(
    bench: Bench, redis: Redis, vision: Vision, turn: Effect, tmp_path: Path
) -> None:
    bench = equipped(bench, vision, turn, tmp_path / "nothing")
    wanted = await asked(bench, turn)
    assert [variant.name for variant in wanted.variants] == ["head_turn"]
    await bench.queue.enqueue(wanted)
    async with working(bench):
        done = await outcome(redis)
    assert isinstance(done, Succeeded)
    assert done.variant == "head_turn"


async def test_a_film_is_stopped_when_its_job_is_cancelled(
    bench: Bench, redis: Redis, vision: Vision, turn: Effect, fetched: Path
) -> None:
    bench = equipped(bench, vision, turn, fetched)
    long = RECIPE.model_copy(update={"steps": 100})
    bench = replace(bench, effects={turn.id: turn.model_copy(update={"variants": (long,)})})
    await bench.queue.enqueue(await asked(bench, turn))
    async with working(bench):
        await until(lambda: is_running(bench))
        await bench.queue.cancel(JobId("job1"))
        done = await outcome(redis)
    assert isinstance(done, Cancelled)


class NoRoom:
    """Models that do not fit."""

    def film(self, recipe: RecipeVariant, take: Take, watch: Watch) -> Footage:
        raise OutOfMemory("cuda", "nothing is left")


async def test_where_memory_does_not_suffice_the_look_stands_in(
    bench: Bench, redis: Redis, vision: Vision, turn: Effect, fetched: Path
) -> None:
    bench = equipped(bench, vision, turn, fetched)
    camera = RecipeCamera(NoRoom(), vision, BASES, Finishing())
    bench = replace(bench, maker=ClipMaker(LookCamera(vision), OpenGate(), camera))
    await bench.queue.enqueue(await asked(bench, turn))
    async with working(bench):
        done = await outcome(redis)
    assert isinstance(done, Succeeded)
    assert (done.variant, done.by) == ("head_turn", "")
    assert list(bench.measured.medians()) == ["look:head_turn|cpu|128|96"]
