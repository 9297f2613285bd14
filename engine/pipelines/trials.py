"""What else a checkpoint is tried with, once it films: other shapes, LoRAs, caches, little memory.

A trial gives what went wrong in a line each, or None where it does not apply.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from engine.errors import NotHere
from engine.pipelines.loaded import Loaded
from engine.pipelines.loras.lora import Lora, Slots, fuse, takes_loras
from engine.pipelines.loras.random_lora import write_random
from engine.pipelines.memory.offload import carry_out
from engine.pipelines.memory.profiles import Place, Plan, Precision
from engine.pipelines.speed.caches import FEWEST_STEPS, first_block, taylor_seer
from engine.pipelines.take import Frames, Take

_RANK = 4
_CPU = torch.device("cpu")
_SPARE = Plan(
    notch=0,
    denoiser=Place.BLOCKS,
    precision=Precision.FULL,
    encoder=Place.ABSENT,
    tiled=False,
    device_gb=1,
    ram_gb=1,
)

Outcome = Sequence[str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A checkpoint that is tried.

    Attributes:
        kind: which of its family's it is.
        folder: what it was read from.
        take: what it films, and `plain` what became of that.
        larger: what it films in another shape.
    """

    kind: str
    folder: Path
    loaded: Loaded
    take: Take
    larger: Take
    plain: Frames


def try_shape(trial: Trial) -> Outcome:
    """Film in another shape."""
    larger = trial.larger
    found = trial.loaded.film(larger).frames.shape
    wanted = (larger.frames, larger.height, larger.width, 3)
    return [] if found == wanted else [f"gives {found} for {wanted}"]


def try_loras(trial: Trial) -> Outcome:
    """Swap one in, another in its place, and both out again; at last melt one in for good."""
    loaded = trial.loaded
    if not takes_loras(loaded):
        return None
    one, other = (
        Lora(path=write_random(loaded, trial.folder / f"{name}.safetensors", _RANK))
        for name in ("one", "other")
    )
    slots = Slots(loaded, rank=_RANK)
    slots.use([one])
    with_one = _film(trial)
    slots.use([other])
    with_other = _film(trial)
    slots.use([])
    without = _film(trial)
    slots.close()
    fuse(loaded, one)
    with_fused = _film(trial)
    wrong = {
        "a LoRA changes nothing": np.array_equal(with_one, trial.plain),
        "a LoRA that is swapped in changes nothing": np.array_equal(with_other, with_one),
        "a LoRA that is swapped out leaves something": not np.array_equal(without, trial.plain),
        "a LoRA that is fused changes nothing": np.array_equal(with_fused, trial.plain),
    }
    return [what for what, is_so in wrong.items() if is_so]


def try_caches(trial: Trial) -> Outcome:
    """Leave steps out, and then none again."""
    loaded = trial.loaded
    many = replace(trial.take, steps=FEWEST_STEPS)
    shapes: dict[str, tuple[int, ...]] = {}
    for switch in (first_block(FEWEST_STEPS), taylor_seer(FEWEST_STEPS)):
        try:
            switch.turn_on(loaded)
        except NotHere:
            continue
        try:
            shapes[switch.name] = loaded.film(many).frames.shape
        finally:
            switch.turn_off(loaded)
    if not shapes:
        return None
    wrong = {name: shape for name, shape in shapes.items() if shape != trial.plain.shape}
    faults = [f"gives {shape} with the {name}" for name, shape in wrong.items()]
    if not np.array_equal(_film(trial), trial.plain):
        faults.append("a cache leaves something")
    return faults


def try_offload(trial: Trial) -> Outcome:
    """Film the same with blocks that come and go, and an encoder that is read when it is needed."""
    family = trial.loaded.family
    waiting = Loaded.read(family, trial.kind, trial.folder)
    carry_out(_SPARE, waiting, _CPU, trial.folder)
    same = np.array_equal(waiting.film(trial.take).frames, trial.plain)
    return [] if same else ["films otherwise where weights come and go"]


def _film(trial: Trial) -> Frames:
    return trial.loaded.film(trial.take).frames
