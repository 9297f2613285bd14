"""How far a pipeline is, and stopping it, on every family alike.

A hook before each run of the denoiser stops it within a step; not every pipeline in diffusers can
be told otherwise, and those that can go on to decode. A pipeline that was stopped so can be used
again.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

from engine.errors import Stopped
from engine.pipelines.family import Pipeline

Watch = Callable[[float], bool]
"""Told how far the steps are, 0..1, before each run of the denoiser; answers whether to go on."""


def unwatched(_fraction: float) -> bool:
    """Go on, and tell nobody."""
    return True


@contextmanager
def watched(
    pipeline: Pipeline, denoisers: Sequence[str], watch: Watch, *, rounds: int = 1
) -> Generator[None]:
    """Have a pipeline watched while the block runs.

    It goes through its scheduler's steps as many times as there are `rounds`.

    Raises:
        Stopped: `watch` said so.
    """
    steps = _Steps(pipeline, watch, rounds)
    networks = [getattr(pipeline, name, None) for name in denoisers]
    hooks = [
        network.register_forward_pre_hook(steps.before_run, with_kwargs=True)
        for network in networks
        if isinstance(network, nn.Module)
    ]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


class _Steps:
    """Counts a pipeline's steps by the time its denoiser is told, and its rounds by the times."""

    def __init__(self, pipeline: Pipeline, watch: Watch, rounds: int) -> None:
        self._pipeline = pipeline
        self._watch = watch
        self._rounds = rounds
        self._times: Any = None
        self._times_told: tuple[float, ...] = ()
        self._round = -1
        self._step = 0

    def before_run(
        self, network: nn.Module, positional: tuple[Any, ...], named: dict[str, Any]
    ) -> None:
        self._look(_times_told(network, positional, named))
        steps = len(self._pipeline.scheduler.timesteps)
        fraction = (self._round + self._step / steps) / self._rounds
        if not self._watch(min(1.0, max(0.0, fraction))):
            raise Stopped

    def _look(self, told: tuple[float, ...]) -> None:
        times = self._pipeline.scheduler.timesteps
        if told == (0.0,) and 0 not in times:
            return  # no noise is left: what was made or given is only looked at
        if times is not self._times:
            self._times = times
            self._round += 1
            self._step = 0
        elif told != self._times_told:
            self._step += 1
        self._times_told = told


def _times_told(
    network: nn.Module, positional: tuple[Any, ...], named: dict[str, Any]
) -> tuple[float, ...]:
    """Find the time steps a denoiser is run for; what is given beside noise has one of its own."""
    if "timestep" in named:
        time = named["timestep"]
    else:
        names = list(inspect.signature(network.forward).parameters)
        time = positional[names.index("timestep")]
    return tuple(time.unique().tolist()) if isinstance(time, torch.Tensor) else (float(time),)
