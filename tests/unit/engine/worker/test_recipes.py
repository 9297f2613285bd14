"""A worker with a model: it takes jobs for what it has, and makes them; others go by the look."""

from __future__ import annotations

import threading
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
import torch
from PIL import Image
from redis.asyncio import Redis

from engine.effects.catalogue import Effect
from engine.effects.finishing import Finishing
from engine.effects.look_camera import LookCamera
from engine.effects.maker import ClipMaker
from engine.effects.recipe_camera import RecipeCamera
from engine.effects.recipe_models import RecipeModels
from engine.effects.variants import LoraRow, RecipeVariant
from engine.errors import OutOfMemory
from engine.jobs.job import Cancelled, Job, JobId, MediaKey, Succeeded
from engine.pipelines.bases import Bases
from engine.pipelines.families import family
from engine.pipelines.family import Checkpoint, Pipeline
from engine.pipelines.loaded import Loaded
from engine.pipelines.longer.script import Script
from engine.pipelines.memory.device_memory import TorchMemory
from engine.pipelines.preview import Show
from engine.pipelines.take import Footage
from engine.pipelines.watching import Watch
from engine.safety import OpenGate
from engine.vision.vision import Vision
from engine.weights.hub.hashing import sha256_of
from engine.worker.ability import ability_of
from engine.worker.bench import Bench
from engine.worker.presence import Showcase
from tests.unit.engine.effects.tiny_bases import a_base
from tests.unit.engine.pipelines.making_loras import write_lora
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
    showcase = Showcase(bench)
    await showcase.begin()
    (card,) = showcase.offer.effects
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
    long = RECIPE.model_copy(update={"steps": 1000})
    bench = replace(bench, effects={turn.id: turn.model_copy(update={"variants": (long,)})})
    await bench.queue.enqueue(await asked(bench, turn))
    async with working(bench):
        await until(lambda: is_running(bench))
        await bench.queue.cancel(JobId("job1"))
        done = await outcome(redis)
    assert isinstance(done, Cancelled)


class WaitingToBeSeen:
    """Models that film, and half-way wait until somebody has seen a picture of it."""

    def __init__(self, models: RecipeModels) -> None:
        self.seen = threading.Event()
        self._models = models

    def film(
        self, recipe: RecipeVariant, script: Script, watch: Watch, show: Show | None = None
    ) -> Footage:
        def patient(fraction: float) -> bool:
            return watch(fraction) and (fraction < 0.5 or self.seen.wait(60))

        return self._models.film(recipe, script, patient, show)


async def test_a_film_is_seen_while_it_is_made_and_no_picture_of_it_stays(
    bench: Bench, redis: Redis, vision: Vision, turn: Effect, fetched: Path
) -> None:
    bench = equipped(bench, vision, turn, fetched)
    assert bench.models is not None
    models = WaitingToBeSeen(bench.models)
    camera = RecipeCamera(models, vision, BASES, Finishing())
    bench = replace(bench, maker=ClipMaker(LookCamera(vision), OpenGate(), camera))
    pictures: list[MediaKey] = []

    async def is_seen() -> bool:
        progress = await bench.queue.last_progress(JobId("job1"))
        if progress is not None and progress.preview is not None:
            pictures.append(progress.preview)
        return bool(pictures)

    async def nothing_is_left() -> bool:
        return not await bench.media.list("live")

    await bench.queue.enqueue(await asked(bench, turn))
    async with working(bench):
        await until(is_seen)
        picture = Image.open(BytesIO(await bench.media.get(pictures[0])))
        models.seen.set()
        assert isinstance(await outcome(redis), Succeeded)
        await until(nothing_is_left)
    assert picture.format == "JPEG"
    assert max(picture.size) <= 320


class NoRoom:
    """Models that do not fit."""

    def film(
        self, recipe: RecipeVariant, script: Script, watch: Watch, show: Show | None = None
    ) -> Footage:
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


WEIGHTS = Path("bases/tiny/transformer/diffusion_pytorch_model.safetensors")


async def test_a_damaged_base_is_offered_no_more_until_it_is_mended(
    bench: Bench,
    redis: Redis,
    vision: Vision,
    turn: Effect,
    fetched: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    bench = equipped(bench, vision, turn, fetched)
    whole = (fetched / WEIGHTS).read_bytes()
    (fetched / WEIGHTS).write_bytes(whole[:-1000])
    await bench.queue.enqueue(await asked(bench, turn))
    async with working(bench):
        done = await outcome(redis)

    assert isinstance(done, Succeeded)
    assert done.variant == "head_turn"
    assert "diffusion_pytorch_model.safetensors is cut short: 1000 bytes" in caplog.text
    assert "Traceback" not in caplog.text
    assert "model:tiny" not in bench.able.switch_s

    (fetched / WEIGHTS).write_bytes(whole)
    (fetched / "bases/tiny").replace(fetched / "bases/mended")
    (fetched / "bases/mended").replace(fetched / "bases/tiny")
    assert "model:tiny" in bench.able.switch_s


async def test_where_a_lora_is_for_another_base_the_look_stands_in(
    bench: Bench,
    redis: Redis,
    vision: Vision,
    turn: Effect,
    fetched: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    other = Loaded(family("cogvideox"), *made_of("cogvideox"))
    (fetched / "loras").mkdir()
    written = write_lora(other, fetched / "loras" / "other.safetensors", seed=1)
    row = LoraRow(repo="tests/other", sha256=sha256_of(written), licence="Apache-2.0")
    written.rename(written.with_stem(row.sha256 or ""))
    wrong = RECIPE.model_copy(update={"loras": (row,)})
    turn = turn.model_copy(update={"variants": (wrong, *turn.looks)})
    bench = equipped(bench, vision, turn, fetched)
    assert wrong.needs in bench.able.switch_s

    await bench.queue.enqueue(await asked(bench, turn))
    async with working(bench):
        done = await outcome(redis)

    assert isinstance(done, Succeeded)
    assert done.variant == "head_turn"
    assert f"{row.sha256}.safetensors is for another base" in caplog.text
    assert "Traceback" not in caplog.text
    assert wrong.needs not in bench.able.switch_s


def made_of(name: str) -> tuple[Checkpoint, Pipeline]:
    """Make a tiny checkpoint of a family."""
    checkpoint = next(iter(family(name).checkpoints.values()))
    return checkpoint, checkpoint.tiny()
