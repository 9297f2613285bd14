"""Timing how a checkpoint films: a step, the decoder, and the whole."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.pipelines.loaded import Loaded
from engine.pipelines.take import Frames, Take

_WARM_UP_STEPS = 2
FEWEST_TIMED = 5
"""Warm steps that are timed where not all are filmed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """How long a take took, and what came out.

    Attributes:
        step_s: the middle one of all steps but the first.
        decode_s: from latents to frames.
        whole_s: all of it; with `is_extrapolated`, of the steps that were left out it is assumed
            that they would take as long.
        peak_gb: on a CPU, that of the whole process so far.
        latents: what the frames were decoded from.
    """

    step_s: float
    decode_s: float
    whole_s: float
    is_extrapolated: bool
    peak_gb: float
    latents: Tensor
    frames: Frames


def timed(loaded: Loaded, take: Take, device: torch.device, *, is_whole: bool = False) -> Timed:
    """Film a take after another one that warms everything up.

    Attributes:
        is_whole: film all of its steps, also to warm up, as some do not run like the first ones.
    """
    loaded.film(take if is_whole else replace(take, steps=min(take.steps, _WARM_UP_STEPS)))
    steps = take.steps if is_whole else min(take.steps, 1 + FEWEST_TIMED)
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
    marks = _Marks(device)
    begun = marks.now()
    with marks.decoding(loaded.pipeline.vae):
        footage = loaded.film(replace(take, steps=steps), marks.watch)
    whole = marks.now() - begun
    step = marks.step
    return Timed(
        step_s=step,
        decode_s=marks.decoded - marks.decodes,
        whole_s=whole + (take.steps - steps) * step,
        is_extrapolated=steps < take.steps,
        peak_gb=peak_gb(device),
        latents=marks.latents,
        frames=footage.frames,
    )


def decibels(one: NDArray[Any] | Tensor, other: NDArray[Any] | Tensor) -> float | None:
    """Say how near two are, as peak signal to noise; None if they are the same."""
    exact, changed = (np.asarray(each, np.float64) for each in (one, other))
    noise = float(np.mean((exact - changed) ** 2))
    span = float(np.ptp(exact))
    return 10 * float(np.log10(span**2 / noise)) if noise else None


def peak_gb(device: torch.device) -> float:
    """Say how much memory was taken at most."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device) / 1e9
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e9 if sys.platform == "darwin" else peak * 1024 / 1e9


class _Marks:
    """The moments at which steps begin, and at which frames are decoded."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._begun: dict[float, float] = {}
        self.decodes = self.decoded = 0.0
        self.latents = torch.empty(0)

    @property
    def step(self) -> float:
        ends = [*self._begun.values(), self.decodes]
        taken = np.diff(ends).tolist()
        return median(taken[1:] or taken)

    def now(self) -> float:
        if self._device.type == "cuda":
            torch.cuda.synchronize(self._device)
        return time.perf_counter()

    def watch(self, fraction: float) -> bool:
        self._begun.setdefault(fraction, self.now())
        return True

    @contextmanager
    def decoding(self, vae: Any) -> Generator[None]:
        """Look on while the block decodes."""
        before = vars(vae).get("decode")
        vae.decode = self._seen(vae.decode)
        try:
            yield
        finally:
            del vae.decode
            if before is not None:
                vae.decode = before

    def _seen(self, decode: Callable[..., Any]) -> Callable[..., Any]:
        def decode_seen(latents: Tensor, *more: Any, **named: Any) -> Any:
            self.decodes = self.now()
            output = decode(latents, *more, **named)
            self.decoded = self.now()
            self.latents = latents.float().cpu()
            return output

        return decode_seen
