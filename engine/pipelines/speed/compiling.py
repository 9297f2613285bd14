"""Compiling the blocks that a denoiser repeats."""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from typing import Any

import torch
from torch import nn

from engine.errors import NotHere
from engine.pipelines.loaded import Loaded
from engine.pipelines.speed.switch import denoisers

_SHAPES = 8
"""So many sizes and lengths at most are filmed; every one takes a compilation of its own."""
_FORMS_PER_SHAPE = 4
"""One shape is run with and without adapters, and by two kinds of attention."""


class CompiledBlocks:
    """Compile each kind of block once for every shape; the first take of a shape is slow."""

    name = "compiled blocks"
    is_lossy = False
    is_reversible = True

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._limit: int | None = None

    def turn_on(self, loaded: Loaded) -> None:
        """Have the blocks compiled when they first run."""
        _look_for_a_compiler(self._device)
        networks = denoisers(loaded)
        for network in networks:
            if not _blocks(network):
                raise NotHere("diffusers does not name the blocks that this model repeats")
        config: Any = torch._dynamo.config
        self._limit = config.recompile_limit
        # beyond it a new shape would be an error
        config.recompile_limit = max(config.recompile_limit, _FORMS_PER_SHAPE * _SHAPES)
        for network in networks:
            network.compile_repeated_blocks(
                fullgraph=loaded.family.is_compiled_whole, dynamic=False
            )

    def turn_off(self, loaded: Loaded) -> None:
        """Run the blocks as they are written."""
        for network in denoisers(loaded):
            for block in _blocks(network):
                block._compiled_call_impl = None
        if self._limit is not None:
            torch._dynamo.config.recompile_limit = self._limit
            self._limit = None


def compile_again(network: Any, *, in_one_piece: bool) -> None:
    """Compile blocks that are compiled anew, as what they call has changed.

    Attributes:
        in_one_piece: without anything in between that Python runs, as caches do.
    """
    for block in _blocks(network):
        if block._compiled_call_impl is not None:
            block.compile(fullgraph=in_one_piece, dynamic=False)


def _blocks(network: nn.Module) -> list[Any]:
    names = getattr(network, "_repeated_blocks", None) or ()
    return [module for module in network.modules() if type(module).__name__ in names]


def _look_for_a_compiler(device: torch.device) -> None:
    if device.type == "cuda" and find_spec("triton") is None:
        raise NotHere("Triton is not installed")
    if device.type == "cpu" and not any(map(shutil.which, ("g++", "clang++"))):
        raise NotHere("there is no C++ compiler")
