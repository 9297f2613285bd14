"""What is seen under an open panel: cables, ribs, gears, and wires that glow."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.effects.robot.chassis import Chassis, on_photo
from engine.effects.robot.studio import Studio
from engine.effects.toolkit.curves import smoothstep
from engine.effects.toolkit.light import normals_from_height, shade
from engine.effects.toolkit.noise import fbm
from engine.effects.toolkit.sampling import pixel_grid

# Eye distances.
CABLE_PITCH, CABLE_HEIGHT, WANDER = 0.085, 0.040, 0.30
RIB_PITCH, RIB_HEIGHT = 0.16, 0.055
GEAR_PITCH, GEAR_RADIUS, GEAR_HEIGHT = 0.62, 0.14, 0.06
TOOTH, TEETH = 0.012, 14
WANDER_CELL, BUNDLE_CELL, HEAT_CELL = 0.9, 0.7, 0.5

SHALLOW = 0.6
"""The inside follows the outside's curves this far."""
METAL, GEAR_METAL = 0.30, 0.50
WIRE_EVERY, WIRE_POWER = 3, 0.9
"""Every third cable carries light."""
HEAT_COLOR, HEAT_POWER = (1.0, 0.30, 0.05), 0.8


def mechanism(chassis: Chassis, studio: Studio, glow: Tensor, seed: int) -> Tensor:
    """Paint the inside over the whole picture: (3, H, W) linear.

    Args:
        chassis: the robot.
        studio: what lights it.
        glow: colour of the wires (3,), linear.
        seed: of its disorder.
    """
    height, width, unit = chassis.canvas.height, chassis.canvas.width, chassis.unit

    def noise(cell: float, octaves: int, part: int) -> Tensor:
        return fbm(height, width, cell=cell * unit, octaves=octaves, seed=seed + part)

    x, y = pixel_grid(height, width)
    x, y = (x - chassis.layout.head.origin[0]) / unit, (y - chassis.layout.head.origin[1]) / unit
    wander = noise(WANDER_CELL, 3, 0) * WANDER
    strand = (x.abs() * 0.8 + y * 0.45 + wander) / CABLE_PITCH
    cable, rib = _tube(strand), _tube((y - 0.3 * x.abs() + 0.4 * wander) / RIB_PITCH)
    bundled = smoothstep(-0.10, 0.10, noise(BUNDLE_CELL, 2, 1))
    gear = _gears(x, y)
    relief = torch.lerp(rib * RIB_HEIGHT, cable * CABLE_HEIGHT, bundled) + gear * GEAR_HEIGHT
    shape = torch.from_numpy(on_photo(chassis.depth)) * SHALLOW + relief * unit
    lit = shade(studio.satin.cpu(), normals_from_height(shape[None]))[0]
    lit = lit * torch.where(gear > 0.1, GEAR_METAL, METAL)
    lit = lit * (0.15 + 0.85 * torch.lerp(rib, cable, bundled)) ** 1.5
    wire = torch.exp(-((((strand / WIRE_EVERY) % 1 - 0.5) / 0.06) ** 2)) * bundled * WIRE_POWER
    heat = smoothstep(0.30, 0.75, noise(HEAT_CELL, 3, 2)) * HEAT_POWER
    lit = lit + wire * glow.cpu().view(3, 1, 1) + heat * torch.tensor(HEAT_COLOR).view(3, 1, 1)
    return lit.to(glow.device)


def _tube(phase: Tensor) -> Tensor:
    """Profile of round tubes side by side, one per unit of phase: 0..1."""
    off = (phase % 1) * 2 - 1
    return (1 - off * off).clamp_min(0).sqrt()


def _gears(x: Tensor, y: Tensor) -> Tensor:
    """Profile of gears on a staggered grid, up to 1; their holes are below 0."""
    row = (y / GEAR_PITCH).floor()
    off_x = ((x / GEAR_PITCH + 0.5 * (row % 2)) % 1 - 0.5) * GEAR_PITCH
    off_y = ((y / GEAR_PITCH) % 1 - 0.5) * GEAR_PITCH
    away = torch.hypot(off_x, off_y)
    toothed = away + TOOTH * torch.cos(torch.atan2(off_y, off_x) * TEETH)
    disc = smoothstep(GEAR_RADIUS + 0.01, GEAR_RADIUS - 0.01, toothed)
    rim = 0.6 + 0.4 * smoothstep(0.5 * GEAR_RADIUS, 0.65 * GEAR_RADIUS, away)
    hole = smoothstep(0.25 * GEAR_RADIUS, 0.18 * GEAR_RADIUS, away)
    return disc * rim - 0.6 * hole
