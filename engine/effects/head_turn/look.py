"""Head turn: the photo looks to one side, to the other, and back, like a living portrait."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from engine.effects.head_turn.choreography import Story, story
from engine.effects.head_turn.light import photo_light
from engine.effects.head_turn.shutter import Shutter
from engine.effects.look import Frames, Shot
from engine.effects.toolkit.camera import view
from engine.effects.toolkit.film import film
from engine.effects.toolkit.finish import Finisher, Grade, blend_in
from engine.effects.toolkit.grid import View
from engine.effects.toolkit.light import to_linear
from engine.effects.toolkit.masks import over
from engine.effects.toolkit.rig import HeadRig, turn_normals
from engine.effects.toolkit.sampling import blur, column, sample
from engine.vision.scene import Scene

GRADE = Grade(bloom=0.05, threshold=0.8, vignette=0.14, grain=0.008, sharpen=0.18, shoulder=0.0)
RIM = {"natural": (0.0, 0.0, 0.0), "cool": (0.25, 0.39, 0.70), "warm": (0.70, 0.42, 0.20)}
"""Linear colour of the light behind the head, by the `light` option."""
RIM_WIDTH = 0.02
"""In face widths."""
FOCUS_BLUR = 0.055
"""Of the background at full presence, in eye distances."""
CAST_SHADOW = 0.20
"""Darkness of the head's shadow on the background."""
SHADOW_REACH = 0.05
"""How far the shadow falls to the lower right, in face widths."""
FAR = 0.7
"""Share of the camera's shift that the background follows."""


def head_turn(scene: Scene, shot: Shot) -> Iterator[Frames]:
    """Turn the head of a photo; options `angle` (degrees), `direction` and `light`."""
    yield from film(scene, shot, _Film(scene, shot).frames)


class _Film:
    """What is prepared once for all frames, which are to be asked for in order."""

    def __init__(self, scene: Scene, shot: Shot) -> None:
        self._scene = scene
        self._story = story(scene, shot)
        self._rig = HeadRig(scene)
        self._grid = self._rig.grid
        self._shutter = Shutter(self._grid, scene.matte, scene.face.eye_distance)
        self._photo = to_linear(scene.image)[None]
        self._plate = to_linear(scene.plate)[None]
        self._soft_plate = blur(self._plate, FOCUS_BLUR * scene.face.eye_distance)
        self._rest = over(to_linear(scene.person), scene.matte, self._plate)
        self._normals = self._grid.reduced(scene.normals)
        self._matte = self._grid.reduced(scene.matte[None])
        self._follow = self._grid.reduced(scene.head_weight[None])
        self._light = photo_light(scene, self._grid, self._normals)
        self._rim = torch.tensor(RIM[str(shot.params["light"])], device=scene.device)
        self._finisher = Finisher(
            GRADE, scene.height, scene.width, seed=shot.seed, device=scene.device
        )

    def frames(self, chunk: slice) -> Frames:
        now = self._story.part(chunk)
        steps = self._rig.pose_steps(now.yaw, now.pitch, now.roll, expression=now.expression)
        camera = self._camera(now, 1.0)
        colour = to_linear(self._rig.person(now.lids, now.gaze))
        colour, matte = self._shutter(colour, steps, camera)
        person = self._lit(colour, now, steps, camera)
        picture = over(person, matte, self._background(now, steps, camera))
        picture = blend_in(picture, self._rest, self._photo, now.presence)
        return self._finisher(picture, strength=now.presence, first=chunk.start)

    def _camera(self, now: Story, share: float) -> View:
        height, width = self._scene.height, self._scene.width
        shift_x, shift_y = now.shift_x * share, now.shift_y * share
        return view(height, width, now.zoom, shift_x, shift_y, device=self._scene.device)

    def _lit(self, colour: Tensor, now: Story, steps: Tensor, camera: View) -> Tensor:
        """Shade the turned head by the photo's own light, and by one behind the head."""
        before = self._grid.carried(self._normals, steps)
        follow = self._grid.carried(self._follow, steps)
        after = turn_normals(before, now.yaw, now.pitch, now.roll, follow)
        shading = torch.cat([self._light.turned(before, after), self._rim_light(steps, now)], 1)
        gain, rim = self._grid.enlarged(shading, camera).split(1, 1)
        colour = colour * gain
        surface = 0.12 + 0.6 * colour.mean(1, keepdim=True)
        return colour + rim * surface * self._rim.view(1, 3, 1, 1)

    def _rim_light(self, steps: Tensor, now: Story) -> Tensor:
        """Light the outline on the side the head turns away from."""
        reach = RIM_WIDTH * self._scene.face.width / self._grid.scale[0]
        soft = blur(self._grid.carried(self._matte, steps), reach)
        outward = functional.pad(soft[..., :-2] - soft[..., 2:], (1, 1)) * reach
        side = column(np.sin(-2.4 * now.yaw) * now.presence, soft.device)
        return (outward * side).clamp_min(0)

    def _background(self, now: Story, steps: Tensor, camera: View) -> Tensor:
        """The clean plate, out of focus, further away, with the head's shadow on it."""
        presence = column(now.presence, self._scene.device)
        plate = torch.lerp(self._plate, self._soft_plate, presence)
        plate = sample(plate, *self._camera(now, FAR))
        shadow = self._shadow(steps) * (CAST_SHADOW * presence)
        return plate * (1 - self._grid.enlarged(shadow, camera))

    def _shadow(self, steps: Tensor) -> Tensor:
        matte = self._grid.carried(self._matte, steps)
        reach = max(1, round(SHADOW_REACH * self._scene.face.width / self._grid.scale[0]))
        fallen = functional.pad(matte, (reach, 0, reach, 0))[..., :-reach, :-reach]
        return blur(fallen, 1.4 * reach)
