"""What a worker tells the queue it can do."""

from __future__ import annotations

from collections.abc import Mapping

import torch

from engine.effects.catalogue import Effect
from engine.jobs.order import Ability

_CPU = "cpu"


def ability_of(effects: Mapping[str, Effect], device: str) -> Ability:
    """Say what a worker with these effects can do; looks need no getting ready.

    Args:
        effects: what it has loaded.
        device: as in the settings: auto, cpu, cuda, cuda:N, or several of these.
    """
    needs = {variant.needs for effect in effects.values() for variant in effect.looks}
    return Ability(switch_s=dict.fromkeys(sorted(needs), 0.0), device=device_name(device))


def device_name(device: str) -> str:
    """Name the hardware, as `cpu` or `2 x NVIDIA H200`: by it working times are told apart."""
    first, *others = device.split("+")
    several = f"{len(others) + 1} x " if others else ""
    if first == _CPU or not torch.cuda.is_available():
        return several + _CPU
    return several + torch.cuda.get_device_name("cuda" if first == "auto" else first)


def is_cpu(device: str) -> bool:
    """Tell of a device by its name whether it is no more than the processor."""
    return device.endswith(_CPU)
