"""Recipes share bases in memory, and have their own LoRAs in them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.effects.recipe_models import RecipeModels
from engine.effects.recipe_parts import loras_of
from engine.effects.variants import LoraRow, RecipeVariant
from engine.errors import NotFetched, Stopped
from engine.pipelines.bases import Bases
from engine.pipelines.families import family
from engine.pipelines.loaded import Loaded
from engine.pipelines.longer.script import Script
from engine.pipelines.memory.device_memory import TorchMemory
from engine.pipelines.take import Frames
from engine.pipelines.watching import unwatched
from engine.weights.hub.hashing import sha256_of
from tests.unit.engine.effects.tiny_bases import SCRIPT, TAKE, a_base
from tests.unit.engine.pipelines.making_loras import write_lora


def a_recipe(name: str, *loras: LoraRow, **different: object) -> RecipeVariant:
    table = {"name": name, "base": "tiny", "prompt": "it melts", "cost_s": 1.0, "lora": loras}
    return RecipeVariant.model_validate(table | different)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fetched weights: a base, and nothing else yet."""
    folder = tmp_path_factory.mktemp("models")
    checkpoint = family("wan2.1").checkpoints["photo"]
    torch.manual_seed(0)
    checkpoint.tiny().save_pretrained(folder / "bases" / "tiny")
    (folder / "loras").mkdir()
    return folder


@pytest.fixture(scope="module")
def lora(folder: Path) -> LoraRow:
    """A LoRA that is fetched."""
    return fetched(folder, seed=1)


@pytest.fixture(scope="module")
def steps_lora(folder: Path) -> LoraRow:
    """One that teaches two steps."""
    return fetched(folder, seed=2)


def fetched(folder: Path, seed: int) -> LoraRow:
    loaded = Loaded.read(family("wan2.1"), "photo", folder / "bases" / "tiny")
    written = write_lora(loaded, folder / "loras" / f"{seed}.safetensors", seed=seed)
    sha256 = sha256_of(written)
    written.rename(folder / "loras" / f"{sha256}.safetensors")
    return LoraRow(repo=f"tests/lora-{seed}", sha256=sha256, licence="Apache-2.0")


MISSING = LoraRow(repo="tests/none", sha256="0" * 64, licence="Apache-2.0")


@pytest.fixture(scope="module")
def bases(steps_lora: LoraRow) -> Bases:
    taught = {"repo": steps_lora.repo, "sha256": steps_lora.sha256}
    tiny = a_base("wan2.1", "photo", fewer={2: {"loras": [taught]}})
    return Bases({"tiny": tiny, "absent": a_base("wan2.1", "photo")})


@pytest.fixture(scope="module")
def recipes(lora: LoraRow) -> dict[str, RecipeVariant]:
    listed = [
        a_recipe("plain"),
        a_recipe("melted", lora),
        a_recipe("quick", lora, distilled=True, steps=2),
        a_recipe("unknown", MISSING),
        a_recipe("elsewhere", base="absent"),
        a_recipe("nowhere", base="none"),
    ]
    return {recipe.name: recipe for recipe in listed}


@pytest.fixture(scope="module")
def models(folder: Path, bases: Bases, recipes: dict[str, RecipeVariant]) -> RecipeModels:
    return RecipeModels(folder, bases, recipes.values(), TorchMemory(torch.device("cpu")))


@pytest.fixture(scope="module")
def plain(models: RecipeModels, recipes: dict[str, RecipeVariant]) -> Frames:
    """What the base films by itself."""
    return models.film(recipes["plain"], SCRIPT, unwatched).frames


def test_a_recipe_without_loras_films_as_its_base(folder: Path, plain: Frames) -> None:
    loaded = Loaded.read(family("wan2.1"), "photo", folder / "bases" / "tiny")
    assert np.abs(loaded.film(TAKE).frames.astype(int) - plain).max() <= 1


def test_a_lora_is_there_for_its_own_recipe_alone(
    models: RecipeModels, recipes: dict[str, RecipeVariant], plain: Frames
) -> None:
    melted = models.film(recipes["melted"], SCRIPT, unwatched).frames
    assert not np.array_equal(melted, plain)
    assert np.array_equal(models.film(recipes["plain"], SCRIPT, unwatched).frames, plain)
    assert np.array_equal(models.film(recipes["melted"], SCRIPT, unwatched).frames, melted)


def test_a_base_that_was_taught_few_steps_is_another_than_the_one_that_was_not(
    models: RecipeModels, recipes: dict[str, RecipeVariant]
) -> None:
    quick = models.film(recipes["quick"], SCRIPT, unwatched).frames
    assert not np.array_equal(quick, models.film(recipes["melted"], SCRIPT, unwatched).frames)
    assert recipes["quick"].needs.startswith("model:tiny@2+")


def test_what_is_fetched_is_offered_and_sooner_when_it_is_in_memory(
    folder: Path, bases: Bases, recipes: dict[str, RecipeVariant]
) -> None:
    fetched = [recipes[name].needs for name in ("plain", "melted", "quick")]
    fresh = RecipeModels(folder, bases, recipes.values(), TorchMemory(torch.device("cpu")))
    assert set(fresh.offers()) == set(fetched)
    before = fresh.offers()
    fresh.film(recipes["plain"], SCRIPT, unwatched)
    assert fresh.offers()[recipes["melted"].needs] == 0.3
    quick = recipes["quick"].needs
    assert fresh.offers()[quick] == before[quick]


def test_a_base_is_offered_only_if_a_recipe_of_it_is_whole(
    folder: Path, bases: Bases, recipes: dict[str, RecipeVariant]
) -> None:
    memory = TorchMemory(torch.device("cpu"))
    lacking = RecipeModels(folder, bases, [recipes["unknown"], recipes["elsewhere"]], memory)
    assert lacking.offers() == {}


def test_what_is_not_fetched_is_said_with_the_command_that_fetches_it(
    models: RecipeModels, recipes: dict[str, RecipeVariant]
) -> None:
    with pytest.raises(NotFetched, match="zoetrope models fetch --lora tests/none"):
        models.film(recipes["unknown"], SCRIPT, unwatched)


def test_a_film_that_is_stopped_leaves_all_as_it_was(
    models: RecipeModels, recipes: dict[str, RecipeVariant], plain: Frames
) -> None:
    with pytest.raises(Stopped):
        models.film(recipes["plain"], SCRIPT, lambda _: False)
    assert np.array_equal(models.film(recipes["plain"], SCRIPT, unwatched).frames, plain)


def test_all_loras_of_recipes_are_listed_once(
    bases: Bases, recipes: dict[str, RecipeVariant]
) -> None:
    rows = loras_of(recipes.values(), bases)
    assert sorted(row.repo for row in rows) == ["tests/lora-1", "tests/lora-2", "tests/none"]


def test_another_seed_gives_another_film(
    models: RecipeModels, recipes: dict[str, RecipeVariant], plain: Frames
) -> None:
    other = models.film(
        recipes["plain"], Script(shots=(replace(TAKE, seed=2),), longest=9), unwatched
    ).frames
    assert not np.array_equal(other, plain)


def test_a_longer_film_goes_on_from_where_its_first_take_ended(
    models: RecipeModels, recipes: dict[str, RecipeVariant], plain: Frames
) -> None:
    script = Script(
        shots=(replace(TAKE, frames=14), replace(TAKE, frames=6, pictures={})), longest=9
    )
    film = models.film(recipes["plain"], script, unwatched).frames
    assert film.shape == (20, 64, 96, 3)
    assert np.array_equal(film[:9], plain)


def test_a_longer_film_has_the_recipes_loras_in_all_its_takes(
    models: RecipeModels, recipes: dict[str, RecipeVariant]
) -> None:
    script = Script(shots=(replace(TAKE, frames=14),), longest=9)
    film = models.film(recipes["melted"], script, unwatched).frames
    begun = models.film(recipes["melted"], SCRIPT, unwatched).frames
    assert np.array_equal(film[:9], begun)
    unlike = models.film(recipes["plain"], script, unwatched).frames
    assert not np.array_equal(film[9:], unlike[9:])


def test_a_longer_film_is_stopped_within_a_step_of_its_second_take(
    models: RecipeModels, recipes: dict[str, RecipeVariant]
) -> None:
    script, told = Script(shots=(replace(TAKE, frames=18),), longest=9), list[float]()

    def watch(fraction: float) -> bool:
        told.append(fraction)
        return fraction < 0.5

    with pytest.raises(Stopped):
        models.film(recipes["plain"], script, watch)
    assert told == pytest.approx([0.0, 0.25, 0.5])


def test_recipes_that_come_later_are_offered_and_made(
    folder: Path, bases: Bases, recipes: dict[str, RecipeVariant], plain: Frames
) -> None:
    models = RecipeModels(folder, bases, [recipes["plain"]], TorchMemory(torch.device("cpu")))
    models.film(recipes["plain"], SCRIPT, unwatched)
    models.learn([recipes["plain"], recipes["melted"], recipes["quick"], recipes["unknown"]])
    assert set(models.offers()) == {recipes[name].needs for name in ("plain", "melted", "quick")}
    melted = models.film(recipes["melted"], SCRIPT, unwatched).frames
    assert not np.array_equal(melted, plain), "the base got a place for the LoRA"
    models.film(recipes["quick"], SCRIPT, unwatched)


def test_recipes_that_are_gone_are_not_offered_but_can_be_made_to_the_end(
    folder: Path, bases: Bases, recipes: dict[str, RecipeVariant], plain: Frames
) -> None:
    both = [recipes["plain"], recipes["melted"]]
    models = RecipeModels(folder, bases, both, TorchMemory(torch.device("cpu")))
    models.learn([])
    assert models.offers() == {}
    assert not np.array_equal(models.film(recipes["melted"], SCRIPT, unwatched).frames, plain)


def test_weights_that_come_later_are_noticed(tmp_path: Path, folder: Path, bases: Bases) -> None:
    models, memory = tmp_path / "models", TorchMemory(torch.device("cpu"))
    recipe = a_recipe("plain")
    late = RecipeModels(models, bases, [recipe], memory)
    assert late.offers() == {}
    assert not late.is_behind()
    (models / "bases").mkdir(parents=True)
    (models / "bases" / "tiny").symlink_to(folder / "bases" / "tiny")
    assert late.is_behind()
    late.learn([recipe])
    assert set(late.offers()) == {recipe.needs}
    assert not late.is_behind()
