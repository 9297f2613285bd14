"""What recipes are made with: what could be fetched for a GPU, and what does not go together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from deploy.doctor.finding import Finding
from deploy.model_list import this_machine
from deploy.models import hub_of
from engine.effects.catalogue import Effect
from engine.effects.recipe_parts import parts_of
from engine.effects.variants import LoraRow, RecipeVariant
from engine.effects.versions import Versions
from engine.errors import (
    HubUnreachable,
    LibrariesMissing,
    LockInvalid,
    NotFetched,
    WeightsRefused,
)
from engine.pipelines.bases import Base, Bases
from engine.pipelines.memory.fitting import Machine, usable
from engine.pipelines.memory.profiles import Plan
from engine.settings import EngineSettings
from engine.weights.hub.bases import BaseFiles
from engine.weights.hub.loras import Loras

WHAT = "models"


def look_at_recipes(engine: EngineSettings) -> Iterator[Finding]:
    """Say what could be fetched for a GPU, and which LoRAs are for other bases."""
    machine, effects = this_machine(engine), Versions(engine.effects)
    try:
        yield from misfits(engine, effects.values(), machine)
        if machine.gpu_gb > 0:
            usual = [effect for name, effect in effects.items() if name == effect.id]
            yield from could_be_made(engine, usual, machine)
    except LockInvalid:
        return  # whoever looks at the bases has said so


def misfits(
    engine: EngineSettings, effects: Iterable[Effect], machine: Machine
) -> Iterator[Finding]:
    """Try LoRAs that are fetched on the bases that recipes use them with, where a worker would."""
    bases = Bases.built_in().by_id
    pairs = {
        (recipe.base, lora)
        for effect in effects
        for recipe in effect.recipes
        if _may_be_used(engine, recipe, bases, machine)
        and _is_fetched(engine, recipe, bases[recipe.base])
        for lora in recipe.loras
    }
    for name, lora in sorted(pairs, key=str):
        yield from _tried(engine, name, bases[name], lora)


def _tried(engine: EngineSettings, name: str, base: Base, lora: LoraRow) -> Iterator[Finding]:
    from engine.pipelines.loras.trial import misfit  # imports torch

    path = Loras(engine.models).path(lora)
    if why := misfit(base, BaseFiles(engine.models).path(name), path):
        mend = f"name another base than {name} in the effect, or another LoRA"
        yield Finding(what="LoRAs", found=f"{lora} {why}", mend=mend)


def could_be_made(
    engine: EngineSettings, effects: Iterable[Effect], machine: Machine
) -> Iterator[Finding]:
    """Name the base that most effects wait for, which neither a look nor another model makes."""
    lacking = _by_base(engine, effects, machine)
    if not lacking:
        return
    base = max(lacking, key=lambda name: len(lacking[name]))
    waiting = lacking[base]
    all_of_them = len({name for names in lacking.values() for name in names})
    command = " ".join(["zoetrope models fetch", *(f"--effect {name}" for name in waiting)])
    others = f"{all_of_them} effects wait for models; " if all_of_them > len(waiting) else ""
    found = f"{others}{len(waiting)} could be made with {base}: run {command}"
    yield Finding(what=WHAT, found=found)
    yield from _look_at_hub(engine, Bases.built_in().by_id[base])


def _by_base(
    engine: EngineSettings, effects: Iterable[Effect], machine: Machine
) -> dict[str, list[str]]:
    """List effects that cannot be made here yet, by the bases that they could be made with."""
    bases = Bases.built_in().by_id
    found: dict[str, list[str]] = {}
    for effect in effects:
        recipes = [each for each in effect.recipes if _may_be_used(engine, each, bases, machine)]
        if effect.looks or any(_is_fetched(engine, each, bases[each.base]) for each in recipes):
            continue
        for base in dict.fromkeys(each.base for each in recipes):
            found.setdefault(base, []).append(effect.id)
    return found


def _may_be_used(
    engine: EngineSettings, recipe: RecipeVariant, bases: Mapping[str, Base], machine: Machine
) -> bool:
    base = bases.get(recipe.base)
    if base is None or (base.terms and recipe.base not in engine.accepted):
        return False
    return isinstance(usable(recipe.base, base, machine), Plan)


def _is_fetched(engine: EngineSettings, recipe: RecipeVariant, base: Base) -> bool:
    if BaseFiles(engine.models).state(recipe.base) != "fetched":
        return False
    try:
        for part in parts_of(recipe, base):
            Loras(engine.models).path(part)
    except NotFetched:
        return False
    return True


def _look_at_hub(engine: EngineSettings, base: Base) -> Iterator[Finding]:
    """See whether the hub gives what there is to fetch."""
    try:
        hub_of(engine).listing(base.repo)
    except LibrariesMissing as error:
        yield Finding(
            what="hub", found=f"{error.library} is missing", mend="pip install 'zoetrope[models]'"
        )
    except WeightsRefused as error:
        yield Finding(what="hub", found=str(error))
    except HubUnreachable as error:
        mend = "check the network and ZOETROPE_HUB, or bring the folder of models along"
        yield Finding(what="hub", found=error.why, mend=mend)
