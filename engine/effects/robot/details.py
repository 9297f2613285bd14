"""What is pressed into or fixed on a plate: lines, bolts, slots, ribs. Lengths: eye distances."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from engine.effects.robot.design import Detail
from engine.effects.robot.planes import Mask, Plane
from engine.effects.toolkit.curves import smoothstep

INSET = 0.085
"""Of a pressed line from the plate's edge."""
INSET_WIDTH, INSET_DEPTH = 0.010, 0.012
THINNEST = 2.0
"""Half the width of the finest line pressed, canvas pixels."""
RIDGE_RAMP, RIDGE_HEIGHT = 0.16, 0.05
RIB_PITCH, RIB_HEIGHT, RIB_MARGIN = 0.095, 0.022, (0.05, 0.08)
SLOT_PITCH, SLOT_DEPTH, SLOT_MARGIN = 0.080, 0.030, (0.04, 0.06)
SLOTS_REACH = 2.5
"""How many pitches the row of slots reaches each way: five slots."""
SLOT_LENGTH = (0.62, 0.55)
"""Where a slot ends, in depths of the plate."""
BOLT_INSET, BOLT_RADIUS, BOLT_HEIGHT = 0.062, 0.026, 0.016
ROOMY = 0.15
"""Depth of the smallest plate that has room for bolts or slots."""
CORNERS = ((1, 1), (1, -1), (-1, 1), (-1, -1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Dent:
    """A change of a plate's relief.

    Attributes:
        height: (h, w) to add.
        hollow: (h, w) 0..1, how far the place lies in the dark.
    """

    height: Plane
    hollow: Plane


@dataclass(frozen=True, slots=True, kw_only=True)
class Blank:
    """A plate before it is worked on.

    Attributes:
        mask: (h, w) where it is.
        edge: (h, w) distance from its edge, 0 outside.
        unit: canvas pixels of an eye distance.
    """

    mask: Mask
    edge: Plane
    unit: float

    @property
    def deep(self) -> float:
        """Distance of its deepest point from the edge."""
        return float(self.edge.max())

    def axes(self) -> tuple[Plane, Plane]:
        """Give coordinates along and across it, from its deepest point."""
        y, x = np.nonzero(self.mask)
        middle_y, middle_x = np.unravel_index(np.argmax(self.edge), self.edge.shape)
        _, axes = np.linalg.eigh(np.cov(np.stack([x, y])))
        long_x, long_y = axes[:, 1]
        grid_y, grid_x = np.mgrid[: self.edge.shape[0], : self.edge.shape[1]]
        off_x, off_y = (grid_x - middle_x) / self.unit, (grid_y - middle_y) / self.unit
        return off_x * long_x + off_y * long_y, off_y * long_x - off_x * long_y

    def untouched(self) -> Dent:
        """Leave it as it is."""
        return Dent(height=np.zeros_like(self.edge), hollow=np.zeros_like(self.edge))


def _ridge(blank: Blank) -> Dent:
    rise = RIDGE_HEIGHT * smoothstep(0.0, RIDGE_RAMP, blank.edge)
    return Dent(height=rise, hollow=np.zeros_like(rise))


def _inset(blank: Blank) -> Dent:
    if blank.deep < 1.4 * INSET:
        return blank.untouched()
    width = max(INSET_WIDTH, THINNEST / blank.unit)
    line = np.exp(-(((blank.edge - INSET) / width) ** 2)) * blank.mask
    return Dent(height=-INSET_DEPTH * line, hollow=0.6 * line)


def _ribs(blank: Blank) -> Dent:
    along, _ = blank.axes()
    rib = np.sqrt(0.5 + 0.5 * np.cos(along * (2 * np.pi / RIB_PITCH)))
    rib = rib * smoothstep(*RIB_MARGIN, blank.edge)
    return Dent(height=RIB_HEIGHT * rib, hollow=np.zeros_like(rib))


def _vent(blank: Blank) -> Dent:
    if blank.deep < ROOMY:
        return blank.untouched()
    along, across = blank.axes()
    slot = smoothstep(0.0, 0.5, np.cos(along * (2 * np.pi / SLOT_PITCH)))
    start, end = (share * blank.deep for share in SLOT_LENGTH)
    slot = slot * smoothstep(start, end, np.abs(across)) * smoothstep(*SLOT_MARGIN, blank.edge)
    slot = slot * (np.abs(along) < SLOTS_REACH * SLOT_PITCH)
    return Dent(height=-SLOT_DEPTH * slot, hollow=slot)


def _bolts(blank: Blank) -> Dent:
    dent = blank.untouched()
    if blank.deep < ROOMY:
        return dent
    y, x = np.nonzero(blank.edge > BOLT_INSET)
    grid_y, grid_x = np.mgrid[: blank.edge.shape[0], : blank.edge.shape[1]]
    for right, down in CORNERS:
        corner = np.argmax(x * right + y * down)
        away = np.hypot(grid_x - x[corner], grid_y - y[corner]) / (blank.unit * BOLT_RADIUS)
        ring = np.exp(-(((away - 1.25) / 0.22) ** 2))
        dent.height[:] += BOLT_HEIGHT * (np.sqrt((1 - away**2).clip(0)) - 0.5 * ring)
        np.maximum(dent.hollow, 0.7 * ring, out=dent.hollow)
    return dent


DETAILS: Mapping[Detail, Callable[[Blank], Dent]] = {
    "ridge": _ridge,
    "inset": _inset,
    "ribs": _ribs,
    "vent": _vent,
    "bolts": _bolts,
    "light": Blank.untouched,
}
