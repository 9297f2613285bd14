"""What every way of making a model faster has in common."""

from __future__ import annotations

from typing import Any, Protocol

import torch
from torch import nn

from engine.pipelines.loaded import Loaded


class Switch(Protocol):
    """Makes one checkpoint in memory faster, or makes it take less.

    A switch remembers what it has to put back: each serves one checkpoint.
    """

    @property
    def name(self) -> str:
        """What it is called in tables."""
        ...

    @property
    def is_lossy(self) -> bool:
        """Whether frames differ by more than the rounding of the numbers that are worked with."""
        ...

    @property
    def is_reversible(self) -> bool:
        """Whether it can be turned off without reading the checkpoint again."""
        ...

    def turn_on(self, loaded: Loaded) -> None:
        """Turn it on, for every denoiser or for none.

        Raises:
            NotHere: this machine, these libraries or this model cannot; nothing has changed.
        """
        ...

    def turn_off(self, loaded: Loaded) -> None:
        """Put back what was there before, bit by bit.

        Raises:
            NotHere: it is not reversible.
        """
        ...


def denoisers(loaded: Loaded) -> list[Any]:
    """Find the networks that run at every step."""
    found = [getattr(loaded.pipeline, name, None) for name in loaded.family.denoisers]
    return [network for network in found if isinstance(network, nn.Module)]


def working_dtype(network: nn.Module) -> torch.dtype:
    """Find the type a network mostly works in; some keep a few small parameters in another."""
    return max(network.parameters(), key=lambda each: each.numel()).dtype
