"""Which point of one head is which of the other: features, skin, hair and shoulders."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.effects.morph.framing import Similarity
from engine.effects.morph.outlines import Outlines, unfolded
from engine.effects.toolkit.curves import Track, smoothstep
from engine.effects.toolkit.grid import WorkingGrid
from engine.effects.toolkit.masks import polygon, signed_distance
from engine.effects.toolkit.sampling import column
from engine.effects.toolkit.thin_plate import ThinPlate
from engine.effects.toolkit.warp import Motion, inverted
from engine.vision import regions
from engine.vision.scene import Scene

Points = NDArray[np.float64]

# Lengths are in face widths.
FADE = 0.7
"""How far beyond the face its features still pull what is around it."""
NEAR = 0.4
"""How far beyond the face is still taken to have its light."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where each cell of some frames is on the head halfway, on the first and on the second.

    Displacements (B, 2, h, w) in the first crop's pixels.
    """

    halfway: Tensor
    first: Tensor
    second: Tensor


class Pairing:
    """The way from each point of the first head to its like on the second.

    Attributes:
        points: (478, 2), landmarks of the face halfway, in the first crop's pixels.
        near: (1, 1, h, w), 1 on the face halfway, fading around it.
    """

    def __init__(self, first: Scene, second: Scene, matched: Similarity, grid: WorkingGrid) -> None:
        own = first.face.landmarks[:, :2].astype(np.float64)
        other = matched.points(second.face.landmarks[:, :2].astype(np.float64))
        self.points: Points = (own + other) / 2
        self._grid = grid
        self._scale = torch.tensor(grid.scale, device=first.device).view(1, 2, 1, 1)
        unit = first.face.width
        beyond = _beyond(self.points, grid) / unit
        way = ThinPlate(self.points, other - own)(grid.photo_x, grid.photo_y)[None]
        way = way * smoothstep(FADE, 0.0, beyond)
        outlines = Outlines(first, second, matched, grid)
        self._way = unfolded(outlines.drawn(way, beyond), beyond, grid, unit)
        self.near = smoothstep(NEAR, 0.0, beyond)[None, None]

    def places(self, shape: Track, pose: Tensor) -> Places:
        """Find the places for heads this far on their way and moved by `pose`.

        Exactly those of the photo where the shape is all its own.
        """
        gone = column(shape, pose.device)
        step = (gone - 0.5) * self._way / self._scale
        motion = Motion(step, torch.zeros_like(step[:, 0]))
        back = inverted(motion, self._grid.x, self._grid.y) * self._scale
        halfway = pose + self._grid.carried(back, pose)
        way = self._grid.carried(self._way, halfway)
        return Places(halfway=halfway, first=pose - gone * way, second=pose + (1 - gone) * way)


def _beyond(points: Points, grid: WorkingGrid) -> Tensor:
    """How far outside the face each cell lies, photo pixels, negative inside, (h, w)."""
    across, down = grid.scale
    outline = (points[list(regions.OVAL)] + 0.5) / [across, down] - 0.5
    face = polygon(outline, *grid.x.shape).to(grid.x.device)
    return -signed_distance(face) * down
