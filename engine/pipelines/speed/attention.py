"""The fastest way to attend that this machine has."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any

import torch

from engine.errors import NotHere
from engine.pipelines.loaded import Loaded
from engine.pipelines.speed.switch import denoisers, working_dtype

_BY_GENERATION = {
    8: ("flash", "_native_cudnn"),
    9: ("_flash_3", "_flash_3_hub", "_native_cudnn"),
    10: ("flash_4_hub", "_native_cudnn"),
    12: ("_native_cudnn",),
}
"""diffusers' names, the fastest first, by the major compute capability of a GPU.

Those of the hub are used only where their kernels have been fetched already: we work offline.
"""
_WITHOUT_MASKS = ("flash", "_flash_3", "_flash_3_hub", "flash_4_hub")
_NEVER_MASKED = (
    "WanTransformer3DModel",
    "WanVACETransformer3DModel",
    "SkyReelsV2Transformer3DModel",
)
_HEAD_WIDTH = 128
_PIXELS, _WORDS = 256, 77


def backends(device: torch.device) -> Sequence[str]:
    """Name what may be faster than torch's own choice, in the order in which it is tried."""
    if device.type != "cuda":
        return ()
    major, _ = torch.cuda.get_device_capability(device)
    generation = max((known for known in _BY_GENERATION if known <= major), default=None)
    return _BY_GENERATION[generation] if generation else ()


class Attention:
    """Attend by the first backend that works, on every denoiser."""

    is_lossy = False
    is_reversible = True

    def __init__(self, device: torch.device, names: Sequence[str] | None = None) -> None:
        self._device = device
        self._names = backends(device) if names is None else names
        self.chosen: str | None = None

    @property
    def name(self) -> str:
        """What it is called in tables."""
        return f"attention {self.chosen}" if self.chosen else "attention"

    def turn_on(self, loaded: Loaded) -> None:
        """Set the first backend that works."""
        if not self._names:
            raise NotHere(f"torch's own attention is the best known on {self._device}")
        networks = denoisers(loaded)
        if not all(_takes_backends(network) for network in networks):
            raise NotHere("this model attends in a way of its own")
        refused: list[str] = []
        for name in self._names:
            try:
                self._set(networks, name)
            except Exception as error:
                refused.append(f"{name}: {_first_line(error)}")
                _reset(networks)
            else:
                self.chosen = name
                return
        raise NotHere("; ".join(refused))

    def turn_off(self, loaded: Loaded) -> None:
        """Let torch choose again."""
        _reset(denoisers(loaded))
        self.chosen = None

    def _set(self, networks: Sequence[Any], name: str) -> None:
        registry = _dispatch()._AttentionBackendRegistry
        for network in networks:
            if name in _WITHOUT_MASKS and type(network).__name__ not in _NEVER_MASKED:
                raise NotHere("it knows no masks, which this model may use")
            before = registry._active_backend
            try:
                network.set_attention_backend(name)
            finally:
                # it would be used by every model that was told nothing
                registry.set_active_backend(before)
            self._try(network, name)

    def _try(self, network: Any, name: str) -> None:
        """Attend once to as many and once to fewer, as networks do to themselves and to words."""
        width = getattr(network.config, "attention_head_dim", None) or _HEAD_WIDTH
        like = {"dtype": working_dtype(network), "device": self._device}
        dispatch = _dispatch()
        for keys in (_PIXELS, _WORDS):
            query = torch.zeros(1, _PIXELS, 2, width, **like)
            key = torch.zeros(1, keys, 2, width, **like)
            backend = dispatch.AttentionBackendName(name)
            with torch.inference_mode():
                dispatch.dispatch_attention_fn(query, key, key, backend=backend)


def _dispatch() -> Any:
    return import_module("diffusers.models.attention_dispatch")


def _takes_backends(network: Any) -> bool:
    return hasattr(network, "set_attention_backend") and any(
        hasattr(getattr(module, "processor", None), "_attention_backend")
        for module in network.modules()
    )


def _reset(networks: Sequence[Any]) -> None:
    for network in networks:
        network.reset_attention_backend()


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
