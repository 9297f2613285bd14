"""The robot's surface: which material is where, how it faces, and what it reflects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from engine.effects.robot.chassis import FINE, Chassis
from engine.effects.robot.choreography import Track
from engine.effects.robot.design import Livery, MaterialName
from engine.effects.robot.materials import RUBBER, Material
from engine.effects.robot.planes import Plane, blurred, resized, slopes
from engine.effects.robot.relief import Relief
from engine.effects.robot.studio import Studio
from engine.effects.toolkit.curves import smoothstep
from engine.effects.toolkit.light import shade
from engine.effects.toolkit.noise import fbm
from engine.effects.toolkit.sampling import column

FACETING = 0.35
"""How far plates are flattened: at 0 the face's own curves, at 1 flat panes."""
TILT = 0.05
"""Standard deviation of the slope by which each plate sits askew: reflections break at seams."""
TINTS = (0.86, 1.06)
"""Brightness of one plate relative to the next."""
GRAZING = 0.35
"""Part of the light beyond `mirror` that is reflected at a grazing angle."""

# Eye distances.
RIM, RIM_WIDTH, RIM_GAIN = 0.026, 0.012, 0.5
"""Where bevels are worn bright."""
DIRT_CELL, DIRT_REACH, DIRT = 0.22, 0.09, 0.42
"""Dirt gathers along the seams."""
SHADE = ((0.10, 0.25, 0.45), (0.40, 0.90, 0.55))
"""Occlusion at two scales: radius, depth at which it is full, and how dark it gets."""
SEAM_SHADE = 0.09

TURN_SLIDE, NOD_SLIDE = 1.3, -0.9
"""How far reflections slide on a turning head, units of a normal per radian."""
# Normals stay on the matcap's sphere when reflections slide.
OUTERMOST = 0.985


@dataclass(frozen=True, slots=True, kw_only=True)
class Suit:
    """The finished robot at rest, on the photo's pixels, before any light.

    Attributes:
        cover: (1, H, W) 0..1 where the robot is.
        normals: (3, H, W) unit.
        body: (3, H, W) diffuse colour.
        mirror: (3, H, W) reflectance straight on.
        polish: (1, H, W) 1 polished, 0 satin.
        open_sky: (1, H, W) share of surrounding light that gets in.
        follow: (1, H, W) 1 where it turns with the head, 0 where it stays with the shoulders.
    """

    cover: Tensor
    normals: Tensor
    body: Tensor
    mirror: Tensor
    polish: Tensor
    open_sky: Tensor
    follow: Tensor

    def to(self, device: torch.device) -> Suit:
        """Move it to a device."""
        return Suit(**{plane.name: getattr(self, plane.name).to(device) for plane in fields(self)})


def clad(
    chassis: Chassis,
    relief: Relief,
    palette: Mapping[MaterialName, Material],
    livery: Livery,
    follow: Tensor,
    seed: int,
) -> Suit:
    """Give every pixel of the robot its material and its way to face; `follow` is (H, W)."""
    rng = np.random.default_rng(seed)
    # the last row serves the id -1, outside the robot
    parts = [palette[livery.material(part.name, part.material)] for part in chassis.parts]
    parts.append(RUBBER)
    tint = rng.uniform(*TINTS, len(parts))[:, None]
    body = np.array([part.body for part in parts]) * tint
    mirror = np.array([part.mirror for part in parts]) * tint
    polish = np.array([[1 - part.roughness] for part in parts])
    wear = _wear(chassis, relief, seed)
    return Suit(
        cover=_coarse(chassis.covered[None]),
        normals=functional.normalize(_coarse(_normals(chassis, relief, rng)), dim=0),
        body=_coarse(_per_pixel(body, chassis)),
        mirror=_coarse(_per_pixel(mirror, chassis) * wear),
        polish=_coarse(_per_pixel(polish, chassis)),
        open_sky=_coarse(_open_sky(chassis, relief)[None]),
        follow=follow[None],
    )


def _per_pixel(values: Plane, chassis: Chassis) -> Plane:
    """Spread values (parts, C) over the canvas, (C, h, w)."""
    return values.astype(np.float32).T[:, chassis.ids]


def _coarse(planes: NDArray[np.generic]) -> Tensor:
    """Average canvas planes (C, h, w) down to the photo's pixels."""
    fine = torch.from_numpy(np.ascontiguousarray(planes, np.float32))
    return functional.avg_pool2d(fine[None], FINE)[0]


def _normals(chassis: Chassis, relief: Relief, rng: np.random.Generator) -> Plane:
    """Flatten the plates a little, press their relief in, and take the normals (3, h, w)."""
    slope = chassis.slope.copy()
    ids = chassis.ids[chassis.covered]
    size = np.bincount(ids, minlength=len(chassis.parts)).clip(1)
    for plane in slope:
        mean = np.bincount(ids, plane[chassis.covered], minlength=len(chassis.parts)) / size
        pane = np.append(mean + rng.normal(0, TILT, len(mean)), 0).astype(np.float32)
        plane += FACETING * (pane[chassis.ids] - plane)
    slope += slopes(relief.height) * FINE
    steep = np.sqrt(1 + (slope**2).sum(0))
    return np.stack([-slope[0], -slope[1], np.ones_like(steep)]) / steep


def _wear(chassis: Chassis, relief: Relief, seed: int) -> Plane:
    """Polish the bevels and leave dirt along the seams: a factor on reflections."""
    rows, columns = chassis.canvas.shape
    cell = DIRT_CELL * chassis.unit * FINE
    dirt = fbm(rows, columns, cell=cell, octaves=4, seed=seed, ridged=True).numpy()
    caught = 0.25 + 0.75 * np.exp(-relief.edge / DIRT_REACH)
    rim = np.exp(-(((relief.edge - RIM) / RIM_WIDTH) ** 2))
    return (1 - DIRT * (dirt + 0.1).clip(0, 1) * caught) * (1 + RIM_GAIN * rim)


def _open_sky(chassis: Chassis, relief: Relief) -> Plane:
    """Darken what lies low: under the jaw, between plates, in slots."""
    covered = chassis.covered.astype(np.float32)
    depth = chassis.depth * covered
    sky = np.ones_like(covered)
    for radius, full, dark in SHADE:
        # on the photo's pixels: the canvas adds nothing to a wide blur
        weight, around = (
            _widely_blurred(plane, radius * chassis.unit) for plane in (covered, depth)
        )
        above = around / np.maximum(weight, 1e-3) - chassis.depth
        sky *= 1 - dark * np.clip(above / (full * chassis.unit), 0, 1)
    return (
        sky * (0.55 + 0.45 * smoothstep(0.0, SEAM_SHADE, relief.edge)) * (1 - 0.92 * relief.hollow)
    )


def _widely_blurred(plane: Plane, sigma: float) -> Plane:
    rows, columns = plane.shape
    return resized(blurred(resized(plane, rows // FINE, columns // FINE), sigma), rows, columns)


def reflect(suit: Suit, studio: Studio, sway: Track, yaw: Track, pitch: Track) -> Tensor:
    """Shade the suit for each frame: (B, 3, H, W) linear.

    Args:
        suit: at rest.
        studio: the light.
        sway: how far the lamps have drifted to the right, in units of a normal.
        yaw: of the head, radians.
        pitch: of the head, radians.
    """
    device = suit.normals.device
    right = column(sway, device) + suit.follow * column(TURN_SLIDE * yaw, device)
    down = suit.follow * column(NOD_SLIDE * pitch, device)
    normals = suit.normals[None, :2] + torch.cat([right, down], 1)
    normals = normals.clamp(-OUTERMOST, OUTERMOST)
    sharp, satin = shade(studio.sharp, normals), shade(studio.satin, normals)
    grazing = (1 - suit.normals[2:]).clamp(0, 1) ** 3
    mirror = suit.mirror + (1 - suit.mirror) * grazing * GRAZING
    light = suit.body * shade(studio.diffuse, normals) + mirror * torch.lerp(
        satin, sharp, suit.polish
    )
    return light * suit.open_sky
