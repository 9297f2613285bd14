"""What the recipes that are shipped tell their models, and what that may cost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import product
from typing import Any

import pytest
import torch

from engine.effects.catalogue import Effect, load_effects
from engine.effects.params import ChoiceParam
from engine.effects.variants import WORDS, LoraRow, RecipeVariant, slots
from engine.pipelines.bases import Bases
from engine.pipelines.floor import Sizes, run_work
from engine.pipelines.libraries import diffusers

PUBLISHED = [
    pytest.param(effect, recipe, id=recipe.name)
    for effect in load_effects().values()
    for recipe in effect.recipes
    if recipe.loras
]
"""Recipes by LoRAs that others have published."""
OPEN = {"Apache-2.0", "MIT"}
BY_REMADE = "Remade-AI/"
H200 = 790e12
"""Operations a second that an H200 gets of large multiplications."""
PROMPT_TOKENS, PHOTO_TOKENS = 512, 257
BEGINS_FROM_A_PHOTO = {"in_channels": 36, "image_dim": 1280, "added_kv_proj_dim": 5120}


def wordings(effect: Effect, recipe: RecipeVariant) -> Iterator[str]:
    """Say a prompt with every choice that its effect leaves."""
    named = [name for name in dict.fromkeys(slots(recipe.prompt)) if name != WORDS]
    options = [effect.params[name] for name in named]
    choices = [each.choices for each in options if isinstance(each, ChoiceParam)]
    assert len(choices) == len(named)
    for chosen in product(*choices):
        yield recipe.prompt.format_map({WORDS: "a cat", **dict(zip(named, chosen, strict=True))})


@cache
def of_14_billion(*, photo: bool) -> Any:
    """Give the configuration of Wan 2.1 with 14 billion parameters."""
    with torch.device("meta"):
        given = BEGINS_FROM_A_PHOTO if photo else {}
        return diffusers.WanTransformer3DModel(num_layers=40, **given).config


def least_seconds(effect: Effect, recipe: RecipeVariant) -> float:
    """Say how long its denoiser takes at full speed."""
    base = Bases.built_in().by_id[recipe.base]
    stepping = base.stepping(recipe.steps if recipe.distilled else None)
    guidance = stepping.guidance if recipe.guidance is None else recipe.guidance
    photo = effect.about.photos > 0
    latent_frames = ((recipe.frames or base.frames) - 1) // 4 + 1
    sizes = Sizes(
        film=latent_frames * (base.height // 16) * (base.width // 16),
        words=PROMPT_TOKENS,
        picture=PHOTO_TOKENS if photo else 0,
    )
    run = run_work("WanTransformer3DModel", of_14_billion(photo=photo), sizes)
    return (recipe.steps or base.steps) * (2 if guidance > 1 else 1) * run / H200


@pytest.mark.parametrize(("effect", "recipe"), PUBLISHED)
def test_a_prompt_is_english_whatever_is_chosen(effect: Effect, recipe: RecipeVariant) -> None:
    for prompt in wordings(effect, recipe):
        assert not re.search(r"\ba [aeiou]|\ban [^aeiou0\W]", prompt, re.IGNORECASE), prompt
        assert not re.search(r"  |\n|[{}]", prompt), prompt


@pytest.mark.parametrize(("effect", "recipe"), PUBLISHED)
def test_a_loras_word_is_said_as_its_authors_say_it_and_never_cut_short(
    effect: Effect, recipe: RecipeVariant
) -> None:
    for lora in recipe.loras:
        code = lora.trigger.split()[0]
        assert lora.trigger
        assert recipe.prompt.count(code) == recipe.prompt.count(lora.trigger), effect.id


@pytest.mark.parametrize(("effect", "recipe"), PUBLISHED)
def test_a_recipe_costs_more_than_the_least_there_is_and_not_much_more(
    effect: Effect, recipe: RecipeVariant
) -> None:
    least = least_seconds(effect, recipe)
    assert least < recipe.cost_s < 2 * least


@pytest.mark.parametrize(("effect", "recipe"), PUBLISHED)
def test_loras_are_under_open_licences_and_used_as_their_authors_say(
    effect: Effect, recipe: RecipeVariant
) -> None:
    assert {lora.licence for lora in recipe.loras} <= OPEN
    assert not any(lora.weight != 1.0 for lora in recipe.loras if BY_REMADE in lora.repo)
    if not recipe.distilled:
        assert (recipe.guidance, recipe.shift) == (6.0, 5.0), effect.id


def test_no_lora_is_told_two_ways() -> None:
    told: dict[LoraRow, set[str]] = {}
    for effect in load_effects().values():
        for recipe in effect.recipes:
            for lora in recipe.loras:
                told.setdefault(lora, set()).add(recipe.prompt)
    assert [str(lora) for lora, prompts in told.items() if len(prompts) > 1] == []


@pytest.mark.parametrize(("effect", "recipe"), PUBLISHED)
def test_words_are_asked_for_where_there_is_no_photo_and_only_there(
    effect: Effect, recipe: RecipeVariant
) -> None:
    assert recipe.takes_words == (effect.about.photos == 0)
