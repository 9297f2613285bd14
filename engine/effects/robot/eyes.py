"""The robot's eyes: camera lenses in the sockets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.effects.robot.anchors import Anchor
from engine.effects.robot.planes import Plane
from engine.effects.robot.solids import Canvas
from engine.effects.toolkit.curves import smoothstep
from engine.vision.regions import LEFT_IRIS, RIGHT_IRIS
from engine.vision.scene import Face

# Radii and heights in eye distances.
RIM, BARREL = 0.225, 0.185
RIM_HEIGHT = 0.045
STEP, STEP_HEIGHT = 0.163, 0.018
IRIS_OUTER, IRIS_INNER = 0.150, 0.075
GLASS_HEIGHT = 0.05
PUPIL = 0.062
HALO = 0.170
SOFT = 0.012
"""Width of the edges between them."""
BLADES, BLADE_CONTRAST = 18, 0.28


@dataclass(frozen=True, slots=True, kw_only=True)
class Lens:
    """Polar coordinates about the nearer lens on a canvas.

    Attributes:
        radius: (h, w) eye distances, foreshortened as the head is.
        angle: (h, w) radians.
    """

    radius: Plane
    angle: Plane


def lens_field(canvas: Canvas, head: Anchor, face: Face) -> Lens:
    """Measure the canvas from the irises."""
    x, y = canvas.places(canvas.whole)
    to_local = np.linalg.inv(head.axes[:2, :2] * head.unit).astype(np.float32)
    across, along = np.full((2, *canvas.shape), np.inf, np.float32)
    radius = np.full(canvas.shape, np.inf, np.float32)
    for iris in (LEFT_IRIS, RIGHT_IRIS):
        off_x, off_y = x - face.landmarks[iris, 0], y - face.landmarks[iris, 1]
        u = off_x * to_local[0, 0] + off_y * to_local[1, 0]
        v = off_x * to_local[0, 1] + off_y * to_local[1, 1]
        away = np.hypot(u, v)
        nearer = away < radius
        across, along, radius = (
            np.where(nearer, new, old) for new, old in ((u, across), (v, along), (away, radius))
        )
    return Lens(radius=radius, angle=np.arctan2(along, across))


def lens_relief(lens: Lens) -> Plane:
    """Shape the lens, eye distances above the socket: a round rim, a step, domed glass."""
    middle, half = (RIM + BARREL) / 2, (RIM - BARREL) / 2
    rim = RIM_HEIGHT * np.sqrt((1 - ((lens.radius - middle) / half) ** 2).clip(0))
    step = STEP_HEIGHT * np.exp(-(((lens.radius - STEP) / 0.008) ** 2))
    glass = GLASS_HEIGHT * np.sqrt((1 - (lens.radius / IRIS_OUTER) ** 2).clip(0))
    return rim + step + glass


def lens_hollow(lens: Lens) -> Plane:
    """Say how dark each part of the lens lies, 0..1."""
    return 0.55 * smoothstep(BARREL, BARREL - SOFT, lens.radius)


def lens_glow(lens: Lens) -> Plane:
    """Light the lens at full power: 1 in the pupil, a ring of blades about it."""
    pupil = smoothstep(PUPIL, PUPIL * 0.55, lens.radius)
    ring = smoothstep(IRIS_INNER - SOFT, IRIS_INNER, lens.radius) * smoothstep(
        IRIS_OUTER, IRIS_OUTER - SOFT, lens.radius
    )
    blades = 1 - BLADE_CONTRAST * (1 - np.cos(lens.angle * BLADES))
    halo = np.exp(-(((lens.radius - HALO) / 0.006) ** 2))
    return pupil + 0.7 * ring * blades + 0.3 * halo
