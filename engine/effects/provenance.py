"""What made a clip, told from an order and what it was filmed with."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path

import torch

from engine.effects.order import Order
from engine.effects.params import settle
from engine.effects.recipe_parts import taught
from engine.effects.reel import Reel
from engine.effects.variants import LookVariant, RecipeVariant
from engine.jobs.receipt import Held, LoraUsed, ModelUsed, Receipt, WeightsUsed
from engine.pipelines.bases import Base, StepsLora
from engine.pipelines.longer.script import Script
from engine.weights.hub.lock import Lock
from engine.weights.hub.reference import LoraRef

_LIBRARIES = ("zoetrope", "torch", "numpy", "opencv-python-headless", "av")
_OF_MODELS = ("diffusers", "transformers")
_CPU_INFO = Path("/proc/cpuinfo")


def receipt_of(order: Order, reel: Reel) -> Receipt:
    """Say what made a clip, once all its frames are there."""
    variant = order.variant
    look = variant.look if isinstance(variant, LookVariant) else None
    return Receipt(
        effect=order.effect.id,
        effect_version=order.effect.about.version,
        variant=variant.name,
        seed=order.seed,
        params=settle(order.effect.params, order.params),
        prompt=order.prompt,
        format=order.format,
        photos=tuple(order.sources[: len(order.needed)]),
        width=reel.width,
        height=reel.height,
        frames=reel.frames,
        fps=reel.fps,
        look=look,
        model=reel.model(),
        device=hardware(reel.device) if reel.device else None,
        libraries=libraries(_LIBRARIES if look else (*_LIBRARIES, *_OF_MODELS)),
    )


def model_used(
    recipe: RecipeVariant,
    base: Base,
    script: Script,
    smooth: int,
    weights: WeightsUsed | None,
    *,
    motion: str | None = None,
) -> ModelUsed:
    """Say which model filmed a script, and what it was told; `motion` is the video's sha256."""
    take = script.first
    return ModelUsed(
        base=recipe.base,
        title=base.title,
        repo=base.repo,
        steps=take.steps,
        guidance=take.guidance,
        shift=take.shift,
        prompts=tuple(shot.prompt for shot in script.shots),
        negative=take.negative,
        width=take.width,
        height=take.height,
        frames=script.frames,
        smooth=smooth,
        weights=weights,
        motion=motion,
    )


def weights_used(
    recipe: RecipeVariant, base: Base, models: Path, held: Held | None = None
) -> WeightsUsed:
    """Say which files a recipe is made with, as far as the lock of a folder of weights knows.

    Raises:
        LockInvalid: the lock cannot be read.
    """
    lock = Lock.read(models)
    locked = lock.bases.get(recipe.base)
    return WeightsUsed(
        revisions=dict(locked.revisions) if locked else {},
        loras=_used(((row, row.weight) for row in recipe.loras), lock),
        taught=_used(((row, row.weight) for row in taught(recipe, base)), lock),
        held=held,
    )


def _used(rows: Iterable[tuple[LoraRef | StepsLora, float]], lock: Lock) -> tuple[LoraUsed, ...]:
    return tuple(_lora_used(ref, weight, lock) for ref, weight in rows)


def _lora_used(ref: LoraRef, weight: float, lock: Lock) -> LoraUsed:
    locked = lock.loras.get(str(ref))
    return LoraUsed(
        repo=ref.repo,
        file=locked.file if locked else ref.file,
        revision=locked.revision if locked else ref.revision,
        sha256=ref.sha256 or (locked.sha256 if locked else None),
        weight=weight,
    )


def libraries(names: Iterable[str]) -> Mapping[str, str]:
    """Say which version of each library is installed, of those that are."""
    found: dict[str, str] = {}
    for name in names:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def hardware(device: str) -> str:
    """Name what torch calls a device; a CPU with its threads, which rounding depends on."""
    if torch.device(device).type == "cuda":
        return torch.cuda.get_device_name(device)
    threads = torch.get_num_threads()
    return f"{_cpu()}, {threads} {'thread' if threads == 1 else 'threads'}"


def _cpu() -> str:
    lines = _CPU_INFO.read_text(errors="replace").splitlines() if _CPU_INFO.is_file() else ()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(filter(None, names), platform.machine())
