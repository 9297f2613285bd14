"""What a worker tells the queue it can do."""

from __future__ import annotations

from collections.abc import Mapping

import torch

from engine.effects.catalogue import Effect
from engine.jobs.order import Ability


def ability_of(effects: Mapping[str, Effect], device: str) -> Ability:
    """Say what a worker with these effects can do; looks need no getting ready.

    Args:
        effects: what it has loaded.
        device: as in the settings: auto, cpu, cuda or cuda:N.
    """
    needs = {variant.needs for effect in effects.values() for variant in effect.looks}
    return Ability(switch_s=dict.fromkeys(sorted(needs), 0.0), device=device_name(device))


def device_name(device: str) -> str:
    """Name the hardware, as `cpu` or `NVIDIA H200`: by it working times are told apart."""
    if device == "cpu" or not torch.cuda.is_available():
        return "cpu"
    return torch.cuda.get_device_name("cuda" if device == "auto" else device)
