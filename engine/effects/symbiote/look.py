"""Symbiote: black living goo swallows the person and opens eyes and maw."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from torch import Tensor

from engine.effects.look import Frames, Shot
from engine.effects.symbiote.anatomy import measure
from engine.effects.symbiote.backdrop import Backdrop
from engine.effects.symbiote.choreography import Story, tell
from engine.effects.symbiote.eyes import Eyes
from engine.effects.symbiote.goo import Coat, Goo
from engine.effects.symbiote.maw import Maw
from engine.effects.symbiote.opening import drop_jaw
from engine.effects.symbiote.skull import build_body
from engine.effects.symbiote.spread import arrival
from engine.effects.symbiote.studio import linear_color, wet
from engine.effects.symbiote.tentacles import Tentacles
from engine.effects.toolkit.camera import view
from engine.effects.toolkit.curves import smoothstep
from engine.effects.toolkit.film import film
from engine.effects.toolkit.finish import Finisher, Grade, blend_in
from engine.effects.toolkit.light import to_linear
from engine.effects.toolkit.masks import over
from engine.effects.toolkit.rig import HeadRig
from engine.effects.toolkit.sampling import blur, column, sample
from engine.vision.scene import Scene

GRADE = Grade(bloom=0.16, threshold=0.7, vignette=0.42, grain=0.012, sharpen=0.3)
PIXELS_AT_ONCE = 4 * 512 * 512
"""In a chunk: more is no quicker and takes more memory."""
CONTACT_SHADOW = 0.62
HEAD_MIDDLE = 0.35
"""Between its crown and its dropped jaw, eye distances down."""


def symbiote(scene: Scene, shot: Shot) -> Iterator[Frames]:
    """Film the transformation."""
    yield from film(scene, shot, _Film(scene, shot).frames, pixels=PIXELS_AT_ONCE)


class Feature(Protocol):
    """Something in the goo: it shapes the relief, and is painted once that is lit."""

    def swell(self, height: Tensor) -> None:
        """Shape the relief (B, H, W) in place."""
        ...

    def paint(self, light: Tensor, wet: Tensor) -> None:
        """Paint over the lit goo (B, 3, H, W) in place; `wet` is `studio.wet`."""
        ...


class _Film:
    """Everything of one shot that does not change from frame to frame."""

    def __init__(self, scene: Scene, shot: Shot) -> None:
        seed, device = shot.seed, scene.device
        self._scene = scene
        self._anatomy = anatomy = measure(scene.face)
        self._story = tell(shot, _aim(scene))
        self._rig = HeadRig(scene)
        body = build_body(scene, anatomy)
        color = linear_color(str(shot.params["color"]))
        self._goo = Goo(scene, anatomy, body, arrival(scene, anatomy, seed), seed, color)
        self._eyes = Eyes(anatomy, seed, device)
        self._maw = Maw(anatomy, seed, tongue=bool(shot.params["tongue"]), device=device)
        self._wet = wet().to(device)
        plate = to_linear(scene.plate)[None]
        tentacles = Tentacles(body.creature, anatomy, int(shot.params["tentacles"]), seed)
        self._backdrop = Backdrop(plate, anatomy.unit, self._goo, tentacles)
        self._photo = to_linear(scene.image)[None]
        self._rest = over(to_linear(scene.person)[None], scene.matte, plate)
        self._finisher = Finisher(GRADE, scene.height, scene.width, seed=seed, device=device)

    def frames(self, part: slice) -> Frames:
        """Film consecutive frames."""
        story = self._story.part(part)
        camera = self._camera(story)
        x, y = self._rig.pose(story.yaw, story.pitch, story.roll, view=camera)
        u, v = self._anatomy.locate(x, y)
        coat = self._goo.lay(*self._jawed(x, y, u, v, story), story)
        light = self._backdrop.filmed(camera, story)
        bare = coat.matte * (1 - coat.buried)
        if bare.any():
            light = over(self._skin(x, y, coat, story), bare[:, None], light)
        light = over(self._creature(coat, u, v, story), coat.alpha[:, None], light)
        light = blend_in(light, self._rest, self._photo, story.grading)
        return self._finisher(light, strength=story.grading, first=part.start)

    def _camera(self, story: Story) -> tuple[Tensor, Tensor]:
        height, width = self._scene.height, self._scene.width
        shift_x, shift_y = story.shift_x * width, story.shift_y * height
        device = self._scene.device
        return view(height, width, story.zoom, shift_x, shift_y, story.camera_roll, device=device)

    def _jawed(
        self, x: Tensor, y: Tensor, u: Tensor, v: Tensor, story: Story
    ) -> tuple[Tensor, Tensor]:
        """Carry the chin down with the jaw."""
        if not story.mouth.any():
            return x, y
        mouth = column(story.mouth, x.device)[:, 0]
        drop = drop_jaw(u, v, self._anatomy, mouth) * self._anatomy.unit
        down = self._scene.face.down
        return x - drop * float(down[0]), y - drop * float(down[1])

    def _skin(self, x: Tensor, y: Tensor, coat: Coat, story: Story) -> Tensor:
        """Show the person, bent and shaded where the goo comes close."""
        person = to_linear(self._rig.person(story.eyelids, story.gaze))
        bend = self._goo.bend(coat)
        skin = sample(person, x + bend[:, 0], y + bend[:, 1])
        shadow = smoothstep(0.02, 0.7, blur(coat.alpha, 0.11 * self._anatomy.unit))
        return skin * (1 - CONTACT_SHADOW * shadow)[:, None]

    def _creature(self, coat: Coat, u: Tensor, v: Tensor, story: Story) -> Tensor:
        """Light the goo, with eyes and maw in it."""
        found = (self._eyes.at(u, v, story), self._maw.at(u, v, story))
        features: list[Feature] = [feature for feature in found if feature is not None]
        for feature in features:
            feature.swell(coat.height)
        goo = self._goo.shade(coat.height)
        for feature in features:
            feature.paint(goo, self._wet)
        return goo


def _aim(scene: Scene) -> tuple[float, float]:
    """Find the middle of the roaring head, from the picture's middle."""
    x, y = scene.face.local(0.0, HEAD_MIDDLE)
    return float(x) / scene.width - 0.5, float(y) / scene.height - 0.5
