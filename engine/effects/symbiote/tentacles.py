"""Tentacles that rise behind the shoulders."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.effects.symbiote.anatomy import Anatomy
from engine.effects.toolkit.curves import smoothstep

JOINTS = 48
SUBPIXEL_BITS = 4
SEARCH_STEP = 0.04
"""Eye distances between looks for the person's outline."""
LOWEST, HIGHEST = 3.1, 1.9
"""Of the roots, eye distances down."""
UNDER = 0.55
"""How far inside the outline a root is, eye distances."""
LEAST = (0.2, 2.2, 0.12, 0.75, -1.3, 2.0, 0.0)
MOST = (1.6, 3.6, 0.24, 1.9, 1.3, 4.0, math.tau)
"""Rise of the heading per one across; length, girth, start, curl, sway, phase of a tentacle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tentacle:
    """One arm. Lengths in eye distances, times in story seconds, angles in radians.

    Attributes:
        root: pixels in the photo, (2,).
        heading: in which it leaves the body.
        length: when it is out.
        girth: radius at the root.
        start: when it begins to grow.
        curl: how much its end bends.
        sway: angular frequency of its swing.
        phase: of the swing and of its knots.
    """

    root: NDArray[np.float32]
    heading: float
    length: float
    girth: float
    start: float
    curl: float
    sway: float
    phase: float

    def outline(self, second: float, roar: float, unit: float) -> NDArray[np.float64] | None:
        """Draw it at a moment: a polygon (N, 2) in photo pixels; None before it starts."""
        grown = float(smoothstep(self.start, self.start + 0.9, second))
        if grown < 0.02:
            return None
        t = np.linspace(0, 1, JOINTS)
        swing = 0.55 * np.sin(self.phase + t * 5 - second * self.sway) * t
        bend = self.curl * (1 - 0.55 * roar) * (2.6 - 1.1 * grown)
        angle = self.heading + bend * t * t + swing
        moves = np.stack([np.cos(angle), np.sin(angle)], -1)
        reach = self.length * grown * (1 + 0.12 * roar) * unit / JOINTS
        spine = self.root + np.cumsum(moves, 0) * reach
        knots = 1 + 0.10 * np.sin(t * 19 + self.phase)
        radius = self.girth * unit * (1 - t) ** 0.85 * knots * (0.4 + 0.6 * grown) + 0.4
        side = np.stack([-moves[:, 1], moves[:, 0]], -1) * radius[:, None]
        return np.concatenate([spine + side, (spine - side)[::-1]])


class Tentacles:
    """All arms of one creature."""

    def __init__(self, outline: Tensor, anatomy: Anatomy, count: int, seed: int) -> None:
        rng = np.random.default_rng(seed + 40)
        self._unit = anatomy.unit
        self._arms = [
            arm
            for index in range(count)
            if (arm := _grow(outline, anatomy, -1.0 if index % 2 else 1.0, rng)) is not None
        ]

    def seen(self, seconds: NDArray[np.float64]) -> bool:
        """Whether any has begun to grow."""
        return any(bool((seconds > arm.start).any()) for arm in self._arms)

    def masks(
        self, seconds: NDArray[np.float64], roar: NDArray[np.float64], height: int, width: int
    ) -> Tensor:
        """Draw them in the photo: coverage (B, H, W) on the CPU."""
        canvases = np.zeros((len(seconds), height, width), np.uint8)
        for canvas, second, force in zip(canvases, seconds, roar, strict=True):
            for arm in self._arms:
                shape = arm.outline(float(second), float(force), self._unit)
                if shape is not None:
                    corners = np.round(shape * (1 << SUBPIXEL_BITS)).astype(np.int32)
                    cv2.fillPoly(canvas, [corners], 255, cv2.LINE_AA, SUBPIXEL_BITS)
        return torch.from_numpy(canvases.astype(np.float32) / 255)


def _grow(
    outline: Tensor, anatomy: Anatomy, side: float, rng: np.random.Generator
) -> Tentacle | None:
    down = float(rng.uniform(HIGHEST, LOWEST))
    rise, length, girth, start, curl, sway, phase = rng.uniform(LEAST, MOST).tolist()
    root = _root(outline, anatomy, side, down)
    if root is None:
        return None
    return Tentacle(
        root=root,
        heading=math.atan2(-rise, side),
        length=length,
        girth=girth,
        start=start,
        curl=curl,
        sway=sway,
        phase=phase,
    )


def _root(
    outline: Tensor, anatomy: Anatomy, side: float, down: float
) -> NDArray[np.float32] | None:
    """Find the creature's outline on one side, and step back under it; None out of the picture."""
    height, width = outline.shape
    across = np.arange(0, 6, SEARCH_STEP) * side
    x, y = np.round(anatomy.face.local(across, np.full_like(across, down))).astype(int).T
    seen = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    body = np.zeros(len(x), bool)
    body[seen] = np.asarray(outline)[y[seen], x[seen]] > 0
    outside = np.nonzero(~body)[0]
    if not len(outside) or outside[0] < 4 or not seen[outside[0]]:
        return None
    return anatomy.face.local(across[outside[0]] - UNDER * side, down + UNDER)
