"""Puts the design on a face: every outline in pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.effects.robot.anchors import Anchor, Points, body_anchor, head_anchor
from engine.effects.robot.design import Design, PlateSpec
from engine.vision.scene import Face

# An ellipsoid in eye distances that continues the face mesh over the top: it meets the mesh's edge
# from the forehead to the ears within 0.03 eye distances on the faces it was fitted to.
SKULL_CENTRE = np.array([0.0, -0.45, -1.25])
SKULL_RADII = np.array([1.30, 1.55, 1.50])

INNER_LIPS = (13, 14)
LIPS_CLOSE = {
    (0, 37, 39, 40, 267, 269, 270): 0.40,
    (17, 84, 181, 91, 314, 405, 321): -0.40,
    (164, 165, 92, 391, 322): 0.20,
    (18, 83, 182, 43, 313, 406, 273): -0.20,
}
"""How far landmarks about the mouth move to close it, in openings of the lips."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A plate's outline on the photo: (N, 2) pixels."""

    plate: PlateSpec
    points: Points


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The design on a face."""

    head: Anchor
    body: Anchor
    outlines: tuple[Outline, ...]


def lay_out(design: Design, face: Face) -> Layout:
    """Place every plate; each half of a mirrored one is a plate of its own."""
    head = head_anchor(face)
    placer = _Placer(design, face, head, body_anchor(head))
    outlines = [
        Outline(plate=plate, points=points)
        for plate in design.plate
        for points in placer.halves(plate)
    ]
    return Layout(head=head, body=placer.body, outlines=tuple(outlines))


def with_lips_closed(face: Face) -> Points:
    """Give the landmarks, (478, 2) pixels, with the mouth nearly shut: a grille does not gape."""
    points = face.landmarks[:, :2].astype(np.float64)
    opening = points[INNER_LIPS[1]] - points[INNER_LIPS[0]]
    for lips, share in LIPS_CLOSE.items():
        points[list(lips)] += share * opening
    return points


class _Placer:
    def __init__(self, design: Design, face: Face, head: Anchor, body: Anchor) -> None:
        self.body = body
        self._head = head
        self._points = design.points
        self._landmarks = with_lips_closed(face)
        self._twin = dict(design.pairs)

    def halves(self, plate: PlateSpec) -> list[Points]:
        """Give the outlines of a plate: two, or one that crosses the middle."""
        left, right = (
            np.array([self._place(plate, point, side) for point in plate.outline])
            for side in (-1, 1)
        )
        if plate.halves == 1:
            return [np.concatenate([left, right[::-1]])]
        return [left, right]

    def _place(self, plate: PlateSpec, point: int | str, side: int) -> Points:
        if isinstance(point, int):
            return self._landmarks[point if side < 0 else self._twin.get(point, point)]
        if plate.on == "head":
            across, down = self._points.skull[point]
            return self._head.to_photo(_on_skull(side * across, down))[:2]
        across, down = self._points.body[point]
        return self.body.to_photo((side * across, down, 0.0))[:2]


def _on_skull(across: float, down: float) -> Points:
    reach = (np.array([across, down]) - SKULL_CENTRE[:2]) / SKULL_RADII[:2]
    rise = np.sqrt(max(0.0, 1 - float(reach @ reach)))
    return np.array([across, down, SKULL_CENTRE[2] + SKULL_RADII[2] * rise])
