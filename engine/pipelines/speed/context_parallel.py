"""One film on several GPUs: each process attends with some of the heads, for all of the film."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
from torch.distributed.device_mesh import DeviceMesh, init_device_mesh

from engine.errors import NotHere
from engine.pipelines.libraries import diffusers
from engine.pipelines.loaded import Loaded
from engine.pipelines.speed.compiling import compile_again
from engine.pipelines.speed.switch import denoisers

_PATIENCE = timedelta(minutes=10)
"""For what the other processes have to send, until torch gives them up."""
_DIMENSIONS = ("ring", "ulysses")
_HOOKS = ("cp_input---", "cp_output---")
"""What the names of diffusers' hooks for this begin with."""


class ContextParallel:
    """Share a film out among processes that all film the same take.

    They have formed a group before. A film is ready sooner so, but takes more work than on one
    GPU: it is for those that are waited for.
    """

    is_lossy = False
    is_reversible = True

    def __init__(self, gpus: int, mesh: DeviceMesh | None = None) -> None:
        """Share out among so many; without a `mesh` all of them have to turn it on together."""
        self._gpus = gpus
        self._mesh = mesh

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
            with _no_fewer_than_one_gpu():
                for network in networks:
                    network.enable_parallelism(
                        config=diffusers.ContextParallelConfig(
                            ulysses_degree=self._gpus, mesh=self._mesh
                        )
                    )
        except (ValueError, RuntimeError) as error:
            _take_apart(networks)
            raise NotHere(str(error)) from error
        for network in networks:
            # what is sent to the others lies between the pieces
            compile_again(network, in_one_piece=False)

    def turn_off(self, loaded: Loaded) -> None:
        """Film alone."""
        networks = denoisers(loaded)
        _take_apart(networks)
        for network in networks:
            compile_again(network, in_one_piece=True)


def divide(loaded: Loaded, *, evenly: bool) -> None:
    """Have a checkpoint that is shared out divide films as they come, or only into equal parts.

    Equal parts are sent with less to and fro, but only some shapes have them.
    """
    for network in denoisers(loaded):
        network._parallel_config.context_parallel_config.ulysses_anything = not evenly


def is_shared(loaded: Loaded) -> bool:
    """Tell whether films of a checkpoint are shared out."""
    return any(getattr(it, "_parallel_config", None) is not None for it in denoisers(loaded))


@contextmanager
def grouped(device: torch.device, *, rank: int, size: int, meeting: Path) -> Generator[DeviceMesh]:
    """Be in a group with other processes of this machine; wait until all of them are.

    Args:
        device: what this process films on, another one than all others if it is a GPU.
        rank: its number in the group, from 0.
        size: of the group.
        meeting: a file that is not there yet, the same for all.
    """
    is_cuda = device.type == "cuda"
    if is_cuda:
        torch.cuda.set_device(device)
    elif sys.platform == "linux":
        # nobody beyond this machine has to hear of it
        os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")
    dist.init_process_group(
        "nccl" if is_cuda else "gloo",
        init_method=meeting.as_uri(),
        rank=rank,
        world_size=size,
        timeout=_PATIENCE,
    )
    try:
        mesh = init_device_mesh(device.type, (1, size), mesh_dim_names=_DIMENSIONS)
        # made here by all at once, and found again by whoever shares a base out
        mesh[_DIMENSIONS]._flatten()
        yield mesh
    finally:
        dist.destroy_process_group()


@contextmanager
def _no_fewer_than_one_gpu() -> Generator[None]:
    """Let diffusers divide by the number of GPUs where there is none."""
    accelerator: Any = torch.accelerator
    count = accelerator.device_count
    accelerator.device_count = lambda: max(1, count())
    try:
        yield
    finally:
        accelerator.device_count = count


def _take_apart(networks: Sequence[Any]) -> None:
    for network in networks:
        network._parallel_config = None
        for module in network.modules():
            if hasattr(module, "_diffusers_hook"):
                _remove_hooks(module._diffusers_hook)
            if hasattr(getattr(module, "processor", None), "_parallel_config"):
                module.processor._parallel_config = None


def _remove_hooks(registry: Any) -> None:
    # by name, as diffusers itself finds them only where a plan fits the model whole
    for name in [name for name in registry.hooks if name.startswith(_HOOKS)]:
        registry.remove_hook(name, recurse=False)
