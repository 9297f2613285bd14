"""What a group films is what one process films."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.effects.recipe_models import RecipeModels
from engine.effects.variants import LoraRow, RecipeVariant
from engine.errors import CannotFilm, NotFetched, Stopped
from engine.pipelines.longer.script import Script
from engine.pipelines.memory.device_memory import TorchMemory
from engine.pipelines.take import Frames
from engine.pipelines.watching import unwatched
from tests.unit.engine.effects.group.two_devices import (
    BASES,
    CPU,
    Pair,
    a_recipe,
    fetch_bases,
    fetch_lora,
    paired,
)
from tests.unit.engine.effects.tiny_bases import SCRIPT, TAKE

SHARED = ("2 GPUs",)
MISSING = LoraRow(repo="tests/none", sha256="0" * 64, licence="Apache-2.0")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    fetch_bases(folder)
    return folder


@pytest.fixture(scope="module")
def recipes(folder: Path) -> dict[str, RecipeVariant]:
    return {
        "plain": a_recipe(),
        "melted": a_recipe(fetch_lora(folder, seed=1)),
        "frozen": a_recipe(fetch_lora(folder, seed=2)),
        "whole": a_recipe(base="whole"),
    }


@pytest.fixture(scope="module")
def alone(folder: Path, recipes: dict[str, RecipeVariant]) -> RecipeModels:
    """One process that films by itself."""
    return RecipeModels(folder, BASES, recipes.values(), TorchMemory(CPU))


@pytest.fixture(scope="module")
def pair(folder: Path, recipes: dict[str, RecipeVariant]) -> Generator[Pair]:
    with paired(folder, *recipes.values()) as pair:
        yield pair


def apart(one: Frames, other: Frames) -> int:
    assert one.shape == other.shape
    return int(np.abs(one.astype(int) - other).max())


def speeds(pair: Pair, recipe: RecipeVariant, script: Script) -> tuple[str, ...]:
    """Film, and say what made it faster."""
    weights = pair.models.film(recipe, script, unwatched).weights
    assert weights is not None
    assert weights.held is not None
    return weights.held.speed


def test_recipes_are_filmed_with_their_own_loras_in_every_process(
    pair: Pair, alone: RecipeModels, recipes: dict[str, RecipeVariant]
) -> None:
    films: list[Frames] = []
    for name in ("plain", "melted", "frozen", "plain"):
        together = pair.models.film(recipes[name], SCRIPT, unwatched).frames
        assert apart(together, alone.film(recipes[name], SCRIPT, unwatched).frames) <= 1
        films.append(together)
    plain, melted, frozen, plain_again = films
    assert np.array_equal(plain, plain_again)
    assert apart(plain, melted) > 1
    assert apart(melted, frozen) > 1
    assert speeds(pair, recipes["melted"], SCRIPT) == SHARED


def test_all_processes_stop_before_the_same_step_and_film_on(
    pair: Pair, recipes: dict[str, RecipeVariant]
) -> None:
    long = Script(shots=(replace(TAKE, steps=20),), longest=9)
    before = pair.models.film(recipes["plain"], SCRIPT, unwatched).frames
    for stop in (0.0, 0.1, 0.5):
        told: list[float] = []

        def watch(fraction: float, told: list[float] = told, stop: float = stop) -> bool:
            told.append(fraction)
            return fraction < stop

        with pytest.raises(Stopped):
            pair.models.film(recipes["plain"], long, watch)
        assert told[-1] == pytest.approx(stop)
    assert np.array_equal(pair.models.film(recipes["plain"], SCRIPT, unwatched).frames, before)


def test_a_longer_film_is_shared_out_in_all_its_takes(
    pair: Pair, alone: RecipeModels, recipes: dict[str, RecipeVariant]
) -> None:
    script = Script(shots=(replace(TAKE, frames=14),), longest=9)
    together = pair.models.film(recipes["plain"], script, unwatched).frames
    assert apart(together, alone.film(recipes["plain"], script, unwatched).frames) <= 2


def test_what_cannot_be_shared_out_is_filmed_alone(
    pair: Pair, alone: RecipeModels, recipes: dict[str, RecipeVariant]
) -> None:
    take = replace(TAKE, pictures={}, guidance=2.0)
    script = Script(shots=(take,), longest=9)
    for _ in range(2):
        film = pair.models.film(recipes["whole"], script, unwatched).frames
        assert np.array_equal(film, alone.film(recipes["whole"], script, unwatched).frames)
    assert pair.sharing.why_alone("whole") is not None
    assert speeds(pair, recipes["whole"], script) == ()
    assert speeds(pair, recipes["plain"], SCRIPT) == SHARED


def test_a_shape_of_which_equal_parts_cannot_be_made_is_filmed_alone(
    pair: Pair, alone: RecipeModels, recipes: dict[str, RecipeVariant]
) -> None:
    odd = replace(TAKE, width=48, height=48, pictures={0: TAKE.pictures[0][:48, :48]})
    script = Script(shots=(odd,), longest=9)
    for _ in range(2):
        film = pair.models.film(recipes["melted"], script, unwatched).frames
        assert np.array_equal(film, alone.film(recipes["melted"], script, unwatched).frames)
    # gloo sends nothing in parts of any size, as NCCL does
    assert speeds(pair, recipes["melted"], script) == ()
    assert speeds(pair, recipes["plain"], SCRIPT) == SHARED


def test_what_one_process_cannot_film_no_process_films(
    pair: Pair, recipes: dict[str, RecipeVariant]
) -> None:
    with pytest.raises(NotFetched):
        pair.models.film(a_recipe(MISSING), SCRIPT, unwatched)
    words_alone = Script(shots=(replace(TAKE, pictures={}),), longest=9)
    with pytest.raises(CannotFilm):
        pair.models.film(recipes["plain"], words_alone, unwatched)
    assert speeds(pair, recipes["plain"], SCRIPT) == SHARED
