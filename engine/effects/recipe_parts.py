"""What recipes are put together from: bases, and LoRAs at a model hub."""

from __future__ import annotations

from collections.abc import Iterable

from engine.effects.variants import LoraRow, RecipeVariant
from engine.pipelines.bases import Base, Bases, Stepping, StepsLora


def taught(recipe: RecipeVariant, base: Base) -> tuple[StepsLora, ...]:
    """List what teaches a recipe's base its few steps, if the recipe wants that."""
    return base.stepping(recipe.steps).loras if recipe.distilled else ()


def stepping_of(recipe: RecipeVariant, base: Base) -> Stepping:
    """Say how a recipe films: as it says itself, and else as those who made its base do."""
    usual = base.stepping(recipe.steps if recipe.distilled else None)
    return Stepping(
        steps=recipe.steps or usual.steps,
        guidance=usual.guidance if recipe.guidance is None else recipe.guidance,
        shift=recipe.shift or usual.shift,
        loras=usual.loras,
    )


def parts_of(recipe: RecipeVariant, base: Base) -> tuple[LoraRow | StepsLora, ...]:
    """List all LoRAs that a recipe is made with."""
    return (*recipe.loras, *taught(recipe, base))


def loras_of(recipes: Iterable[RecipeVariant], bases: Bases) -> list[LoraRow | StepsLora]:
    """List the LoRAs that recipes are made with, each once."""
    known = [recipe for recipe in recipes if recipe.base in bases.by_id]
    parts = [part for recipe in known for part in parts_of(recipe, bases.by_id[recipe.base])]
    return list({str(part): part for part in parts}.values())
