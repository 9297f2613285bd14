"""Robot: a scan, the photo flips over to metal plate by plate, and the robot powers up."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from engine.effects.look import Frames, Shot
from engine.effects.robot.build import build_robot
from engine.effects.robot.choreography import choreograph
from engine.effects.robot.flare import flare
from engine.effects.robot.flip import Plating
from engine.effects.robot.lights import emitted, speak
from engine.effects.robot.metal import reflect
from engine.effects.robot.planes import Picture
from engine.effects.robot.scan import Scanner
from engine.effects.robot.sparks import strike
from engine.effects.toolkit.camera import view
from engine.effects.toolkit.film import film
from engine.effects.toolkit.finish import Finisher, Grade, blend_in
from engine.effects.toolkit.light import to_linear
from engine.effects.toolkit.masks import over
from engine.effects.toolkit.rig import HeadRig
from engine.effects.toolkit.sampling import (
    blur,
    column,
    displace,
    pixel_grid,
    sample,
    sample_sharp,
)
from engine.vision.scene import Scene

GRADE = Grade(bloom=0.20, threshold=0.9, vignette=0.34, grain=0.010, sharpen=0.35, shoulder=0.14)

SPARK_RIM = 0.03
"""Sparks fly from this close to an edge, eye distances."""
NIGHT, NIGHT_GREY, NIGHT_TINT = 0.34, 0.6, (0.8, 1.0, 1.2)
"""Brightness of the darkened background, how far it loses its colours, and its own."""
NIGHT_BLUR = 0.05
"""Eye distances."""


def robot(scene: Scene, shot: Shot) -> Iterator[Frames]:
    """Turn the person into a robot; options `glow`, `paint`, `shell` and `sparks`."""
    yield from film(scene, shot, _Film(scene, shot).frames)


class _Film:
    """What is prepared once for all frames."""

    def __init__(self, scene: Scene, shot: Shot) -> None:
        matte = scene.matte.cpu().numpy()
        self._scene = scene
        self._robot = build_robot(scene, shot)
        unit = self._robot.chassis.unit
        self._plating = Plating(self._robot.chassis, matte, shot.seed)
        self._inside = _premultiplied(self._robot.inside, self._robot.suit.cover)
        self._scanner = _scanner(self._robot.edge, matte, unit, self._robot.lights.glow)
        edge = self._robot.edge.cpu().numpy()
        struck = self._plating.panels if shot.params["sparks"] else ()
        rims = [panel.rim(edge, SPARK_RIM, matte) for panel in struck]
        self._sparks = strike(rims, self._plating.landings[: len(rims)], unit, shot.seed)
        self._tracks = choreograph(shot, scene, self._plating.landings)
        self._speech = speak(self._tracks.pulse, shot.seed)
        self._rig = HeadRig(self._robot.in_place_of(scene))
        self._photo, self._plate = to_linear(scene.image)[None], to_linear(scene.plate)[None]
        self._skin = to_linear(scene.person)[None]
        self._rest = over(self._skin, scene.matte, self._plate)
        self._night = _night(self._plate, NIGHT_BLUR * unit)
        self._finisher = Finisher(
            GRADE, scene.height, scene.width, seed=shot.seed, device=scene.device
        )

    def frames(self, chunk: slice) -> Frames:
        """Render consecutive frames."""
        scene, tracks = self._scene, self._tracks
        camera = view(
            scene.height,
            scene.width,
            tracks.zoom[chunk],
            tracks.shift_x[chunk],
            tracks.shift_y[chunk],
            device=scene.device,
        )
        x, y = self._rig.pose(
            tracks.yaw[chunk], tracks.pitch[chunk], tracks.roll[chunk], view=camera
        )
        person = sample_sharp(self._person(chunk), x, y)
        dim = column(tracks.dim[chunk], scene.device)
        ground = sample_sharp(torch.lerp(self._plate, self._night, dim), *camera)
        picture = person[:, :3] + ground * (1 - person[:, 3:])
        if tracks.presence[chunk].min() < 1:
            picture = blend_in(picture, self._rest, self._photo, tracks.presence[chunk])
        if tracks.flare[chunk].max() > 0:
            eyes = sample(self._robot.lights.eyes[None, None], x, y)
            eyes = eyes * column(tracks.eyes[chunk], scene.device)
            picture += flare(eyes, self._robot.lights.glow, tracks.flare[chunk])
        sparks = self._sparks.fly(self._tracks.seconds[chunk], scene.height, scene.width)
        if sparks is not None:
            picture += sparks.to(scene.device)
        return self._finisher(picture, strength=tracks.grade[chunk], first=chunk.start)

    def _person(self, chunk: slice) -> Tensor:
        """Give what the person has become: premultiplied light and coverage, (B, 4, H, W)."""
        times = self._tracks.seconds[chunk]
        if times[-1] <= self._plating.begins:
            return self._as_skin(chunk)
        if times[0] >= self._plating.ends:
            return self._as_metal(chunk)
        inside = _picture(self._inside)[0]
        assembled = [
            self._plating.assemble(float(time), skin, metal, inside)
            for time, skin, metal in zip(
                times, _picture(self._as_skin(chunk)), _picture(self._as_metal(chunk)), strict=True
            )
        ]
        return torch.from_numpy(np.stack(assembled)).to(self._scene.device).permute(0, 3, 1, 2)

    def _as_skin(self, chunk: slice) -> Tensor:
        tracks, scene = self._tracks, self._scene
        skin = self._skin.expand(len(tracks.blink[chunk]), -1, -1, -1)
        if tracks.blink[chunk].max() > 0:
            x, y = pixel_grid(scene.height, scene.width, scene.device)
            dx, dy = self._rig.blink(tracks.blink[chunk])
            skin = sample(self._skin, *displace(x[None], y[None], dx, dy))
        skin = self._scanner.project(skin, tracks.scan[chunk], tracks.etched[chunk])
        return _premultiplied(skin, scene.matte)

    def _as_metal(self, chunk: slice) -> Tensor:
        tracks, robot = self._tracks, self._robot
        metal = reflect(
            robot.suit,
            robot.studio,
            tracks.sway[chunk],
            tracks.yaw[chunk],
            tracks.pitch[chunk],
        )
        if tracks.eyes[chunk].max() > 0:
            metal += emitted(
                robot.lights, tracks.eyes[chunk], tracks.pulse[chunk], self._speech[chunk]
            )
        return _premultiplied(metal, robot.suit.cover)


def _premultiplied(light: Tensor, cover: Tensor) -> Tensor:
    """Join light (3, H, W) or (B, 3, H, W) and coverage (H, W) or (1, H, W): (B, 4, H, W)."""
    light = light.view(-1, *light.shape[-3:])
    cover = cover.view(1, 1, *cover.shape[-2:]).expand(len(light), -1, -1, -1)
    return torch.cat([light * cover, cover], 1)


def _picture(planes: Tensor) -> Picture:
    """Turn (B, 4, H, W) into pictures (B, H, W, 4) for OpenCV."""
    return np.asarray(planes.permute(0, 2, 3, 1).contiguous().cpu())


def _scanner(edge: Tensor, matte: Picture, unit: float, glow: Tensor) -> Scanner:
    rows = np.flatnonzero(matte.max(1) > 0.5)
    return Scanner(edge, top=float(rows[0]), bottom=float(rows[-1]), unit=unit, glow=glow)


def _night(plate: Tensor, softness: float) -> Tensor:
    """Darken a background (1, 3, H, W) and put it out of focus."""
    grey = plate.mean(1, keepdim=True) * plate.new_tensor(NIGHT_TINT).view(1, 3, 1, 1)
    return blur(torch.lerp(plate, grey, NIGHT_GREY) * NIGHT, softness)
