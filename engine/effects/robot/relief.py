"""The small relief of the robot: bevelled plates, their details, eyes and mouth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.effects.robot.chassis import FINE, NOWHERE, Chassis, Ids
from engine.effects.robot.details import DETAILS, Blank
from engine.effects.robot.eyes import lens_hollow, lens_relief
from engine.effects.robot.mouth import slots
from engine.effects.robot.planes import Mask, Plane, blurred, bounds, distance_to
from engine.effects.toolkit.curves import smoothstep

# Eye distances.
GAP = 0.008
"""Half the open width of a seam."""
BEVEL, BEVEL_HEIGHT = 0.034, 0.030
SOCKET_DEPTH, GRILLE_DEPTH = 0.05, 0.03

SMOOTHING = 1.6
"""Canvas pixels over which the stairs of a border's pixels are ironed out."""
SMALLEST = 40
"""Canvas pixels of the smallest part that gets details."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relief:
    """What the plates add to the chassis, on its canvas.

    Attributes:
        edge: distance of each pixel from its part's edge, eye distances.
        height: photo pixels.
        hollow: 0..1, how far a pixel lies down in a seam, slot or line.
    """

    edge: Plane
    height: Plane
    hollow: Plane


def press(chassis: Chassis) -> Relief:
    """Shape the parts."""
    edge = _smooth_distance(_borders(chassis.ids)) / (FINE * chassis.unit)
    # parts of their own stand before others: no seam is open around them
    plates = np.where(chassis.plated, chassis.ids, NOWHERE)
    seam = _smooth_distance(_borders(plates, apart=NOWHERE)) / (FINE * chassis.unit)
    height = BEVEL_HEIGHT * np.sin(((edge - GAP) / BEVEL).clip(0, 1) * (np.pi / 2))
    hollow = smoothstep(GAP * 1.6, GAP * 0.4, seam)
    for part in range(len(chassis.parts)):
        _detail(chassis, part, edge, height, hollow)
    _fit_eyes_and_mouth(chassis, height, hollow)
    return Relief(edge=edge, height=height * chassis.unit, hollow=hollow)


def _detail(chassis: Chassis, part: int, edge: Plane, height: Plane, hollow: Plane) -> None:
    """Work the details of one part into the relief."""
    wanted = chassis.parts[part].details
    if not wanted:
        return
    patch = bounds(chassis.ids == part)
    mask = chassis.ids[patch] == part
    if np.count_nonzero(mask) < SMALLEST:
        return
    blank = Blank(mask=mask, edge=np.where(mask, edge[patch], 0), unit=FINE * chassis.unit)
    for name in sorted(wanted):
        dent = DETAILS[name](blank)
        height[patch] += dent.height
        hollow[patch] = np.maximum(hollow[patch], dent.hollow)


def _fit_eyes_and_mouth(chassis: Chassis, height: Plane, hollow: Plane) -> None:
    """Replace the relief where a part has one of its own."""
    cut = slots(chassis.grille)
    lens = lens_relief(chassis.lens) - SOCKET_DEPTH
    reliefs = {
        "socket": (np.full_like(cut, -SOCKET_DEPTH), np.full_like(cut, 0.35)),
        "lens": (lens, lens_hollow(chassis.lens)),
        "grille": (-GRILLE_DEPTH * (1 + cut), 0.25 + 0.6 * cut),
    }
    for name, (own_height, own_hollow) in reliefs.items():
        mask = chassis.named(name)
        height[mask] = own_height[mask]
        hollow[mask] = own_hollow[mask]


def _borders(ids: Ids, apart: int | None = None) -> Mask:
    """Find the pixels next to another part; a border with the part `apart` does not count."""
    border = np.zeros(ids.shape, bool)
    across, along = ids[:, 1:] != ids[:, :-1], ids[1:] != ids[:-1]
    if apart is not None:
        across &= (ids[:, 1:] != apart) & (ids[:, :-1] != apart)
        along &= (ids[1:] != apart) & (ids[:-1] != apart)
    border[:, 1:] |= across
    border[:, :-1] |= across
    border[1:] |= along
    border[:-1] |= along
    return border


def _smooth_distance(border: Mask) -> Plane:
    """Measure the distance from a border in pixels, without the stairs of its pixels."""
    away = distance_to(border)
    near, far = (blurred(away, sigma) for sigma in (SMOOTHING, 2.5 * SMOOTHING))
    smooth = near + (far - near) * smoothstep(3 * SMOOTHING, 6 * SMOOTHING, near)
    # the blur lifts the bottom of the valley by about this much
    return (smooth - 0.7 * SMOOTHING).clip(0)
