"""Multiplying 32-bit numbers by their first 19 bits, where a network is mostly in 16."""

from __future__ import annotations

import torch

from engine.errors import NotHere
from engine.pipelines.loaded import Loaded
from engine.pipelines.speed.switch import denoisers, working_dtype


class Tf32:
    """Let tensor cores take the few layers that stay in 32 bits.

    They then round more finely still than the 16-bit layers around them, which is why it is not
    called lossy. The whole process works so, not only this checkpoint.
    """

    name = "tf32"
    is_lossy = False
    is_reversible = True

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._before: str | None = None

    def turn_on(self, loaded: Loaded) -> None:
        """Allow it."""
        if self._device.type != "cuda":
            raise NotHere(f"there are no tensor cores on {self._device}")
        if any(working_dtype(network) is torch.float32 for network in denoisers(loaded)):
            raise NotHere("this model works in 32 bits throughout, and would be rounded")
        self._before = torch.get_float32_matmul_precision()
        torch.set_float32_matmul_precision("high")

    def turn_off(self, loaded: Loaded) -> None:
        """Forbid it again."""
        del loaded
        if self._before is not None:
            torch.set_float32_matmul_precision(self._before)
            self._before = None
