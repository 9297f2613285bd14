"""A film's receipt names its files exactly, and what it was told."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from engine.effects.provenance import hardware, libraries
from engine.jobs.receipt import Held, LoraUsed
from engine.vision.vision import Vision
from tests.tiny_studio import PHOTO, Studio, a_studio


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory, vision: Vision) -> Studio:
    return a_studio(tmp_path_factory.mktemp("models"), vision)


def test_a_film_names_its_files_exactly_and_what_it_was_told(studio: Studio) -> None:
    studio.lock()
    receipt = studio.make(studio.order).receipt
    melt, steps = studio.recipe.loras[0].sha256, studio.bases.by_id["tiny"].loras[0].sha256
    model = receipt.model
    assert model is not None
    assert (model.base, model.title, model.repo) == ("tiny", "Tiny", "tests/tiny")
    assert (model.steps, model.guidance, model.shift) == (2, 1.0, None)
    assert (model.prompts, model.negative) == (("It melts. slowly, in the sun",), "blurry")
    assert (model.width, model.height, model.frames) == (80, 80, 9)
    weights = model.weights
    assert weights is not None
    assert weights.revisions == {"tests/tiny": "r1"}
    assert weights.loras == (
        LoraUsed(
            repo="tests/melt", file="melt.safetensors", revision="m1", sha256=melt, weight=0.5
        ),
    )
    assert weights.taught == (
        LoraUsed(repo="tests/steps", file="steps.safetensors", revision="s1", sha256=steps),
    )
    assert weights.held == Held(dtype="float32", bits=32, tiled=False)
    assert (receipt.prompt, receipt.photos, receipt.look) == (
        "slowly,\n in the sun",
        (PHOTO,),
        None,
    )
    assert receipt.libraries["diffusers"]


def test_what_nobody_noted_is_not_made_up(studio: Studio) -> None:
    (studio.folder / "bases.lock.toml").unlink()
    model = studio.make(studio.order).receipt.model
    assert model is not None
    assert model.weights is not None
    assert model.weights.revisions == {}
    assert [(it.file, it.revision) for it in model.weights.loras] == [(None, None)]


def test_a_film_is_made_although_nobody_can_tell_of_which_files(studio: Studio) -> None:
    (studio.folder / "bases.lock.toml").write_text("no lock")
    plain = studio.recipe.model_copy(update={"loras": (), "distilled": False})
    made = replace(studio, recipe=plain).make(replace(studio.order, variant=plain))
    assert made.receipt.model is not None
    assert made.receipt.model.weights is None


def test_a_cpu_is_named_with_its_threads() -> None:
    assert hardware("cpu").endswith(
        f", {torch.get_num_threads()} thread{'s' * (torch.get_num_threads() > 1)}"
    )


def test_a_library_that_is_not_installed_has_no_version() -> None:
    assert list(libraries(["torch", "no-such-library"])) == ["torch"]
