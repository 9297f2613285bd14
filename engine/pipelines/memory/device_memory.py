"""The memory of the device that films are made on."""

from __future__ import annotations

import gc
from typing import Protocol

import torch

from engine.pipelines.memory.fitting import main_memory_gb

_GB = 1e9


class DeviceMemory(Protocol):
    """What is asked of a device."""

    @property
    def device(self) -> torch.device:
        """What torch calls it."""
        ...

    @property
    def name(self) -> str:
        """Its kind; measures hold for all of a kind."""
        ...

    @property
    def total_gb(self) -> float:
        """All that weights and films can take; 0 if it has no memory of its own."""
        ...

    @property
    def ram_gb(self) -> float:
        """Main memory beside it."""
        ...

    @property
    def cores(self) -> int:
        """That may be used of the processor."""
        ...

    def used_gb(self) -> float:
        """Say what this process takes now."""
        ...

    def peak_gb(self) -> float:
        """Say what it took at most since this was asked last."""
        ...

    def release(self) -> None:
        """Give back what nobody uses any more."""
        ...


class TorchMemory:
    """The memory of a CUDA device, or of none."""

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self._is_cuda = device.type == "cuda"
        self.name = torch.cuda.get_device_name(device) if self._is_cuda else "cpu"
        self.ram_gb = main_memory_gb()
        self.cores = torch.get_num_threads()
        # what other programs take already is not ours
        self.total_gb = torch.cuda.mem_get_info(device)[0] / _GB if self._is_cuda else 0.0

    def used_gb(self) -> float:
        """Say what this process takes now."""
        return torch.cuda.memory_allocated(self.device) / _GB if self._is_cuda else 0.0

    def peak_gb(self) -> float:
        """Say what it took at most since this was asked last."""
        if not self._is_cuda:
            return 0.0
        peak = torch.cuda.max_memory_reserved(self.device) / _GB
        torch.cuda.reset_peak_memory_stats(self.device)
        return peak

    def release(self) -> None:
        """Give back what nobody uses any more."""
        gc.collect()
        if self._is_cuda:
            torch.cuda.empty_cache()


def is_out_of_memory(error: BaseException) -> bool:
    """Tell whether an error says that memory did not suffice, on any device."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and "can't allocate memory" in str(error)
