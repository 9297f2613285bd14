"""Making networks on the device that they are to run on, in the type that they are to run in."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import torch


@contextmanager
def made_on(device: torch.device, dtype: torch.dtype) -> Generator[None]:
    """Have everything that the block makes be there and so."""
    with torch.device(device), _by_default(dtype):
        yield


@contextmanager
def in_32_bits() -> Generator[None]:
    """Have what the block makes keep 32 bits; autoencoders that encode want them."""
    with _by_default(torch.float32):
        yield


@contextmanager
def beside() -> Generator[None]:
    """Have what the block makes be on the CPU, as schedulers are, which work in 32 bits."""
    with made_on(torch.device("cpu"), torch.float32):
        yield


def keep_what_must_be_in_32_bits(network: Any) -> None:
    """Do as diffusers does when it reads weights."""
    kept = getattr(network, "_keep_in_fp32_modules", None) or ()
    for name, weights in network.named_parameters():
        if any(part in kept for part in name.split(".")):
            weights.data = weights.data.float()


@contextmanager
def _by_default(dtype: torch.dtype) -> Generator[None]:
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        yield
    finally:
        torch.set_default_dtype(before)
