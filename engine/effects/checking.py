"""What is wrong in an effect's folder, all of it, and where."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from engine.effects.catalogue import (
    FOLDER,
    USUAL,
    Effect,
    folder_of,
    load_effect,
    misplaced,
    motionless,
    motions,
    read_effect,
    version_files,
)
from engine.effects.motion import fault_of
from engine.effects.reach import out_of_reach, out_of_reach_of
from engine.effects.variants import WORDS, LookVariant, RecipeVariant, slots
from engine.effects.versions import ships
from engine.errors import EffectInvalid
from engine.pipelines.bases import Base, Bases
from engine.pipelines.families import family
from engine.pipelines.family import Family


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
    found = (
        *_in_effect(effect, bases),
        *misplaced(effect, file),
        *motionless(effect, file),
        *_in_motions(effect, file),
        *_beside(effect, file),
    )
    return [Problem(file, where, what) for where, what in found]


def _beside(effect: Effect, file: Path) -> Iterator[tuple[str, str]]:
    """Compare a version with the others, of which the usual one is asked for with its photos."""
    files = dict.fromkeys((*version_files(FOLDER / effect.id), *version_files(folder_of(file))))
    others = [it for it in files if it.is_file() and it.resolve() != file.resolve()]
    for other in others:
        with suppress(EffectInvalid):
            found = load_effect(other)
            # a copy of an effect as it ships is where another one begins
            if found.version == effect.version and {file.name, other.name} != {USUAL}:
                yield "effect.version", f"is {effect.version}, as that of {other}"
            if other == others[0] and found.about.photos != effect.about.photos:
                yield "effect.photos", f"is {effect.about.photos}, but usual {found.about.photos}"


def _in_motions(effect: Effect, file: Path) -> Iterator[tuple[str, str]]:
    for where, motion in motions(effect, file):
        if motion.is_file() and (why := fault_of(motion)):
            yield where, f"{motion.name} cannot be moved by: {why}"


def _in_effect(effect: Effect, bases: Bases) -> Iterator[tuple[str, str]]:
    yield from out_of_reach(effect)
    names = [variant.name for variant in effect.variants]
    for number, variant in enumerate(effect.variants):
        where = f"variant.{number}"
        if names.index(variant.name) != number:
            yield f"{where}.name", f"there is another {variant.name}"
        if isinstance(variant, LookVariant):
            if not ships(variant.look):
                yield f"{where}.look", f"there is no look {variant.look}"
        else:
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
    yield from out_of_reach_of(effect, recipe, base, made_by)
    if recipe.distilled and recipe.steps not in base.fewer:
        taught = ", ".join(map(str, base.fewer)) or "no others"
        yield "steps", f"{base.title} was not taught {recipe.steps} steps: it was taught {taught}"
    frames = recipe.frames or base.frames
    *_, possible = made_by.grid.nearest(base.width, base.height, frames)
    if frames != possible:
        yield "frames", f"{base.title} films {possible} frames, not {frames}"
