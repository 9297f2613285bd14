"""What a worker notes beside a clip: exactly what made it, whoever stood in for whom."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from redis.asyncio import Redis

from engine.effects.finishing import Finishing
from engine.effects.look_camera import LookCamera
from engine.effects.maker import ClipMaker
from engine.effects.recipe_camera import RecipeCamera
from engine.effects.recipe_models import RecipeModels
from engine.effects.variants import RecipeVariant
from engine.jobs.job import Job, JobId, Succeeded, Variant
from engine.jobs.note import read_receipt
from engine.jobs.receipt import Receipt
from engine.pipelines.bases import Bases
from engine.pipelines.families import family
from engine.pipelines.memory.device_memory import TorchMemory
from engine.safety import OpenGate
from engine.vision.vision import Vision
from engine.worker.bench import Bench
from tests.unit.engine.effects.tiny_bases import a_base
from tests.unit.engine.worker.working import EFFECTS, PHOTO, job, outcome, working

BASES = Bases({"tiny": a_base("wan2.1", "photo", steps=2)})
RECIPE = RecipeVariant(name="model", base="tiny", prompt="A head turns. {prompt}", cost_s=1.0)
TURN = EFFECTS["head_turn"].model_copy(
    update={"variants": (RECIPE, *EFFECTS["head_turn"].variants)}
)
DRAWN = replace(job(), prompt="slowly")
FILMED = replace(
    DRAWN, variants=(Variant(name="model", needs="model:tiny", cost_s=1.0), *DRAWN.variants)
)


@pytest.fixture
def equipped(bench: Bench, vision: Vision, tmp_path: Path) -> Bench:
    """A worker with a base."""
    torch.manual_seed(0)
    folder = tmp_path / "models"
    family("wan2.1").checkpoints["photo"].tiny().save_pretrained(folder / "bases" / "tiny")
    models = RecipeModels(folder, BASES, [RECIPE], TorchMemory(torch.device("cpu")))
    camera = RecipeCamera(models, vision, BASES, Finishing())
    return replace(
        bench,
        maker=ClipMaker(LookCamera(vision), OpenGate(), camera),
        effects={TURN.id: TURN},
        models=models,
    )


async def noted(bench: Bench, redis: Redis, asked: Job = FILMED) -> tuple[Succeeded, Receipt]:
    """Have the job made, and read what is beside its clip."""
    await bench.queue.enqueue(asked)
    async with working(bench):
        done = await outcome(redis)
    assert isinstance(done, Succeeded)
    receipt = await read_receipt(JobId("job1"), bench.media)
    assert receipt is not None
    return done, receipt


async def test_a_look_is_noted_with_its_settled_options_and_its_very_photo(
    bench: Bench, redis: Redis
) -> None:
    done, receipt = await noted(replace(bench, effects={TURN.id: TURN}), redis, DRAWN)
    assert (receipt.effect, receipt.effect_version) == (TURN.id, TURN.version)
    assert (receipt.variant, receipt.look, receipt.model) == ("head_turn", "head_turn", None)
    assert (receipt.seed, receipt.prompt, receipt.format) == (7, "slowly", DRAWN.format)
    assert set(receipt.params) == set(TURN.params)
    (photo,) = receipt.photos
    assert photo.key == PHOTO
    assert photo.sha256 == hashlib.sha256(await bench.media.get(PHOTO)).hexdigest()
    assert (receipt.width, receipt.height) == (done.clip.width, done.clip.height)
    assert receipt.frames / receipt.fps == done.clip.seconds
    assert receipt.libraries["torch"] == torch.__version__


async def test_a_model_is_noted_with_what_it_was_told(equipped: Bench, redis: Redis) -> None:
    _, receipt = await noted(equipped, redis)
    assert (receipt.variant, receipt.look) == ("model", None)
    assert receipt.model is not None
    assert (receipt.model.base, receipt.model.steps) == ("tiny", 2)
    assert receipt.model.prompts == ("A head turns. slowly",)


async def test_a_look_that_stood_in_for_a_model_is_noted_as_what_made_it(
    equipped: Bench, redis: Redis, tmp_path: Path
) -> None:
    (tmp_path / "models" / "bases" / "tiny").rename(tmp_path / "gone")
    done, receipt = await noted(equipped, redis)
    assert done.variant == receipt.variant == receipt.look == "head_turn"
    assert receipt.model is None
