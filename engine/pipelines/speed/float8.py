"""Working with numbers of 8 bits, or only keeping them so."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

import torch
from torch import nn

from engine.errors import NotHere
from engine.pipelines.loaded import Loaded
from engine.pipelines.speed.switch import denoisers, working_dtype

_FIRST_CAPABILITY = (8, 9)
_LEAST_SIDE = 16
"""Kernels take matrices whose sides are multiples of this."""
_READ_AGAIN = "its weights were rounded: read the checkpoint again"


class Float8Blocks:
    """Multiply in 8 bits within the blocks, but for the first and the last one.

    It pays where the blocks are compiled. LoRAs are put on, or fused, before it.
    """

    name = "float8 blocks"
    is_lossy = True
    is_reversible = False

    def __init__(self, device: torch.device) -> None:
        self._device = device

    def turn_on(self, loaded: Loaded) -> None:
        """Round the weights."""
        if (
            self._device.type != "cuda"
            or torch.cuda.get_device_capability(self._device) < _FIRST_CAPABILITY
        ):
            raise NotHere(f"{self._device} does not multiply in 8 bits")
        if find_spec("torchao") is None:
            raise NotHere("torchao is not installed")
        networks = denoisers(loaded)
        if any(not inner_linears(network) for network in networks):
            raise NotHere("diffusers does not name the blocks that this model repeats")
        quantization: Any = import_module("torchao.quantization")
        config = quantization.Float8DynamicActivationFloat8WeightConfig(
            granularity=quantization.PerRow()
        )
        for network in networks:
            chosen = inner_linears(network)
            quantization.quantize_(network, config, filter_fn=lambda _, name, c=chosen: name in c)

    def turn_off(self, loaded: Loaded) -> None:
        """Refuse: the weights are gone."""
        del loaded
        raise NotHere(_READ_AGAIN)


class Float8Storage:
    """Keep weights in 8 bits and work in 16: half the memory, and no faster."""

    name = "float8 storage"
    is_lossy = True
    is_reversible = False

    def turn_on(self, loaded: Loaded) -> None:
        """Round the weights."""
        networks = denoisers(loaded)
        if not all(hasattr(network, "enable_layerwise_casting") for network in networks):
            raise NotHere("diffusers cannot keep this model so")
        for network in networks:
            network.enable_layerwise_casting(
                storage_dtype=torch.float8_e4m3fn, compute_dtype=working_dtype(network)
            )

    def turn_off(self, loaded: Loaded) -> None:
        """Refuse: the weights are gone."""
        del loaded
        raise NotHere(_READ_AGAIN)


def inner_linears(network: nn.Module) -> set[str]:
    """Name the large layers of all repeated blocks but the first and the last."""
    names = getattr(network, "_repeated_blocks", None) or ()
    blocks = [name for name, each in network.named_modules() if type(each).__name__ in names]
    return {
        f"{block}.{name}"
        for block in blocks[1:-1]
        for name, layer in network.get_submodule(block).named_modules()
        if isinstance(layer, nn.Linear) and ".lora_" not in name and _is_taken(layer)
    }


def _is_taken(layer: nn.Linear) -> bool:
    return not layer.in_features % _LEAST_SIDE and not layer.out_features % _LEAST_SIDE
