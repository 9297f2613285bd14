"""Everything that clips are made with on this machine: looks always, models where there are any."""

from __future__ import annotations

import logging
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from engine.effects.catalogue import Effect
from engine.effects.devices import devices_of
from engine.effects.finishing import Finishing
from engine.effects.look_camera import LookCamera
from engine.effects.maker import ClipMaker
from engine.effects.params import settle
from engine.effects.reel import Camera
from engine.effects.variants import AnyVariant, LookVariant
from engine.effects.versions import Versions
from engine.jobs.job import ParamValue
from engine.jobs.length import seconds_in
from engine.pipelines.bases import Bases
from engine.safety import OpenGate, SafetyGate
from engine.settings import EngineSettings
from engine.vision.vision import Vision
from engine.weights import Weights

if TYPE_CHECKING:
    from engine.effects.recipe_camera import Models
    from engine.effects.recipe_models import RecipeModels  # imports what models are run by

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outfit:
    """A maker, and the models it has for recipes, if it has any."""

    maker: ClipMaker
    models: RecipeModels | None

    def best(self, effect: Effect, params: Mapping[str, ParamValue]) -> AnyVariant | None:
        """Choose the first variant of an effect that can be made here, as long as options say.

        Raises:
            Refused: an option cannot be accepted.
        """
        offered = self.models.offers() if self.models else {}
        seconds = seconds_in(settle(effect.params, params), effect.output.seconds)
        for variant in effect.variants:
            if _is_made(variant, offered) and variant.reaches(seconds):
                return variant
        return None

    def look_again(self, effects: Versions) -> bool:
        """Have effects and models as the folders say now; says whether anything has changed."""
        changed = effects.look_again()
        if self.models is not None and (changed or self.models.is_behind()):
            self.models.learn(effects.recipes)
            changed = True
        return changed


def _is_made(variant: AnyVariant, offered: Container[str]) -> bool:
    return isinstance(variant, LookVariant) or variant.needs in offered


def outfit(settings: EngineSettings, effects: Mapping[str, Effect]) -> Outfit:
    """Load what is there.

    Raises:
        WeightsMissing: what looks need is not fetched; says the command that fetches it.
        NoSuchDevice: a device of the settings is not there.
        CannotGather: a process that is to film along does not start.
    """
    devices = devices_of(settings.devices)
    device = str(devices[0])
    vision = Vision.load(Weights(settings.models), device=device)
    bases = Bases.built_in()
    models, filming = _models(settings.models, devices, effects, bases)
    return Outfit(
        maker=ClipMaker(
            LookCamera(vision),
            SafetyGate() if settings.safety else OpenGate(),
            _camera(filming, vision, bases, settings.models, device),
        ),
        models=models,
    )


def _models(
    folder: Path, devices: Sequence[torch.device], effects: Mapping[str, Effect], bases: Bases
) -> tuple[RecipeModels | None, Models | None]:
    """Find what recipes can be made with, and who films them: nothing until it is fetched."""
    if not any((folder / "bases").glob("*/model_index.json")):
        return None, None
    try:
        from engine.effects.recipe_models import RecipeModels
        from engine.pipelines.memory.device_memory import TorchMemory
    except ModuleNotFoundError as error:
        log.warning("models need %s: pip install 'zoetrope[models]'", error.name)
        return None, None
    recipes = [recipe for effect in effects.values() for recipe in effect.recipes]
    if len(devices) > 1:
        from engine.effects.group.leader import gathered

        return gathered(devices, folder, bases, recipes)
    models = RecipeModels(folder, bases, recipes, TorchMemory(devices[0]))
    return models, models


def _camera(
    models: Models | None, vision: Vision, bases: Bases, folder: Path, device: str
) -> Camera | None:
    if models is None:
        return None
    from engine.effects.recipe_camera import RecipeCamera

    finishing = Finishing.load(Weights(folder), device=device)
    return RecipeCamera(models, vision, bases, finishing)
