"""Multiplying by a layer's three attention matrices at once."""

from __future__ import annotations

from engine.errors import NotHere
from engine.pipelines.loaded import Loaded
from engine.pipelines.speed.switch import denoisers

_MODELS = ("WanTransformer3DModel", "WanVACETransformer3DModel", "SkyReelsV2Transformer3DModel")
"""Those that use the fused matrices; diffusers makes them for others as well, which do not."""


class FusedQkv:
    """Fuse them; only for a checkpoint that no LoRA is ever put on, which would go unseen.

    The single matrices stay where they are, so that attention's weights take twice the memory.
    """

    name = "fused QKV"
    is_lossy = False
    is_reversible = True

    def turn_on(self, loaded: Loaded) -> None:
        """Fuse."""
        networks = denoisers(loaded)
        if any(getattr(network, "peft_config", None) for network in networks):
            raise NotHere("a LoRA is on")
        if any(type(network).__name__ not in _MODELS for network in networks):
            raise NotHere("this model would not use them")
        for network in networks:
            network.fuse_qkv_projections()

    def turn_off(self, loaded: Loaded) -> None:
        """Use the single matrices again."""
        for network in denoisers(loaded):
            network.unfuse_qkv_projections()
