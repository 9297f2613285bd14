"""Where both faces are in the clip: eyes over eyes, and a camera between the two framings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.effects.toolkit.curves import Track, smoothstep
from engine.effects.toolkit.grid import View
from engine.effects.toolkit.sampling import column
from engine.vision import regions
from engine.vision.scene import Face, Scene

ROOM = 0.09
"""How much of the last frame may lie beyond an edge of the second photo that cuts nobody off."""
LARGER = 1.15
"""How much larger than the first face the second may end, to fill the picture."""
NEAREST = 1.5
"""How far the second photo may be enlarged beyond its crop."""

Complex = NDArray[np.complex128]


@dataclass(frozen=True, slots=True, kw_only=True)
class Similarity:
    """Turns, scales and moves pixels, one way for each frame (n,) or the same for all (1,).

    Points are complex numbers, x + iy: a place goes to `goal + factor * (place - origin)`.
    """

    factor: Complex
    origin: complex
    goal: Complex

    def points(self, places: NDArray[np.floating]) -> NDArray[np.float64]:
        """Carry points (n, 2), by the first of the ways."""
        moved = self.goal[0] + self.factor[0] * (places[:, 0] + 1j * places[:, 1] - self.origin)
        return np.stack([moved.real, moved.imag], 1)

    def steps(self, steps: Tensor) -> Tensor:
        """Carry displacements (B, 2, h, w)."""
        return torch.stack(_times(self.factor, steps[:, 0], steps[:, 1]), 1)

    def back(self, x: Tensor, y: Tensor) -> View:
        """Say from where each pixel comes: (1|B, h, w), (1|B, h, w)."""
        right, down = (_planes(part, x.device) for part in (self.goal.real, self.goal.imag))
        x, y = _times(1 / self.factor, x - right, y - down)
        return x + self.origin.real, y + self.origin.imag


def _times(factor: Complex, x: Tensor, y: Tensor) -> View:
    along, aside = (_planes(part, x.device) for part in (factor.real, factor.imag))
    return x * along - y * aside, x * aside + y * along


def _planes(values: NDArray[np.floating], device: torch.device) -> Tensor:
    return column(values, device)[:, 0]


class Framing:
    """How the two crops lie over each other.

    Attributes:
        matched: from the second crop's pixels to the first's: the same face, eyes over eyes.
        last: from the second crop's pixels to the last frame's; upright as it was photographed.
    """

    def __init__(self, first: Scene, second: Scene) -> None:
        scale = _size(first.face) / _size(second.face)
        lean = _number(first.face.right) / _number(second.face.right)
        eyes = _number(first.face.between_eyes)
        self._eyes = eyes
        own_eyes = _number(second.face.between_eyes)
        self.matched = Similarity(
            factor=np.array([scale * lean / abs(lean)]), origin=own_eyes, goal=np.array([eyes])
        )
        self.last = _within(second, scale, own_eyes, eyes)

    def camera(self, way: Track) -> Similarity:
        """Go from the first crop's own frame (0) to the last one (1): from first to clip."""
        whole = self.last.factor[0] / self.matched.factor[0]
        return self._gone(way, abs(whole) ** way * np.exp(1j * np.angle(whole) * way))

    def backdrops(self, way: Track) -> tuple[Similarity, Similarity]:
        """Give both backgrounds' cameras, from each crop to the clip; walls do not tilt."""
        whole = abs(self.last.factor[0] / self.matched.factor[0])
        size = abs(self.last.factor[0]) * whole ** (way - 1)
        goal = self._goal(way)
        second = Similarity(factor=size + 0j, origin=self.last.origin, goal=goal)
        return self._gone(way, whole**way + 0j), second

    def _gone(self, way: Track, factor: Complex) -> Similarity:
        return Similarity(factor=factor, origin=self._eyes, goal=self._goal(way))

    def _goal(self, way: Track) -> Complex:
        return self._eyes + (self.last.goal[0] - self._eyes) * way


def _within(scene: Scene, scale: float, own_eyes: complex, eyes: complex) -> Similarity:
    """Bring eyes over eyes, as far as the photo's edges allow."""
    before, after = _room(scene.matte)
    extent = np.array([scene.width, scene.height])
    own, goal = (np.array([place.real, place.imag]) for place in (own_eyes, eyes))
    # a little larger, and the photo reaches the edges with its eyes in place
    inside = np.clip(own, 1, extent - 1)
    reaching = (goal - before * extent) / inside, (extent * (1 - after) - goal) / (extent - inside)
    scale = max(scale, min(float(np.max(reaching)), scale * LARGER))
    scale = float(np.clip(scale, 1 - (before + after).min(), NEAREST))
    low, high = extent * (1 - after) - scale * (extent - own), extent * before + scale * own
    right, down = np.clip(goal, low, high)
    return Similarity(
        factor=np.array([scale + 0j]), origin=own_eyes, goal=np.array([complex(right, down)])
    )


def _room(matte: Tensor) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How much may be shown beyond the left and top, and beyond the right and bottom edge."""
    left, top, right, bottom = (
        ROOM * smoothstep(0.5, 0.0, float((edge > 0.5).float().mean()))
        for edge in (matte[:, 0], matte[0], matte[:, -1], matte[-1])
    )
    return np.array([left, top]), np.array([right, bottom])


def _size(face: Face) -> float:
    points = face.landmarks[: regions.SKIN, :2]
    return float(np.square(points - points.mean(0)).sum(1).mean() ** 0.5)


def _number(point: NDArray[np.floating]) -> complex:
    return complex(float(point[0]), float(point[1]))
