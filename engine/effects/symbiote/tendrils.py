"""Tendrils that run ahead of the goo, fork, thicken and melt together."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.effects.symbiote.anatomy import Anatomy
from engine.effects.toolkit.sampling import blur, resize

Path = NDArray[np.float64]
"""(N, 2) face-local points, STEP apart."""

CROSSING = 3.1
"""Eye distances that the creeping front covers in one unit of time."""
COUNT = 15
STEP = 0.045
"""Eye distances."""
STEP_TIME = STEP / (4.2 * CROSSING)
"""Units of time: a tendril is 4.2 times quicker than the front."""
THICKENING = 0.36 * CROSSING
"""Eye distances that a tendril grows sideways in one unit of time."""
MELTING = 0.02
"""Units of time within which tendrils that meet flow together."""
THICK, THIN = (0.05, 0.085), 0.04
"""Half breadth of a tendril and of a fork, eye distances."""
UNREACHED = 1e-30


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where the goo comes from: a face-local place, and when it starts there."""

    place: tuple[float, float]
    delay: float


@dataclass(frozen=True, slots=True)
class Tendril:
    """A path, when the goo sets out on it, and its half breadth at the start."""

    path: Path
    delay: float
    girth: float


def tendrils_reach(
    sources: tuple[Source, ...],
    anatomy: Anatomy,
    height: int,
    width: int,
    rng: np.random.Generator,
) -> Tensor:
    """Say when tendrils reach each pixel: (H, W), infinite where none does."""
    half = (height // 2, width // 2)
    soon = torch.zeros(half)
    for index in range(COUNT):
        for tendril in _forked(sources[index % len(sources)], rng):
            soon += _soonness(tendril, anatomy, half)
    time = -MELTING * soon.clamp_min(UNREACHED).log()
    time = resize(time[None, None], height, width)[0, 0]
    reached = resize((soon > UNREACHED).float()[None, None], height, width)[0, 0]
    return torch.where(reached > 0.99, time, math.inf)


def _forked(source: Source, rng: np.random.Generator) -> tuple[Tendril, Tendril]:
    """Grow one from around a source towards somewhere on the face, with a fork."""
    start = np.array(source.place) + rng.normal(0, 0.45, 2)
    across, along = rng.normal((0.0, 0.25), (0.75, 0.6)) - start
    reach = float(np.hypot(across, along)) * rng.uniform(0.75, 1.1)
    path = _wander(start, math.atan2(along, across), reach, rng)
    delay = source.delay + float(rng.uniform(0.0, 0.22))
    at = int(rng.integers(len(path) // 4, len(path) // 2))
    across, along = path[at + 1] - path[at]
    heading = math.atan2(along, across) + float(rng.choice((-0.9, 0.9)))
    fork = _wander(path[at], heading, 1.1, rng)
    return (
        Tendril(path, delay, float(rng.uniform(*THICK))),
        Tendril(fork, delay + at * STEP_TIME, THIN),
    )


def _wander(
    start: NDArray[np.float64], heading: float, reach: float, rng: np.random.Generator
) -> Path:
    """Walk on in a direction that drifts away and is drawn back."""
    steps = max(8, round(reach / STEP))
    drift = np.zeros(steps)
    for index in range(1, steps):
        drift[index] = drift[index - 1] * 0.94 + rng.normal(0, 0.27)
    angle = heading + drift
    moves = np.stack([np.cos(angle), np.sin(angle)], -1) * STEP
    return start + np.cumsum(moves, 0)


def _soonness(tendril: Tendril, anatomy: Anatomy, half: tuple[int, int]) -> Tensor:
    """Weigh each pixel of the half-size picture by exp(-time / MELTING)."""
    distance, step = _nearest(tendril.path, anatomy, half)
    step = blur(step, 0.03 * anatomy.unit)
    taper = tendril.girth * (1 - 0.85 * step / len(tendril.path)).clamp_min(0.15) ** 0.7
    beside = (distance - taper).clamp_min(0)
    return (-(tendril.delay + step * STEP_TIME + beside / THICKENING) / MELTING).exp()


def _nearest(path: Path, anatomy: Anatomy, half: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """Measure eye distances to a path's nearest point, and which step of the path that is."""
    rows, columns = half
    x, y = np.round(anatomy.pixels(path) / 2).astype(np.intp).T
    seen = (x >= 0) & (x < columns) & (y >= 0) & (y < rows)
    if not seen.any():
        return torch.full(half, math.inf), torch.zeros(half)
    elsewhere = np.ones(half, np.uint8)
    elsewhere[y[seen], x[seen]] = 0
    measured, names = cv2.distanceTransformWithLabels(
        elsewhere, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    names = np.asarray(names, np.intp)
    step_of = np.zeros(int(names.max()) + 1, np.float32)
    step_of[names[y[seen], x[seen]]] = np.nonzero(seen)[0]
    distance = torch.from_numpy(np.asarray(measured, np.float32)) * (2 / anatomy.unit)
    return distance, torch.from_numpy(step_of[names])
