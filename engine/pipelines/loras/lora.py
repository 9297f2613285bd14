"""LoRA files: reading them safely, slots that they are swapped in, and melting one in for good.

Slots have a fixed rank and sit at every linear layer from the start, so that a swap only writes
numbers: nothing is compiled again, and weights that are kept in main memory stay pinned there.
(The hot swap of diffusers refuses a file that touches a layer which the first one did not, and
takes offloaded weights apart and puts them together again.)
"""

from __future__ import annotations

import re
import warnings
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from engine.errors import CannotFilm, LoraInvalid
from engine.pipelines.libraries import peft
from engine.pipelines.loaded import Loaded
from engine.pipelines.loras.lora_file import Change, read_changes

_ROUNDED = (torch.float32, torch.bfloat16, torch.float16)
_SLOTLESS = re.compile(r"motion_modules\..*proj_(in|out)$")
"""Layers that are called in a way which peft does not know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lora:
    """A LoRA as a recipe uses it.

    Attributes:
        weight: how much of it; at 0 the base films as it does by itself.
        late: the file for a second expert, as Wan 2.2 has; the first one is left to `path` alone.
        late_weight: how much of that, `weight` if not given.
    """

    path: Path
    weight: float = 1.0
    late: Path | None = None
    late_weight: float | None = None

    def parts(self, denoisers: Sequence[str]) -> list[tuple[str, Path, float]]:
        """Say which file goes into which denoiser, with which weight.

        Raises:
            LoraInvalid: it is for two experts, and the base has one.
        """
        parts = [(denoisers[0], self.path, self.weight)]
        if self.late is None:
            return parts
        if len(denoisers) == 1:
            raise LoraInvalid(self.late.name, "is for a second expert, which this base has not")
        weight = self.weight if self.late_weight is None else self.late_weight
        return [*parts, (denoisers[1], self.late, weight)]


class Slots:
    """Places of a loaded base that LoRAs are swapped in and out of, quickly.

    To be made before anything is compiled, offloaded or quantised.

    Raises:
        CannotFilm: this base takes no LoRA.
    """

    def __init__(
        self, loaded: Loaded, *, rank: int = 32, count: int = 1, remembered: int = 4
    ) -> None:
        if not takes_loras(loaded):
            raise CannotFilm(loaded.family.name, "it takes no LoRA")
        self._loaded = loaded
        self._rank = rank
        self._names = [f"slot_{number}" for number in range(count)]
        self._models: dict[str, Any] = _denoisers(loaded)
        self._files: OrderedDict[tuple[str, Path], Mapping[str, Change]] = OrderedDict()
        self._remembered = remembered
        self._written: dict[str, Lora | None] = dict.fromkeys(self._names)
        for model in self._models.values():
            _add(model, self._names, rank)

    @property
    def used(self) -> list[Lora]:
        """What is in them."""
        return [lora for lora in self._written.values() if lora is not None]

    def use(self, loras: Sequence[Lora]) -> None:
        """Have these in the slots, and nothing else; whatever is refused changes nothing.

        Raises:
            LoraInvalid: one cannot be used here; says which and why.
        """
        if len(loras) > len(self._names):
            raise LoraInvalid(
                loras[-1].path.name,
                f"finds no place: there are {len(self._names)} slots for {len(loras)} LoRAs",
            )
        ready = [self._ready(lora) for lora in loras]
        for number, name in enumerate(self._names):
            wanted = loras[number] if number < len(loras) else None
            if wanted != self._written[name]:
                self._write(name, ready[number] if wanted else {})
                self._written[name] = wanted

    def close(self) -> None:
        """Take the slots out of the base, which is then as it was before them."""
        for model in self._models.values():
            model.unload_lora()
        self._written = dict.fromkeys(self._names)

    def _ready(self, lora: Lora) -> dict[str, tuple[Mapping[str, Change], float]]:
        ready: dict[str, tuple[Mapping[str, Change], float]] = {}
        for denoiser, path, weight in lora.parts(list(self._models)):
            changes = self._read(denoiser, path)
            slots = _layers(self._models[denoiser])
            for layer, change in changes.items():
                self._check(path, change, has_slot=layer in slots)
            ready[denoiser] = (changes, weight)
        return ready

    def _check(self, path: Path, change: Change, *, has_slot: bool) -> None:
        if change.rank > self._rank:
            raise LoraInvalid(
                path.name, f"has rank {change.rank}, and the slots hold {self._rank} at most"
            )
        if change.bias is not None or not has_slot:
            what = "biases" if has_slot else "layers that have no slot"
            raise LoraInvalid(path.name, f"also changes {what}: it can be fused, not swapped in")

    def _read(self, denoiser: str, path: Path) -> Mapping[str, Change]:
        key = (denoiser, path)
        if key not in self._files:
            pipeline = self._loaded.pipeline
            self._files[key] = read_changes(pipeline, self._models[denoiser], path)
        self._files.move_to_end(key)
        while len(self._files) > max(self._remembered, 2 * len(self._names)):
            self._files.popitem(last=False)
        return self._files[key]

    def _write(self, name: str, ready: Mapping[str, tuple[Mapping[str, Change], float]]) -> None:
        for denoiser, model in self._models.items():
            changes, weight = ready.get(denoiser, ({}, 0.0))
            for layer, module in _layers(model).items():
                _fill(module, name, changes.get(layer), weight)


def takes_loras(loaded: Loaded) -> bool:
    """Tell whether diffusers knows LoRAs for a base."""
    models = _denoisers(loaded).values()
    return hasattr(loaded.pipeline, "lora_state_dict") and all(
        hasattr(model, "add_adapter") for model in models
    )


def fuse(loaded: Loaded, lora: Lora) -> None:
    """Melt a LoRA into the base for good, as one for fewer steps; before it is quantised.

    Raises:
        LoraInvalid: it is no LoRA for this base, or the base is quantised already.
    """
    models = _denoisers(loaded)
    parts = lora.parts(list(models))
    read = [
        (models[denoiser], path, read_changes(loaded.pipeline, models[denoiser], path), weight)
        for denoiser, path, weight in parts
    ]
    for model, path, changes, _ in read:
        linears = _linears(model)
        if any(linears[layer].weight.dtype not in _ROUNDED for layer in changes):
            raise LoraInvalid(path.name, "comes too late: fuse it before the base is quantised")
    for model, _, changes, weight in read:
        linears = _linears(model)
        for layer, change in changes.items():
            _melt(linears[layer], change, weight)


@torch.no_grad()
def _melt(linear: nn.Linear, change: Change, weight: float) -> None:
    held = linear.weight
    up, down = (part.to(held.device, torch.float32) for part in (change.up, change.down))
    held.copy_(held.float() + (up @ down) * (change.scale * weight))
    if change.bias is not None and linear.bias is not None:
        linear.bias.add_(change.bias.to(linear.bias.device, linear.bias.dtype), alpha=weight)


def _denoisers(loaded: Loaded) -> dict[str, nn.Module]:
    found = {name: getattr(loaded.pipeline, name, None) for name in loaded.family.denoisers}
    return {name: model for name, model in found.items() if isinstance(model, nn.Module)}


def _add(model: Any, names: Sequence[str], rank: int) -> None:
    names_of = [name for name in _linears(model) if not _SLOTLESS.search(name)]
    layers = "|".join(re.escape(name) for name in names_of)
    config = peft().LoraConfig
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Already found a `peft_config`")
        for name in names:
            model.add_adapter(config(r=rank, lora_alpha=rank, target_modules=f"({layers})"), name)
    model.set_adapter(list(names))
    model.requires_grad_(False).eval()
    for module in _layers(model).values():
        for name in names:
            _fill(module, name, None, 0.0)


@torch.no_grad()
def _fill(module: Any, name: str, change: Change | None, weight: float) -> None:
    """Write a change into a slot; the scale is written with it, so that it is no input of a graph.

    Where weights are kept in main memory, their `data` is what is copied to the device next time.
    """
    down, up = module.lora_A[name].weight.data, module.lora_B[name].weight.data
    down.zero_()
    up.zero_()
    if change is not None and weight:
        down[: change.rank].copy_(change.down)
        up[:, : change.rank].copy_(change.up.float() * (change.scale * weight))


def _layers(model: nn.Module) -> dict[str, nn.Module]:
    return {name: module for name, module in model.named_modules() if hasattr(module, "lora_A")}


def _linears(model: nn.Module) -> dict[str, nn.Linear]:
    """Find the base's own linear layers by the names they have without slots."""
    found: dict[str, nn.Linear] = {}
    for name, module in model.named_modules():
        if isinstance(module, nn.Linear) and ".lora_" not in name:
            found[name.removesuffix(".base_layer")] = module
    return found
