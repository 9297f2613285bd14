"""Putting a loaded base where its plan says."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import torch
from torch import nn

from engine.pipelines.family import Pipeline
from engine.pipelines.loaded import Loaded
from engine.pipelines.memory.encoders import Encoders, encoders_of
from engine.pipelines.memory.profiles import Place, Plan, Precision

_CPU = torch.device("cpu")


def carry_out(plan: Plan, loaded: Loaded, device: torch.device, folder: Path) -> Encoders:
    """Put a base that was just read from a folder where it belongs; only once for each.

    LoRA slots are to be there already, and LoRAs that are fused to be in it. What is compiled is
    compiled afterwards.
    """
    mover = _Mover(plan, device)
    denoisers = [getattr(loaded.pipeline, name, None) for name in loaded.family.denoisers]
    encoders = list(encoders_of(loaded).values())
    for denoiser in filter(_is_network, denoisers):
        mover.put_denoiser(denoiser)
    held = Encoders(loaded, folder, mover.put_encoder)
    if plan.encoder is Place.ABSENT:
        held.drop()
    else:
        for encoder in encoders:
            mover.put_encoder(encoder)
    _put_rest(loaded.pipeline, device, [*denoisers, *encoders])
    if plan.tiled:
        _tile(loaded.pipeline)
    return held


def _is_network(part: Any) -> bool:
    return isinstance(part, nn.Module)


@dataclass(frozen=True, slots=True)
class _Mover:
    plan: Plan
    device: torch.device

    def put_denoiser(self, denoiser: Any) -> None:
        if self.plan.precision is Precision.FLOAT8:
            denoiser.enable_layerwise_casting(
                storage_dtype=torch.float8_e4m3fn, compute_dtype=denoiser.dtype
            )
        self._put(denoiser, self.plan.denoiser)

    def put_encoder(self, encoder: nn.Module) -> None:
        # one that was dropped and is read again goes over the device and is dropped once more
        self._put(encoder, Place.LAYERS if self.plan.encoder is Place.ABSENT else self.plan.encoder)

    def _put(self, network: nn.Module, place: Place) -> None:
        if place is Place.DEVICE:
            network.to(self.device)
            return
        _apply(network, place, self.device, pinned=self.plan.pinned)


def _apply(network: nn.Module, place: Place, device: torch.device, *, pinned: bool) -> None:
    by_block = place is Place.BLOCKS
    has_streams = device.type in ("cuda", "xpu")
    import_module("diffusers.hooks").apply_group_offloading(
        network,
        onload_device=device,
        offload_device=_CPU,
        offload_type="block_level" if by_block else "leaf_level",
        num_blocks_per_group=1 if by_block else None,
        non_blocking=has_streams,
        # the next block comes while this one is reckoned with
        use_stream=has_streams,
        record_stream=has_streams,
        low_cpu_mem_usage=not pinned,
    )


def _put_rest(pipeline: Pipeline, device: torch.device, placed: list[Any]) -> None:
    """Put decoders and what is small on the device: they are slow when they are not there."""
    for part in pipeline.components.values():
        if isinstance(part, nn.Module) and not any(part is other for other in placed):
            part.to(device)


def _tile(pipeline: Pipeline) -> None:
    for part in pipeline.components.values():
        if isinstance(part, nn.Module) and hasattr(part, "enable_tiling"):
            cast("Any", part).enable_tiling()
