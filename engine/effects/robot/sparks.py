"""Sparks that fly where panels land."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Floats = NDArray[np.floating]

# Eye distances and seconds.
SPEED, SCATTER = 2.6, 0.5
"""Mean speed, and standard deviation of the direction in radians."""
LIFT = 0.65
GRAVITY = 9.0
DRAG = 2.2
LIFE = (0.12, 0.48)
EARLY, LATE = -0.03, 0.01
"""When sparks fly, about the moment a panel lands."""
TAIL = 0.024
"""Seconds of its path that a spark draws, twice: a hot head and a cooler tail."""
THICKNESS = 0.012
PER_PANEL = 9

SUBPIXEL_BITS = 4
HEAD_COLOR, TAIL_COLOR = (5.0, 3.2, 1.5), (1.2, 0.42, 0.08)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sparks:
    """Every spark of a clip, in pixels and seconds.

    Attributes:
        start: (N, 2).
        velocity: (N, 2) per second.
        born: (N,).
        life: (N,).
        heat: (N,) brightness, 0..1.
        unit: pixels of an eye distance.
    """

    start: Floats
    velocity: Floats
    born: Floats
    life: Floats
    heat: Floats
    unit: float

    def fly(self, times: Floats, height: int, width: int) -> Tensor | None:
        """Draw the sparks at some times: (B, 3, H, W) light to add; None when there are none."""
        age = times[:, None] - self.born
        alive = (age > 0) & (age < self.life)
        if not alive.any():
            return None
        frames = [
            self._drawn(a, np.flatnonzero(on), height, width)
            for a, on in zip(age, alive, strict=True)
        ]
        return torch.stack(frames)

    def _drawn(self, age: Floats, alive: NDArray[np.intp], height: int, width: int) -> Tensor:
        head, tail = np.zeros((2, height, width), np.uint8)
        glow = 255 * self.heat * (1 - (age / self.life).clip(0, 1)) ** 0.8
        path = np.stack([self._places((age - back).clip(0)) for back in (0, TAIL, 2 * TAIL)])
        path = np.round(path * (1 << SUBPIXEL_BITS)).astype(int)
        thick = max(1, round(THICKNESS * self.unit))
        for i in alive:
            now, before, earlier = path[:, i].tolist()
            cv2.line(tail, before, earlier, int(glow[i]), thick, cv2.LINE_AA, SUBPIXEL_BITS)
            cv2.line(head, now, before, int(glow[i]), thick, cv2.LINE_AA, SUBPIXEL_BITS)
        light = [torch.from_numpy(layer).float() / 255 for layer in (head, tail)]
        hot, cool = (torch.tensor(color).view(3, 1, 1) for color in (HEAD_COLOR, TAIL_COLOR))
        return light[0] * hot + light[1] * cool

    def _places(self, age: Floats) -> Floats:
        """Say where each spark is at an age (N,): (N, 2)."""
        flown = self.velocity * ((1 - np.exp(-DRAG * age)) / DRAG)[:, None]
        fall = 0.5 * GRAVITY * self.unit * age**2
        return self.start + flown + np.stack([np.zeros_like(fall), fall], 1)


def strike(rims: Sequence[Floats], landings: Floats, unit: float, seed: int) -> Sparks:
    """Let sparks fly from the rim of each panel as it lands.

    Args:
        rims: for each panel, pixels (N, 2) of its edge; may be empty.
        landings: when each panel lands.
        unit: pixels of an eye distance.
        seed: of their chance.
    """
    rng = np.random.default_rng(seed)
    start: list[Floats] = [np.zeros((0, 2))]
    velocity: list[Floats] = [np.zeros((0, 2))]
    born: list[Floats] = [np.zeros(0)]
    for rim, landing in zip(rims, landings, strict=True):
        if len(rim):
            chosen = rim[rng.integers(len(rim), size=PER_PANEL)]
            outward = chosen - rim.mean(0)
            angle = np.arctan2(outward[:, 1], outward[:, 0])
            angle = angle + rng.normal(0, SCATTER, PER_PANEL)
            speed = rng.gamma(2.0, SPEED / 2, PER_PANEL)
            flight = np.stack([np.cos(angle) * speed, np.sin(angle) * speed - LIFT], 1)
            start.append(chosen)
            velocity.append(flight * unit)
            born.append(landing + rng.uniform(EARLY, LATE, PER_PANEL))
    count = sum(map(len, born))
    return Sparks(
        start=np.concatenate(start),
        velocity=np.concatenate(velocity),
        born=np.concatenate(born),
        life=rng.uniform(*LIFE, count),
        heat=rng.uniform(0.5, 1.0, count),
        unit=unit,
    )
