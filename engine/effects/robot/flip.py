"""Panels that lift off the skin, turn over in space, and lock as metal."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import cast

import cv2
import numpy as np

from engine.effects.robot.chassis import Chassis
from engine.effects.robot.choreography import FLIP, Track, flip_starts
from engine.effects.robot.panels import Panel, Point, cut
from engine.effects.robot.planes import Mask, Patch, Picture, Plane, blurred
from engine.effects.toolkit.curves import smoothstep

# Eye distances.
FOCUS = 6.0
"""Of the camera that sees a lifted panel larger."""
LIFT = 0.85
"""How near to the camera a panel comes."""
DRIFT = 0.16
"""How far it moves outward meanwhile."""
THICKNESS = 0.06
SHADOW_FALL, SHADOW_BLUR, CONTACT_BLUR = 0.10, 0.05, 0.012

TURNING = (0.08, 0.94)
"""From when to when a panel turns, in parts of its way."""
SHADOW = 0.62
SIDE_COLOR = (0.075, 0.08, 0.09)
FACING_AWAY = 0.42
"""Light on a panel seen edge-on."""
GLINT, GLINT_ANGLE, GLINT_WIDTH = 1.5, 0.70, 0.20
"""A landing panel mirrors a lamp at this angle, radians."""
SEAM_SOFTNESS = 0.6
"""Pixels, where a panel at rest meets the next."""
LATE = ("lens", "socket")
"""Parts that flip last."""


class Plating:
    """All panels of one robot on one person; pictures are (H, W, 4), premultiplied light."""

    def __init__(self, chassis: Chassis, matte: Picture, seed: int) -> None:
        self._unit = chassis.unit
        self._ids, self.panels = cut(chassis, matte, seed)
        places = np.array([panel.place for panel in self.panels])
        late = np.array([chassis.parts[panel.part].name in LATE for panel in self.panels])
        self._starts = flip_starts(places, late, seed)
        self.landings: Track = self._starts + FLIP
        self._index = np.zeros(len(chassis.parts), np.intp)
        self._index[[panel.part for panel in self.panels]] = np.arange(len(self.panels))

    @property
    def begins(self) -> float:
        """When the first panel moves."""
        return float(self._starts.min())

    @property
    def ends(self) -> float:
        """When the last panel is locked."""
        return float(self.landings.max())

    def assemble(self, time: float, skin: Picture, metal: Picture, inside: Picture) -> Picture:
        """Put the person together at a time: skin, open places, metal, and panels in flight."""
        progress = ((time - self._starts) / FLIP).clip(0, 1)
        flying = (progress > 0) & (progress < 1)
        done, opened = self._softened(progress >= 1), self._softened(flying)
        picture = skin * (1 - done - opened).clip(0) + metal * done + inside * opened
        # the highest are nearest
        for i in sorted(np.flatnonzero(flying), key=lambda i: -abs(progress[i] - 0.5)):
            self._fly(picture, self.panels[i], float(progress[i]), skin, metal)
        return picture

    def _softened(self, panels: Mask) -> Picture:
        """Give the coverage (H, W, 1) of some panels at rest."""
        chosen = panels[self._index].astype(np.float32)[self._ids]
        return blurred(chosen, SEAM_SOFTNESS)[..., None]

    def _fly(
        self, picture: Picture, panel: Panel, progress: float, skin: Picture, metal: Picture
    ) -> None:
        """Draw one panel in flight, its side and its shadow, over the picture."""
        turned = math.pi * smoothstep(*TURNING, progress)
        over = turned > math.pi / 2
        angle = turned - math.pi if over else turned
        lift = math.sin(math.pi * smoothstep(0.0, 1.0, progress)) * panel.reach
        face = (metal if over else skin)[panel.patch] * panel.mask * _lighting(angle, over)
        upper, lower = (self._projected(panel, angle, lift, deep) for deep in (0.0, THICKNESS))
        window = _window([upper, lower], 4 * SHADOW_BLUR * self._unit + 6, picture.shape)
        if window is None:
            return
        underside = _warped(np.ascontiguousarray(face[..., 3]), lower, window)
        side = _swept(underside, (upper - lower).mean(0))
        top = _warped(face, upper, window)
        ground = picture[window]
        shadow = self._shadow(np.maximum(side, top[..., 3]), lift)
        ground[..., :3] *= 1 - SHADOW * shadow[..., None]
        _lay(ground, side[..., None] * np.array((*SIDE_COLOR, 1), np.float32))
        _lay(ground, top)

    def _projected(self, panel: Panel, angle: float, lift: float, deep: float) -> Picture:
        """Project the corners of a panel, `deep` eye distances below its face: (4, 2) pixels."""
        cos, sin = math.cos(panel.hinge), math.sin(panel.hinge)
        off = panel.corners - panel.centre
        along, across = off[:, 0] * cos + off[:, 1] * sin, off[:, 1] * cos - off[:, 0] * sin
        below = -deep * panel.reach * self._unit
        height = across * math.sin(angle) + below * math.cos(angle) + lift * LIFT * self._unit
        across = across * math.cos(angle) - below * math.sin(angle)
        nearer = FOCUS * self._unit / (FOCUS * self._unit - height)
        x, y = (along * cos - across * sin) * nearer, (along * sin + across * cos) * nearer
        centre = panel.centre + panel.outward * (DRIFT * lift * self._unit)
        return (np.stack([x, y], 1) + centre).astype(np.float32)

    def _shadow(self, coverage: Picture, lift: float) -> Picture:
        """Cast a shadow down and to the right, softer the higher the panel."""
        fall = round(SHADOW_FALL * lift * self._unit)
        rows, columns = coverage.shape
        moved = np.zeros_like(coverage)
        moved[fall:, fall // 2 :] = coverage[: rows - fall, : columns - fall // 2]
        sigma = (CONTACT_BLUR + SHADOW_BLUR * lift) * self._unit
        return blurred(moved, max(sigma, 0.5))


def _lighting(angle: float, over: bool) -> Picture:
    """Dim a panel that turns away; let its metal catch a lamp as it comes down."""
    light = FACING_AWAY + (1 - FACING_AWAY) * math.cos(angle)
    if over:
        light += GLINT * math.exp(-(((abs(angle) - GLINT_ANGLE) / GLINT_WIDTH) ** 2))
    return np.array([light, light, light, 1], np.float32)


def _window(corners: Sequence[Picture], margin: float, shape: tuple[int, ...]) -> Patch | None:
    """Give the part of the picture around some points; None where there is none."""
    points = np.concatenate(corners)
    left, top = np.floor(points.min(0) - margin).astype(int)
    right, bottom = np.ceil(points.max(0) + margin).astype(int)
    rows = slice(max(int(top), 0), min(int(bottom), shape[0]))
    columns = slice(max(int(left), 0), min(int(right), shape[1]))
    return (rows, columns) if rows.start < rows.stop and columns.start < columns.stop else None


def _warped(image: Picture, corners: Picture, window: Patch) -> Picture:
    """Bring a panel's picture to its projected corners, as seen in a window."""
    rows, columns = window
    height, width = image.shape[:2]
    box = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32) - 0.5
    target = corners - np.array([columns.start, rows.start], np.float32)
    size = (columns.stop - columns.start, rows.stop - rows.start)
    matrix = cv2.getPerspectiveTransform(box, target)
    return cast(Picture, cv2.warpPerspective(image, matrix, size))


def _swept(coverage: Plane, step: Point) -> Plane:
    """Give the area that a shape passes over on its way by `step` pixels."""
    right, down = np.round(step).astype(int).tolist()
    if right == 0 and down == 0:
        return coverage
    reach = max(abs(right), abs(down))
    path = np.zeros((2 * reach + 1, 2 * reach + 1), np.uint8)
    cv2.line(path, (reach, reach), (reach - right, reach - down), 1)
    return cast(Plane, cv2.dilate(coverage, path))


def _lay(ground: Picture, front: Picture) -> None:
    ground *= 1 - front[..., 3:]
    ground += front
