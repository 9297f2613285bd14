"""What is wrong in an effect's folder, all of it, and where."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from engine.effects.catalogue import Effect, read_effect
from engine.effects.variants import WORDS, RecipeVariant, slots
from engine.pipelines.bases import Base, Bases
from engine.pipelines.families import family
from engine.pipelines.family import Family
from engine.pipelines.take import Mode

_BEGINS_FROM = {0: Mode.TEXT, 1: Mode.PHOTO, 2: Mode.ENDS}


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is wrong: `where` is the path through the file, as `variant.1.prompt`."""

    file: Path
    where: str
    what: str

    def __str__(self) -> str:
        return (
            f"{self.file}: {self.where}: {self.what}" if self.where else f"{self.file}: {self.what}"
        )


def check_effect(file: Path, bases: Bases) -> list[Problem]:
    """List what is wrong in an effect.toml; nothing if it can be used.

    Raises:
        LibrariesMissing: recipes cannot be checked without what they are run by.
    """
    try:
        effect = read_effect(file)
    except ValidationError as error:
        return [
            Problem(file, ".".join(map(str, each["loc"])), each["msg"]) for each in error.errors()
        ]
    except OSError as error:
        return [Problem(file, "", error.strerror or str(error))]
    except ValueError as error:
        return [Problem(file, "", str(error))]
    found = [Problem(file, where, what) for where, what in _in_effect(effect, bases)]
    if effect.id != file.parent.name:
        found.append(Problem(file, "effect.id", f"is {effect.id}, the folder is not"))
    return found


def _in_effect(effect: Effect, bases: Bases) -> Iterator[tuple[str, str]]:
    names = [variant.name for variant in effect.variants]
    for number, variant in enumerate(effect.variants):
        where = f"variant.{number}"
        if names.index(variant.name) != number:
            yield f"{where}.name", f"there is another {variant.name}"
        if isinstance(variant, RecipeVariant):
            for part, what in _in_recipe(effect, variant, bases):
                yield f"{where}.{part}", what


def _in_recipe(effect: Effect, recipe: RecipeVariant, bases: Bases) -> Iterator[tuple[str, str]]:
    yield from _in_words(effect, recipe)
    base = bases.by_id.get(recipe.base)
    if base is None:
        yield "base", f"there is no base {recipe.base} in bases.toml"
        return
    made_by = family(base.family)
    yield from _in_shape(effect, recipe, base, made_by)


def _in_words(effect: Effect, recipe: RecipeVariant) -> Iterator[tuple[str, str]]:
    try:
        named = set(slots(recipe.prompt))
    except ValueError as error:
        yield "prompt", f"{error}: write {{{{ and }}}} for braces"
        return
    for name in sorted(named - {WORDS, *effect.params}):
        yield "prompt", f"{{{name}}} is neither {{{WORDS}}} nor an option of the effect"
    for number, lora in enumerate(recipe.loras):
        if lora.trigger and lora.trigger not in recipe.prompt:
            yield f"lora.{number}.trigger", f"the prompt does not say “{lora.trigger}”"


def _in_shape(
    effect: Effect, recipe: RecipeVariant, base: Base, made_by: Family
) -> Iterator[tuple[str, str]]:
    begins_from = _BEGINS_FROM.get(effect.about.photos, Mode.KEYFRAMES)
    if begins_from not in made_by.checkpoints[base.checkpoint].pipelines:
        yield "base", f"{base.title} cannot begin from {effect.about.photos} photos"
    if recipe.distilled and recipe.steps not in base.fewer:
        taught = ", ".join(map(str, base.fewer)) or "no others"
        yield "steps", f"{base.title} was not taught {recipe.steps} steps: it was taught {taught}"
    frames = recipe.frames or base.frames
    *_, possible = made_by.grid.nearest(base.width, base.height, frames)
    if frames != possible:
        yield "frames", f"{base.title} films {possible} frames, not {frames}"
