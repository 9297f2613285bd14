"""Where films are made by a tiny model with LoRAs, all of it locked as if it had been fetched."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch

from engine.effects.catalogue import Effect, load_effects
from engine.effects.finishing import Finishing
from engine.effects.look_camera import LookCamera
from engine.effects.maker import ClipMaker, Made
from engine.effects.order import Order
from engine.effects.recipe_camera import RecipeCamera
from engine.effects.recipe_models import RecipeModels
from engine.effects.variants import LoraRow, RecipeVariant
from engine.jobs.job import ClipFormat
from engine.jobs.receipt import PhotoUsed
from engine.pipelines.bases import Bases
from engine.pipelines.families import family
from engine.pipelines.loaded import Loaded
from engine.pipelines.memory.device_memory import TorchMemory
from engine.safety import OpenGate
from engine.vision.vision import Vision
from engine.weights.hub.hashing import sha256_of
from engine.weights.hub.lock import Lock, LockedBase, LockedLora
from tests.fakes.photos import astronaut
from tests.unit.engine.effects.tiny_bases import a_base
from tests.unit.engine.pipelines.making_loras import write_lora

PHOTO = PhotoUsed(sha256="a" * 64)


@dataclass(frozen=True)
class Studio:
    """A base and two LoRAs that were fetched, and all that films with them."""

    folder: Path
    vision: Vision
    bases: Bases
    recipe: RecipeVariant

    @property
    def effect(self) -> Effect:
        return load_effects()["head_turn"].model_copy(update={"variants": (self.recipe,)})

    @property
    def order(self) -> Order:
        return Order(
            effect=self.effect,
            variant=self.recipe,
            photos=[astronaut()],
            sources=[PHOTO],
            seed=7,
            prompt="slowly,\n in the sun",
            format=ClipFormat(size=96),
        )

    def make(self, order: Order) -> Made:
        """Make a clip as a process that has just started does."""
        memory = TorchMemory(torch.device("cpu"))
        models = RecipeModels(self.folder, self.bases, [self.recipe], memory)
        camera = RecipeCamera(models, self.vision, self.bases, Finishing())
        return ClipMaker(LookCamera(self.vision), OpenGate(), camera).make(order)

    def lock(self, **revisions: str) -> None:
        """Note that these were fetched: the base at a revision, and each LoRA at one."""
        at = {"base": "r1", "melt": "m1", "steps": "s1"} | revisions
        loras = {row.repo: row for row in (*self.recipe.loras, *self._taught)}
        Lock(
            bases={"tiny": LockedBase(revisions={"tests/tiny": at["base"]}, files={})},
            loras={
                str(row): LockedLora(
                    file=f"{name}.safetensors", revision=at[name], sha256=row.sha256 or "", bytes=1
                )
                for name in ("melt", "steps")
                for row in [loras[f"tests/{name}"]]
            },
        ).write(self.folder)

    @property
    def _taught(self) -> tuple[LoraRow, ...]:
        taught = self.bases.by_id["tiny"].loras
        return tuple(LoraRow(repo=it.repo, sha256=it.sha256, licence="") for it in taught)


def a_studio(folder: Path, vision: Vision) -> Studio:
    """Open one on a folder that is empty yet."""
    sha256 = fetch(folder)
    taught = {2: {"loras": [{"repo": "tests/steps", "sha256": sha256["steps"]}], "guidance": 1.0}}
    recipe = RecipeVariant.model_validate(
        {
            "name": "melted",
            "base": "tiny",
            "prompt": "It melts. {prompt}",
            "negative": "blurry",
            "cost_s": 1.0,
            "distilled": True,
            "steps": 2,
            "lora": [
                {"repo": "tests/melt", "sha256": sha256["melt"], "weight": 0.5, "licence": "MIT"}
            ],
        }
    )
    bases = Bases({"tiny": a_base("wan2.1", "photo", fewer=taught)})
    studio = Studio(folder, vision, bases, recipe)
    studio.lock()
    return studio


def fetch(folder: Path) -> dict[str, str]:
    """Have a base and two LoRAs in a folder of weights; the sha256 of each LoRA."""
    torch.manual_seed(0)
    family("wan2.1").checkpoints["photo"].tiny().save_pretrained(folder / "bases" / "tiny")
    (folder / "loras").mkdir()
    found: dict[str, str] = {}
    for seed, name in enumerate(("melt", "steps")):
        loaded = Loaded.read(family("wan2.1"), "photo", folder / "bases" / "tiny")
        written = write_lora(loaded, folder / "loras" / f"{name}.safetensors", seed=seed)
        found[name] = sha256_of(written)
        written.rename(folder / "loras" / f"{found[name]}.safetensors")
    return found
