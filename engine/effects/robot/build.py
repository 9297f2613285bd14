"""Everything that is made once for a clip: the robot, its parts and its light."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from engine.effects.look import Shot
from engine.effects.robot.chassis import Chassis, build_chassis, on_photo
from engine.effects.robot.design import load_design
from engine.effects.robot.lights import Lights, install
from engine.effects.robot.materials import materials
from engine.effects.robot.mechanism import mechanism
from engine.effects.robot.metal import Suit, clad
from engine.effects.robot.relief import press
from engine.effects.robot.studio import Studio, light_studio
from engine.effects.toolkit.light import to_linear
from engine.vision.scene import Scene


@dataclass(frozen=True, slots=True, kw_only=True)
class Robot:
    """A robot that wears one person's face.

    Attributes:
        chassis: its shape.
        edge: (H, W) distance from the nearest edge of a part, eye distances.
        suit: its surface.
        studio: the light it reflects.
        lights: its own light.
        inside: (3, H, W) what lies under its plates, linear.
    """

    chassis: Chassis
    edge: Tensor
    suit: Suit
    studio: Studio
    lights: Lights
    inside: Tensor

    def in_place_of(self, scene: Scene) -> Scene:
        """Give the scene with the robot's relief instead of the person's."""
        depth = torch.from_numpy(on_photo(self.chassis.depth)).to(scene.device)
        face, cover = scene.face_mask > 0.9, self.suit.cover[0]
        if face.any():
            depth = depth + (scene.depth - depth)[face].median()
        return replace(
            scene,
            depth=torch.where(cover > 0.5, depth, scene.depth),
            matte=torch.maximum(cover, scene.matte),
        )


def build_robot(scene: Scene, shot: Shot) -> Robot:
    """Build a robot for a scene; options `glow`, `paint` and `shell`."""
    design = load_design()
    glow = _color(shot.params["glow"]).to(scene.device)
    paint = _color(shot.params["paint"]).tolist()
    palette = materials(str(shot.params["shell"]), (paint[0], paint[1], paint[2]))
    chassis = build_chassis(design, scene)
    relief = press(chassis)
    studio = light_studio(to_linear(scene.plate))
    livery = design.livery_of(shot.seed)
    suit = clad(chassis, relief, palette, livery, scene.head_weight, shot.seed)
    return Robot(
        chassis=chassis,
        edge=torch.from_numpy(on_photo(relief.edge)).to(scene.device),
        suit=suit.to(scene.device),
        studio=studio,
        lights=install(chassis, relief, glow),
        inside=mechanism(chassis, studio, glow, shot.seed),
    )


def _color(text: object) -> Tensor:
    """Read #rrggbb as linear light."""
    channels = bytes.fromhex(str(text).removeprefix("#"))
    return to_linear(torch.tensor(list(channels)) / 255)
