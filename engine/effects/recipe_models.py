"""The models that recipes are made by: bases in memory, and LoRAs swapped in and out of them."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from pathlib import Path

from engine.effects.recipe_parts import parts_of
from engine.effects.variants import RecipeVariant
from engine.errors import CannotFilm, NotFetched
from engine.pipelines.bases import TAUGHT, Bases, StepsLora
from engine.pipelines.loaded import Loaded
from engine.pipelines.loras.lora import Lora, Slots, fuse
from engine.pipelines.memory.device_memory import DeviceMemory
from engine.pipelines.memory.profiles import Place, Plan
from engine.pipelines.memory.residency import Residency
from engine.pipelines.speed.tuning import tuned
from engine.pipelines.take import Footage, Take
from engine.pipelines.watching import Watch
from engine.weights.hub.loras import Loras

log = logging.getLogger(__name__)

_RANK = 64
"""Of the largest LoRA that fits into a slot."""
_SWAP_S = 0.3
"""To swap LoRAs of a base that is in memory."""
_SECOND = "transformer_2"


class RecipeModels:
    """Has what recipes need in memory, as far as it is fetched and fits on the device."""

    def __init__(
        self, models: Path, bases: Bases, recipes: Iterable[RecipeVariant], memory: DeviceMemory
    ) -> None:
        self._recipes = [recipe for recipe in recipes if recipe.base in bases.by_id]
        self._bases = bases
        self._loras = Loras(models)
        by_model = {each.model: bases.by_id[each.base] for each in self._recipes}
        self._device = memory.device
        self._residency = Residency(
            models, by_model, memory, prepare=self._prepare, tune=self._tune
        )
        self._load_s = self._residency.offers()
        self._offered = [
            each for each in self._recipes if each.model in self._load_s and self._is_whole(each)
        ]

    def offers(self) -> Mapping[str, float]:
        """Say what can be made here, as recipes need it, and in how many seconds each is ready.

        What is fetched later counts from the next start.
        """
        resident = self._residency.resident
        return {
            each.needs: _SWAP_S if each.model in resident else self._load_s[each.model]
            for each in self._offered
        }

    def film(self, recipe: RecipeVariant, take: Take, watch: Watch) -> Footage:
        """Film a take with a recipe's base, and its LoRAs and no others in it.

        Raises:
            WeightsMissing: something of it is not fetched.
            CannotFilm: it is no base for this device, or for this take.
            OutOfMemory: it does not fit on the device.
            Stopped: `watch` said so.
        """
        loras = [Lora(path=self._loras.path(row), weight=row.weight) for row in recipe.loras]

        def film(loaded: Loaded) -> Footage:
            if loaded.slots is not None:
                loaded.slots.use(loras)
            elif loras:
                raise CannotFilm(recipe.base, "it takes no LoRA")
            return loaded.film(take, watch)

        return self._residency.attempt(recipe.model, film)

    def _prepare(self, model: str, loaded: Loaded) -> None:
        """Teach a base few steps for good, and give it slots for what is swapped."""
        base_id, _, steps = model.partition(TAUGHT)
        if steps:
            _teach(loaded, self._loras, self._bases.by_id[base_id].stepping(int(steps)).loras)
        most = max(len(each.loras) for each in self._recipes if each.model == model)
        if most:
            loaded.slots = Slots(loaded, rank=_RANK, count=most)

    def _tune(self, loaded: Loaded, plan: Plan) -> None:
        """Turn on what makes a base faster; on a CPU nothing does that is worth its while."""
        if self._device.type == "cpu":
            return
        for each in tuned(loaded, self._device, is_whole=plan.denoiser is Place.DEVICE):
            log.info("%s: %s", each.switch.name, "on" if each.is_on else each.why_not)

    def _is_whole(self, recipe: RecipeVariant) -> bool:
        base = self._bases.by_id[recipe.base]
        try:
            for part in parts_of(recipe, base):
                self._loras.path(part)
        except NotFetched:
            return False
        return True


def _teach(loaded: Loaded, loras: Loras, taught: Iterable[StepsLora]) -> None:
    paths = {row.denoiser: (loras.path(row), row.weight) for row in taught}
    path, weight = paths[loaded.family.denoisers[0]]
    late, late_weight = paths.get(_SECOND, (None, None))
    fuse(loaded, Lora(path=path, weight=weight, late=late, late_weight=late_weight))
