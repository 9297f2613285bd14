"""Everything that clips are made with on this machine: looks always, models where there are any."""

from __future__ import annotations

import logging
from collections.abc import Container, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from engine.effects.catalogue import Effect
from engine.effects.finishing import Finishing
from engine.effects.look_camera import LookCamera
from engine.effects.maker import ClipMaker
from engine.effects.reel import Camera
from engine.effects.variants import AnyVariant, LookVariant
from engine.pipelines.bases import Bases
from engine.safety import OpenGate, SafetyGate
from engine.settings import EngineSettings
from engine.vision.vision import Vision
from engine.weights import Weights

if TYPE_CHECKING:
    from engine.effects.recipe_models import RecipeModels  # imports what models are run by

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outfit:
    """A maker, and the models it has for recipes, if it has any."""

    maker: ClipMaker
    models: RecipeModels | None

    def best(self, effect: Effect) -> AnyVariant | None:
        """Choose the first variant of an effect that can be made here."""
        offered = self.models.offers() if self.models else {}
        return next((each for each in effect.variants if _is_made(each, offered)), None)


def _is_made(variant: AnyVariant, offered: Container[str]) -> bool:
    return isinstance(variant, LookVariant) or variant.needs in offered


def outfit(settings: EngineSettings, effects: Mapping[str, Effect]) -> Outfit:
    """Load what is there.

    Raises:
        WeightsMissing: what looks need is not fetched; says the command that fetches it.
    """
    device = torch.device(_device(settings.device))
    vision = Vision.load(Weights(settings.models), device=str(device))
    bases = Bases.built_in()
    models = _models(settings.models, device, effects, bases)
    return Outfit(
        maker=ClipMaker(
            LookCamera(vision),
            SafetyGate() if settings.safety else OpenGate(),
            _camera(models, vision, bases, settings.models, str(device)),
        ),
        models=models,
    )


def _device(wanted: str) -> str:
    if wanted != "auto":
        return wanted
    return "cuda" if torch.cuda.is_available() else "cpu"


def _models(
    folder: Path, device: torch.device, effects: Mapping[str, Effect], bases: Bases
) -> RecipeModels | None:
    """Find what recipes can be made with: nothing as long as nothing is fetched for them."""
    if not any((folder / "bases").glob("*/model_index.json")):
        return None
    try:
        from engine.effects.recipe_models import RecipeModels
        from engine.pipelines.memory.device_memory import TorchMemory
    except ModuleNotFoundError as error:
        log.warning("models need %s: pip install 'zoetrope[models]'", error.name)
        return None
    recipes = [recipe for effect in effects.values() for recipe in effect.recipes]
    return RecipeModels(folder, bases, recipes, TorchMemory(device))


def _camera(
    models: RecipeModels | None, vision: Vision, bases: Bases, folder: Path, device: str
) -> Camera | None:
    if models is None:
        return None
    from engine.effects.recipe_camera import RecipeCamera

    finishing = Finishing.load(Weights(folder), device=device)
    return RecipeCamera(models, vision, bases, finishing)
