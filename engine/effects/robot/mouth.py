"""The robot's mouth: a grille of upright slots that glow when it speaks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.effects.robot.anchors import Points
from engine.effects.robot.planes import Plane
from engine.effects.robot.solids import Canvas
from engine.effects.toolkit.curves import smoothstep

UPPER_EDGE = (40, 39, 37, 0, 267, 269, 270)
LOWER_EDGE = (91, 181, 84, 17, 314, 405, 321)
"""Landmarks along the grille plate's edges, from the image's left to its right."""

SLOTS = 9
SPREAD = 1.02
"""Width of the row of slots in widths of the grille."""
SLOT_WIDTH, SLOT_REACH = 0.30, 0.66
"""Half a slot's width in pitches, and half its height in half heights of the grille."""
OUTER_REACH = 0.85
"""Height of the outermost slots, as a part of the middle one's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grille:
    """Coordinates of the mouth on a canvas.

    Attributes:
        slot: (h, w) which slot, 0 in the middle, counted to the right; whole at its axis.
        height: (h, w) -1 at the grille's upper edge, 1 at its lower.
    """

    slot: Plane
    height: Plane


def grille_field(canvas: Canvas, landmarks: Points) -> Grille:
    """Measure the canvas from the lips' landmarks (478, 2)."""
    upper, lower = (landmarks[list(edge)].astype(np.float32) for edge in (UPPER_EDGE, LOWER_EDGE))
    left, right = upper[0], upper[-1]
    middle, half = (left + right) / 2, float(np.linalg.norm(right - left)) / 2
    axes = _axes_along(right - left)
    x, y = canvas.places(canvas.whole)
    u, v = ((x - middle[0]) * axis[0] + (y - middle[1]) * axis[1] for axis in axes)
    top, bottom = (_line((edge - middle) @ axes.T, u) for edge in (upper, lower))
    slot = u / half * (SLOTS / 2) * SPREAD
    return Grille(slot=slot, height=2 * (v - top) / np.maximum(bottom - top, 1) - 1)


def _axes_along(direction: Points) -> Points:
    across = direction / max(float(np.linalg.norm(direction)), 1e-6)
    return np.array([across, (-across[1], across[0])], np.float32)


def _line(knots: Points, u: Plane) -> Plane:
    order = np.argsort(knots[:, 0])
    return np.interp(u, knots[order, 0], knots[order, 1]).astype(np.float32)


def nearest_slot(grille: Grille) -> Plane:
    """Number the slots from 0 on the left; beyond the row, its last ones."""
    return (np.round(grille.slot) + SLOTS // 2).clip(0, SLOTS - 1)


def slots(grille: Grille) -> Plane:
    """Cut the slots: 1 inside, 0 on the bars."""
    axis = nearest_slot(grille) - SLOTS // 2
    bar = smoothstep(SLOT_WIDTH + 0.05, SLOT_WIDTH - 0.05, np.abs(grille.slot - axis))
    reach = SLOT_REACH * (1 - (1 - OUTER_REACH) * (axis / (SLOTS // 2)) ** 2)
    return bar * smoothstep(0.06, -0.06, np.abs(grille.height) - reach)
