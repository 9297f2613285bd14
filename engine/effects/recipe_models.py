"""The models that recipes are made by: bases in memory, and LoRAs swapped in and out of them."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import torch

from engine.effects.provenance import weights_used
from engine.effects.recipe_parts import parts_of
from engine.effects.variants import RecipeVariant
from engine.errors import CannotFilm, LockInvalid, LoraInvalid, NotFetched, WeightsUnreadable
from engine.jobs.receipt import Held, WeightsUsed
from engine.pipelines.bases import TAUGHT, Bases, StepsLora
from engine.pipelines.loaded import Loaded
from engine.pipelines.longer.script import Script, film
from engine.pipelines.loras.lora import Lora, Slots, fuse
from engine.pipelines.memory.device_memory import DeviceMemory
from engine.pipelines.memory.profiles import Place, Plan, Precision
from engine.pipelines.memory.residency import Residency, Tune, untuned
from engine.pipelines.preview import Show
from engine.pipelines.speed.switch import denoisers
from engine.pipelines.speed.tuning import tuned
from engine.pipelines.take import Footage
from engine.pipelines.watching import Watch
from engine.weights.hub.lock import NAME as LOCK
from engine.weights.hub.loras import Loras

log = logging.getLogger(__name__)

_RANK = 64
"""Of the largest LoRA that fits into a slot."""
_SWAP_S = 0.3
"""To swap LoRAs of a base that is in memory."""
_SECOND = "transformer_2"


_Stamps = tuple[tuple[int, int], ...]


class RecipeModels:
    """Has what recipes need in memory, as far as it is fetched and fits on the device."""

    def __init__(
        self,
        models: Path,
        bases: Bases,
        recipes: Iterable[RecipeVariant],
        memory: DeviceMemory,
        tune: Tune = untuned,
    ) -> None:
        """Have what recipes need; `tune` is what is done to a base once all else is."""
        self._bases = bases
        self._models = models
        self._loras = Loras(models)
        self._device = memory.device
        self._tune_further = tune
        self._residency = Residency(models, {}, memory, prepare=self._prepare, tune=self._tune)
        self._load_s: Mapping[str, float] = {}
        self._offered: list[RecipeVariant] = []
        self._most_loras: dict[str, int] = {}
        self._slots: dict[str, int] = {}
        self._failed: dict[str, _Stamps] = {}
        self.learn(recipes)

    def learn(self, recipes: Iterable[RecipeVariant]) -> None:
        """Have what these recipes need instead; for any thread, also while there is filming."""
        known = [recipe for recipe in recipes if recipe.base in self._bases.by_id]
        self._seen = self._there()
        # what is gone stays known to the residency: it may be filming it
        self._residency.learn({each.model: self._bases.by_id[each.base] for each in known})
        load_s = self._residency.offers()
        for each in known:
            most = self._most_loras.get(each.model, 0)
            self._most_loras[each.model] = max(most, len(each.loras))
        self._load_s = load_s
        self._offered = [each for each in known if each.model in load_s and self._is_whole(each)]

    def is_behind(self) -> bool:
        """Tell whether weights have come or gone since it learned what to make with them."""
        return self._there() != self._seen

    def _there(self) -> frozenset[tuple[str, int]]:
        patterns = ("bases/*/model_index.json", "loras/*", LOCK)
        found = [path for pattern in patterns for path in self._models.glob(pattern)]
        return frozenset((str(path), path.stat().st_mtime_ns) for path in found if path.is_file())

    def offers(self) -> Mapping[str, float]:
        """Say what can be made here, as recipes need it, and in how many seconds each is ready.

        What is fetched later counts once it learns again.
        """
        resident, load_s = self._residency.resident, self._load_s
        return {
            each.needs: _SWAP_S if each.model in resident else load_s[each.model]
            for each in self._offered
            if each.model in load_s and not self._has_failed(each)
        }

    def film(
        self, recipe: RecipeVariant, script: Script, watch: Watch, show: Show | None = None
    ) -> Footage:
        """Film a script with a recipe's base, and its LoRAs and no others in it.

        Raises:
            WeightsMissing: something of it is not fetched.
            CannotFilm: it is no base for this device, or for this script.
            LoraInvalid: a LoRA of it is damaged, or for another base.
            OutOfMemory: it does not fit on the device.
            Stopped: `watch` said so.
        """
        loras = [Lora(path=self._loras.path(row), weight=row.weight) for row in recipe.loras]

        if len(loras) > self._slots.get(recipe.model, len(loras)):
            self._residency.evict(recipe.model)

        def filmed(loaded: Loaded) -> Footage:
            if loaded.slots is not None:
                loaded.slots.use(loras)
            elif loras:
                raise CannotFilm(recipe.base, "it takes no LoRA")
            footage = film(loaded, script, watch, show)
            return replace(footage, weights=self._used(recipe, loaded.held))

        try:
            return self._residency.attempt(recipe.model, filmed)
        except (LoraInvalid, WeightsUnreadable):
            self._failed[recipe.needs] = self._stamps(recipe)
            raise

    def _has_failed(self, recipe: RecipeVariant) -> bool:
        """Tell whether it could not be used, and its files are still the same."""
        failed = self._failed.get(recipe.needs)
        return failed is not None and failed == self._stamps(recipe)

    def _stamps(self, recipe: RecipeVariant) -> _Stamps:
        """Tell its files from others that may be there later under the same names."""
        paths = [self._models / "bases" / recipe.base]
        with suppress(NotFetched):
            parts = parts_of(recipe, self._bases.by_id[recipe.base])
            paths += [self._loras.path(part) for part in parts]
        found = [path.stat() for path in paths if path.exists()]
        return tuple((each.st_ino, each.st_ctime_ns) for each in found)

    def _used(self, recipe: RecipeVariant, held: Held | None) -> WeightsUsed | None:
        """Say which files filmed; a film is none the worse for a lock that cannot be read."""
        try:
            return weights_used(recipe, self._bases.by_id[recipe.base], self._models, held)
        except LockInvalid as error:
            log.warning("which files filmed %s is not noted: %s", recipe.name, error)
            return None

    def _prepare(self, model: str, loaded: Loaded) -> None:
        """Teach a base few steps for good, and give it slots for what is swapped."""
        base_id, _, steps = model.partition(TAUGHT)
        if steps:
            _teach(loaded, self._loras, self._bases.by_id[base_id].stepping(int(steps)).loras)
        self._slots[model] = most = self._most_loras[model]
        if most:
            loaded.slots = Slots(loaded, rank=_RANK, count=most)

    def _tune(self, loaded: Loaded, plan: Plan) -> None:
        """Turn on what makes a base faster; on a CPU nothing does that is worth its while."""
        is_whole, is_cpu = plan.denoiser is Place.DEVICE, self._device.type == "cpu"
        tried = () if is_cpu else tuned(loaded, self._device, is_whole=is_whole)
        for each in tried:
            log.info("%s: %s", each.switch.name, "on" if each.is_on else each.why_not)
        dtype = denoisers(loaded)[0].dtype
        loaded.held = Held(
            dtype=str(dtype).removeprefix("torch."),
            bits=8 if plan.precision is Precision.FLOAT8 else torch.finfo(dtype).bits,
            tiled=plan.tiled,
            speed=tuple(each.switch.name for each in tried if each.is_on),
        )
        self._tune_further(loaded, plan)

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
