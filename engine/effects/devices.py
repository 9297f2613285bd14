"""What clips are made on."""

from __future__ import annotations

from collections.abc import Iterable

import torch

from engine.errors import NoSuchDevice


def devices_of(names: Iterable[str]) -> tuple[torch.device, ...]:
    """Turn devices of the settings into torch's; `auto` is a GPU where there is one.

    Raises:
        NoSuchDevice: one is not there.
    """
    return tuple(map(_device, names))


def _device(name: str) -> torch.device:
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    device, gpus = torch.device(name), torch.cuda.device_count()
    if device.type == "cuda" and (device.index or 0) >= gpus:
        raise NoSuchDevice(name, gpus)
    return device
