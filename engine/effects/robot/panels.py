"""Cuts the person into the panels that flip."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.effects.robot.chassis import FINE, Chassis, Ids, nearest_ids, on_photo
from engine.effects.robot.planes import Mask, Patch, Picture, bounds, resized

Point = NDArray[np.floating]

FULL_SIZE = 0.6
"""Eye distances across a panel that flies the whole way; smaller ones stay nearer."""
LEAST_REACH = 0.35
ASKEW = 0.3
"""Standard deviation of a hinge's angle, radians."""
SEEN = 0.02
"""Coverage from which a pixel counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One part of the robot, as it flies.

    Attributes:
        part: its id.
        patch: rows and columns of the photo that it covers.
        mask: (h, w, 1) its coverage there.
        centre: (2,) pixels.
        place: (2,) eye distances from between the eyes, across and down.
        hinge: angle of the axis it turns about, radians.
        reach: how far it flies, 0..1.
    """

    part: int
    patch: Patch
    mask: Picture
    centre: Point
    place: Point
    hinge: float
    reach: float

    @property
    def outward(self) -> Point:
        """Unit vector away from the face, (2,)."""
        return self.place / max(float(np.linalg.norm(self.place)), 1e-3)

    @property
    def corners(self) -> Point:
        """Of its patch, (4, 2) pixels, clockwise from the top left."""
        rows, columns = self.patch
        left, right, top, bottom = columns.start, columns.stop, rows.start, rows.stop
        return np.array([(left, top), (right, top), (right, bottom), (left, bottom)]) - 0.5

    def rim(self, edge: Picture, within: float, matte: Picture) -> Point:
        """Give its pixels (N, 2) on the person that lie `within` eye distances of its edge."""
        rim = (self.mask[..., 0] > 0.5) & (edge[self.patch] < within) & (matte[self.patch] > 0.5)
        y, x = np.nonzero(rim)
        return np.stack([x + self.patch[1].start, y + self.patch[0].start], 1).astype(np.float64)


def cut(chassis: Chassis, matte: Picture, seed: int) -> tuple[Ids, tuple[Panel, ...]]:
    """Cut the robot, and the person (H, W) around it, into panels.

    Returns:
        The part that each pixel (H, W) of the photo goes with, and the panels that are seen.
    """
    rng = np.random.default_rng(seed)
    fine = nearest_ids(chassis.ids)
    ids = on_photo(fine)
    seen = np.unique(ids[(matte > SEEN) | on_photo(chassis.covered)])
    turns = rng.normal(0, ASKEW, len(chassis.parts))
    return ids, tuple(_panel(chassis, fine == part, int(part), float(turns[part])) for part in seen)


def _panel(chassis: Chassis, mask: Mask, part: int, turn: float) -> Panel:
    rows, columns = bounds(mask, FINE)
    # whole photo pixels
    patch = tuple(slice(s.start // FINE, math.ceil(s.stop / FINE)) for s in (rows, columns))
    fine = mask[tuple(slice(s.start * FINE, s.stop * FINE) for s in patch)]
    height, width = (s.stop - s.start for s in patch)
    coverage = resized(fine.astype(np.float32), height, width)
    y, x = np.nonzero(coverage > 0)
    centre = np.array([x.mean() + patch[1].start, y.mean() + patch[0].start])
    place = (centre - chassis.layout.head.origin[:2]) / chassis.unit
    size = math.sqrt(float(coverage.sum())) / chassis.unit
    return Panel(
        part=part,
        patch=(patch[0], patch[1]),
        mask=coverage[..., None],
        centre=centre,
        place=place,
        hinge=math.atan2(place[1], place[0]) + math.pi / 2 + turn,
        reach=float(np.clip(size / FULL_SIZE, LEAST_REACH, 1)),
    )
