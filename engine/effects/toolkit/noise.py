"""Seeded noise: the same numbers on every device."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional


def random(seed: int, *stream: int) -> np.random.Generator:
    """Make a generator of a seed of either sign, for the `stream` of numbers it is needed for."""
    return np.random.default_rng((seed % 2**64, *stream))


def fbm(
    height: int,
    width: int,
    *,
    cell: float,
    octaves: int,
    seed: int,
    gain: float = 0.5,
    ridged: bool = False,
) -> Tensor:
    """Sum smooth noise of halving cell sizes: (H, W) on the CPU, about -1..1.

    Args:
        height: pixels.
        width: pixels.
        cell: size of the largest features, pixels.
        octaves: how many sizes.
        seed: same seed, same picture.
        gain: weight of each octave relative to the one before.
        ridged: fold every octave so that its zero lines become crests.
    """
    generator = torch.Generator().manual_seed(seed)
    total = torch.zeros(height, width)
    for size, weight in _octaves(cell, octaves, gain):
        layer = _layer(height, width, size, generator)
        total += weight * _folded(layer, ridged)
    return total


def _octaves(cell: float, octaves: int, gain: float) -> Iterator[tuple[float, float]]:
    weights = [gain**octave for octave in range(octaves)]
    for octave, weight in enumerate(weights):
        yield max(cell / 2**octave, 1.0), weight / sum(weights)


def _layer(height: int, width: int, cell: float, generator: torch.Generator) -> Tensor:
    """Interpolate a random lattice: (H, W) in about -1..1."""
    rows, columns = int(height / cell) + 4, int(width / cell) + 4
    lattice = torch.rand(1, 1, rows, columns, generator=generator) * 2 - 1
    size = (int(rows * cell) + 1, int(columns * cell) + 1)
    smooth = functional.interpolate(lattice, size=size, mode="bicubic", align_corners=False)
    inset = int(cell)
    return smooth[0, 0, inset : inset + height, inset : inset + width]


def _folded(layer: Tensor, ridged: bool) -> Tensor:
    return 1 - 2 * layer.abs() if ridged else layer
