"""Turning on all that makes a model faster on this machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from engine.errors import NotHere
from engine.pipelines.loaded import Loaded
from engine.pipelines.speed import caches
from engine.pipelines.speed.attention import Attention
from engine.pipelines.speed.compiling import CompiledBlocks
from engine.pipelines.speed.decoder import ChannelsLast, CompiledDecoder, HalfDecoder
from engine.pipelines.speed.float8 import Float8Blocks, Float8Storage
from engine.pipelines.speed.fused_qkv import FusedQkv
from engine.pipelines.speed.guidance import GuidanceInterval
from engine.pipelines.speed.switch import Switch
from engine.pipelines.speed.tf32 import Tf32
from engine.pipelines.take import Take


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What became of a switch; why it is not on, if it is not."""

    switch: Switch
    is_on: bool
    why_not: str = ""


def exact(device: torch.device, *, has_loras: bool = True) -> Sequence[Switch]:
    """List what changes nothing but rounding, in the order in which it is turned on."""
    before_compiling = () if has_loras else (FusedQkv(),)
    return (
        Tf32(device),
        Attention(device),
        *before_compiling,
        ChannelsLast(),
        CompiledBlocks(device),
        CompiledDecoder(device),
    )


def lossy(device: torch.device, steps: int) -> Sequence[Switch]:
    """List what changes frames, each to be turned on by itself."""
    return (
        HalfDecoder(),
        caches.first_block(steps),
        caches.taylor_seer(steps),
        GuidanceInterval(),
        Float8Blocks(device),
        Float8Storage(),
    )


def tune(
    loaded: Loaded, device: torch.device, *, take: Take | None = None, has_loras: bool = True
) -> list[Tried]:
    """Turn on everything exact, after LoRAs have their slots and before weights are offloaded.

    Attributes:
        device: where it films.
        take: filmed after each switch, if given; what cannot film it is turned off again.
    """
    return [try_switch(switch, loaded, take) for switch in exact(device, has_loras=has_loras)]


def tuned(loaded: Loaded, device: torch.device, *, is_whole: bool) -> list[Tried]:
    """Turn on everything exact for a base that is in its place.

    What compiles is left off where weights come and go: they are moved by hooks that it does not
    see.
    """
    switches = exact(device, has_loras=loaded.slots is not None)
    if not is_whole:
        switches = [it for it in switches if not isinstance(it, CompiledBlocks | CompiledDecoder)]
    return [try_switch(switch, loaded) for switch in switches]


def try_switch(switch: Switch, loaded: Loaded, take: Take | None = None) -> Tried:
    """Turn one on and film a take, if one is given; what fails is off again."""
    try:
        switch.turn_on(loaded)
    except NotHere as error:
        return Tried(switch=switch, is_on=False, why_not=error.reason)
    if take is None:
        return Tried(switch=switch, is_on=True)
    try:
        loaded.film(take)
    except Exception as error:
        if switch.is_reversible:
            switch.turn_off(loaded)
        why = (str(error).splitlines() or [type(error).__name__])[0]
        return Tried(switch=switch, is_on=not switch.is_reversible, why_not=why)
    return Tried(switch=switch, is_on=True)
