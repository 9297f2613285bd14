"""What `zoetrope bench gpu` films with: models of full size, or tiny ones where there is no GPU."""

from __future__ import annotations

import gc
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import torch
from torch import nn

from engine.pipelines.bases import Bases
from engine.pipelines.check import a_take
from engine.pipelines.families import family
from engine.pipelines.full.models import MODELS, full_size
from engine.pipelines.loaded import Loaded
from engine.pipelines.speed.caches import FEWEST_STEPS
from engine.pipelines.take import Take

_ROOM = 1.2


class Subject(Protocol):
    """A model that is timed, and what it films."""

    @property
    def name(self) -> str:
        """That of its base."""
        ...

    @property
    def kind(self) -> str:
        """Which of its family's checkpoints it is."""
        ...

    @property
    def take(self) -> Take:
        """What it films."""
        ...

    @property
    def few(self) -> int:
        """In how many steps it films when it is distilled."""
        ...

    def load(self, device: torch.device) -> Loaded:
        """Make it, of the same random numbers every time."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TinySize:
    """A tiny one of the same family."""

    name: str
    kind: str
    take: Take
    few: int

    def load(self, device: torch.device) -> Loaded:
        """Make it, of the same random numbers every time."""
        of = family(Bases.built_in().by_id[self.name].family)
        torch.manual_seed(0)
        checkpoint = of.checkpoints[self.kind]
        return Loaded(of, checkpoint, checkpoint.tiny().to(device))


def subjects(names: Sequence[str] | None, device: torch.device) -> list[Subject]:
    """Find models by the names of their bases, or all; without a GPU tiny ones, and only one.

    Raises:
        KeyError: there is none of that name.
    """
    if device.type == "cuda":
        return [full_size(name) for name in names or MODELS]
    return [_tiny(name) for name in names or list(MODELS)[:1]]


def room_for(loaded: Loaded, folder: Path) -> bool:
    """Tell whether the weights fit on a folder's disk."""
    modules = [each for each in loaded.pipeline.components.values() if isinstance(each, nn.Module)]
    weights = (each for module in modules for each in module.parameters())
    size = sum(each.numel() * each.element_size() for each in weights)
    return shutil.disk_usage(folder).free > _ROOM * size


def clear(device: torch.device) -> None:
    """Give back what nothing uses any more, and forget what was compiled."""
    torch.compiler.reset()
    gc.collect()
    if device.type == "cuda":
        torch.cuda.empty_cache()


def _tiny(name: str) -> TinySize:
    full = full_size(name)
    of = family(Bases.built_in().by_id[name].family)
    mode = next(iter(of.checkpoints[full.kind].pipelines))
    take = replace(a_take(of, mode, seed=1), steps=FEWEST_STEPS)
    return TinySize(name=name, kind=full.kind, take=take, few=full.few)
