"""When the goo reaches each pixel: it creeps from shoulders and crown, and tendrils run ahead."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from engine.effects.symbiote.anatomy import Anatomy
from engine.effects.symbiote.tendrils import CROSSING, Source, tendrils_reach
from engine.effects.toolkit.noise import fbm
from engine.effects.toolkit.sampling import blur, pixel_grid
from engine.vision.scene import Scene

LATE, HURRY = 0.8, 0.3
"""The last part of the person, and how much quicker it is covered."""


def arrival(scene: Scene, anatomy: Anatomy, seed: int) -> Tensor:
    """Say when the goo reaches each pixel: (H, W) on the CPU.

    0 to 1 over the person, in proportion to the area covered by then.
    """
    rng = np.random.default_rng(seed)
    sources = _sources(rng)
    front = _front(scene, anatomy, sources, seed)
    ahead = tendrils_reach(sources, anatomy, scene.height, scene.width, rng)
    reached = _held_back(torch.minimum(front, ahead), scene, anatomy, rng)
    return blur(_by_area(reached, scene.matte.cpu()), 0.008 * anatomy.unit)


def _sources(rng: np.random.Generator) -> tuple[Source, ...]:
    first, side = rng.choice((-1.0, 1.0), 2)
    jitter = rng.uniform(-0.2, 0.2, 6)
    return (
        Source(place=(first * 1.9 + jitter[0], 2.9 + jitter[1]), delay=0.0),
        Source(place=(-first * 2.0 + jitter[2], 3.1 + jitter[3]), delay=0.09),
        Source(place=(side * 0.9 + jitter[4], -1.7 + jitter[5]), delay=0.26),
    )


def _front(scene: Scene, anatomy: Anatomy, sources: tuple[Source, ...], seed: int) -> Tensor:
    """Creep away from the sources with a ragged edge."""
    height, width, unit = scene.height, scene.width, anatomy.unit
    u, v = anatomy.locate(*pixel_grid(height, width))
    distances = [
        torch.hypot(u - source.place[0], v - source.place[1]) / CROSSING + source.delay
        for source in sources
    ]
    lobes = fbm(height, width, cell=0.72 * unit, octaves=4, seed=seed + 1)
    frayed = fbm(height, width, cell=0.17 * unit, octaves=3, seed=seed + 2)
    return torch.stack(distances).amin(0) + 0.16 * lobes - 0.03 * frayed


def _held_back(time: Tensor, scene: Scene, anatomy: Anatomy, rng: np.random.Generator) -> Tensor:
    """Hold the goo back from the face, and longest from one eye; no other hole stays open."""
    u, v = anatomy.locate(*pixel_grid(scene.height, scene.width))
    last = float(rng.choice((-0.5, 0.5)))
    time = time + 0.15 * torch.exp(-((u / 0.9) ** 2) - ((v - 0.5) / 1.1) ** 2)
    late = float(np.quantile(np.asarray(time[scene.matte.cpu() > 0.5]), LATE))
    time = torch.where(time < late, time, late + HURRY * (time - late))
    return time + 0.42 * torch.exp(-(((u - last) / 0.42) ** 2) - (v / 0.34) ** 2)


def _by_area(time: Tensor, matte: Tensor) -> Tensor:
    """Replace times by the share of the person that is covered by then, half and half."""
    person = np.asarray(time[matte > 0.5])
    if person.size == 0:
        return time
    levels = np.linspace(0, 1, 129)
    known = np.quantile(person, levels)
    even = np.interp(np.asarray(time), known, levels).astype(np.float32)
    first, last = float(known[0]), float(known[-1])
    plain = ((time - first) / max(last - first, 1e-6)).clamp_max(1.6)
    return 0.5 * torch.from_numpy(even) + 0.5 * plain
