"""A base that two processes film with, small enough for tests, and what is filmed."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch

from engine.effects.group.followers import Followers
from engine.effects.group.leader import GroupModels, group
from engine.effects.group.sharing import Sharing
from engine.effects.recipe_models import RecipeModels
from engine.effects.variants import LoraRow, RecipeVariant
from engine.pipelines.bases import Bases
from engine.pipelines.families import family
from engine.pipelines.loaded import Loaded
from engine.pipelines.memory.device_memory import TorchMemory
from engine.weights.hub.hashing import sha256_of
from tests.unit.engine.effects.tiny_bases import a_base
from tests.unit.engine.pipelines.making_loras import write_lora

CPU = torch.device("cpu")
BASES = Bases({"tiny": a_base("wan2.1", "photo"), "whole": a_base("cogvideox", "text")})


def a_recipe(*loras: LoraRow, base: str = "tiny") -> RecipeVariant:
    table = {"name": "model", "base": base, "prompt": "it melts", "cost_s": 1.0, "lora": loras}
    return RecipeVariant.model_validate(table)


def fetch_bases(models: Path) -> None:
    """Put both bases where fetched ones are."""
    for name, base in BASES.by_id.items():
        torch.manual_seed(0)
        tiny = family(base.family).checkpoints[base.checkpoint].tiny()
        tiny.save_pretrained(models / "bases" / name)


def fetch_lora(models: Path, seed: int) -> LoraRow:
    """Put a LoRA where fetched ones are."""
    (models / "loras").mkdir(exist_ok=True)
    loaded = Loaded.read(family("wan2.1"), "photo", models / "bases" / "tiny")
    written = write_lora(loaded, models / "loras" / f"{seed}.safetensors", seed=seed)
    sha256 = sha256_of(written)
    written.rename(models / "loras" / f"{sha256}.safetensors")
    return LoraRow(repo=f"tests/lora-{seed}", sha256=sha256, licence="Apache-2.0")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two processes that film together; this one leads."""

    models: GroupModels
    own: RecipeModels
    sharing: Sharing
    followers: Followers


@contextmanager
def paired(models: Path, *recipes: RecipeVariant, bases: Bases = BASES) -> Generator[Pair]:
    with group((CPU, CPU), models, bases) as (sharing, followers):
        own = RecipeModels(models, bases, recipes, TorchMemory(CPU), sharing.tune)
        yield Pair(GroupModels(own, sharing, followers), own, sharing, followers)
