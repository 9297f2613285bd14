"""One film on several GPUs: each process attends with some of the heads, for all of the film."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any

import torch.distributed as dist

from engine.errors import NotHere
from engine.pipelines.libraries import diffusers
from engine.pipelines.loaded import Loaded
from engine.pipelines.speed.switch import denoisers


class ContextParallel:
    """Share a film out among processes that all film the same take.

    They have formed a group before. A film is ready sooner so, but takes more work than on one
    GPU: it is for those that are waited for.
    """

    is_lossy = False
    is_reversible = True

    def __init__(self, gpus: int) -> None:
        self._gpus = gpus

    @property
    def name(self) -> str:
        """What it is called in tables."""
        return f"{self._gpus} GPUs"

    def turn_on(self, loaded: Loaded) -> None:
        """Share out."""
        if not (dist.is_available() and dist.is_initialized()):
            raise NotHere("these processes have not formed a group")
        if dist.get_world_size() != self._gpus:
            raise NotHere(f"the group has {dist.get_world_size()} processes, not {self._gpus}")
        networks = denoisers(loaded)
        for network in networks:
            if not getattr(network, "_cp_plan", None):
                raise NotHere("diffusers does not know how to share this model out")
            heads = network.config.num_attention_heads
            if heads % self._gpus:
                raise NotHere(f"{heads} heads cannot be shared by {self._gpus}")
        try:
            for network in networks:
                network.enable_parallelism(
                    config=diffusers.ContextParallelConfig(ulysses_degree=self._gpus)
                )
        except (ValueError, RuntimeError) as error:
            _take_apart(networks)
            raise NotHere(str(error)) from error

    def turn_off(self, loaded: Loaded) -> None:
        """Film alone."""
        _take_apart(denoisers(loaded))


def _take_apart(networks: Sequence[Any]) -> None:
    hooks = import_module("diffusers.hooks.context_parallel")
    for network in networks:
        if network._parallel_config is None:
            continue
        hooks.remove_context_parallel(network, network._cp_plan)
        network._parallel_config = None
        for module in network.modules():
            if hasattr(getattr(module, "processor", None), "_parallel_config"):
                module.processor._parallel_config = None
