"""The head rig: a photographed head turned in 3D, as maps of where to read the photo.

Every pixel is a point at the scene's depth. Turning moves the points; what is wanted is the
motion's inverse.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn import functional

from engine.effects.toolkit.curves import Track, smoothstep
from engine.effects.toolkit.expression import Expression, Muscles
from engine.effects.toolkit.eyes import Eyes
from engine.effects.toolkit.grid import View, WorkingGrid
from engine.effects.toolkit.masks import distance_inside
from engine.effects.toolkit.sampling import blur, column
from engine.effects.toolkit.warp import Motion, inverted
from engine.vision.scene import Face, Scene

BODY_SHARE = 0.12
"""Part of the head's turn that the shoulders follow."""
CAMERA_DISTANCE = 6.4
"""From the head, in face heights."""
PIVOT_DROP = 0.30
"""Of the neck joint below the face's centre, in face heights."""
HELD = 0.3
"""Width of the band along the picture's edge in which a cut-off person is held, face widths."""
STEEPEST = 1.0
"""Slope that depth may have beyond the face: what a turn would stretch more is flattened."""
SMOOTHING = 1.2
"""Blur of the motion in grid cells: the inverse needs slopes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Points:
    """The photo's cells as points around the neck joint, in grid cells.

    Attributes:
        across: (h, w), towards the right of the face.
        along: (h, w), down the face.
        depth: (h, w), towards the viewer.
        follow: (h, w), 1 where a point turns with the head, less on the body.
        free: (1, 2, h, w), how far a point may move across and down.
        distance: of the camera.
    """

    across: Tensor
    along: Tensor
    depth: Tensor
    follow: Tensor
    free: Tensor
    distance: float

    def spread(self, depth: Tensor) -> Tensor:
        """Perspective: how much larger a point at `depth` appears than one at 0."""
        return self.distance / (self.distance - depth).clamp_min(self.distance * 0.3)


class HeadRig:
    """Turns the head of one scene; `grid` is what it works on."""

    def __init__(self, scene: Scene) -> None:
        self.grid = WorkingGrid(scene.height, scene.width, scene.device)
        self._face = scene.face
        self._points = _points(scene, self.grid)
        self._eyes = Eyes(scene)
        self._muscles = Muscles(scene, self.grid.photo_x, self.grid.photo_y)

    def pose(
        self,
        yaw: Track,
        pitch: Track,
        roll: Track,
        *,
        expression: Expression | None = None,
        view: View | None = None,
    ) -> View:
        """Turn the head: where in the photo each pixel of each frame is read, x, y (B, H, W).

        Args:
            yaw: radians; positive turns the face to the right of the image.
            pitch: positive nods down.
            roll: positive tilts clockwise.
            expression: what the face does meanwhile.
            view: the camera's own map (`camera.view`), seen through which the head is filmed.
        """
        steps = self.pose_steps(yaw, pitch, roll, expression=expression)
        return self.grid.read(steps, view)

    def pose_steps(
        self, yaw: Track, pitch: Track, roll: Track, *, expression: Expression | None = None
    ) -> Tensor:
        """Give the displacements `pose` adds, in the photo's pixels, on the grid: (B, 2, h, w)."""
        steps = inverted(self._moved(yaw, pitch, roll), self.grid.x, self.grid.y)
        steps = steps * steps.new_tensor(self.grid.scale).view(1, 2, 1, 1)
        if expression is None:
            return steps
        return steps + self.grid.carried(self._muscles(expression), steps)

    def blink(self, closed: Track) -> tuple[Tensor, Tensor]:
        """Close the eyes by 0..1 per frame: displacements dx, dy (B, H, W) in the photo.

        Enough for a blink that something covers; `person` repaints the lids as well.
        """
        return self._eyes.warp(closed)

    def person(self, closed: Track, turn: Track) -> Tensor:
        """Give the scene's person with moved eyes, (B, 3, H, W) display values; see `Eyes`."""
        return self._eyes.painted(closed, turn)

    def _moved(self, yaw: Track, pitch: Track, roll: Track) -> Motion:
        points = self._points
        across, along, depth = _turned(points.across, points.along, points.depth, yaw, pitch, roll)
        before, after = points.spread(points.depth), points.spread(depth)
        right = across * after - points.across * before
        down = along * after - points.along * before
        (right_x, right_y), (down_x, down_y) = self._face.right.tolist(), self._face.down.tolist()
        steps = torch.stack([right * right_x + down * down_x, right * right_y + down * down_y], 1)
        near = torch.lerp(points.depth.expand_as(depth), depth, points.follow)
        return Motion(blur(steps * points.follow * points.free, SMOOTHING), near)


def turn_normals(normals: Tensor, yaw: Track, pitch: Track, roll: Track, weight: Tensor) -> Tensor:
    """Turn unit normals (B, 3, H, W) with the head, as far as `weight` (B, 1, H, W) says."""
    x, y, z = _turned(normals[:, 0], normals[:, 1], normals[:, 2], yaw, pitch, roll)
    turned = torch.lerp(normals, torch.stack([x, y, z], 1), weight)
    return turned * (turned * turned).sum(1, keepdim=True).clamp_min(1e-8).rsqrt()


def _turned(
    x: Tensor, y: Tensor, z: Tensor, yaw: Track, pitch: Track, roll: Track
) -> tuple[Tensor, Tensor, Tensor]:
    """Rotate points by yaw, then pitch, then roll; x right, y down, z to the viewer."""
    yaws, pitches, rolls = (column(angle, x.device)[:, 0] for angle in (yaw, pitch, roll))
    x, z = x * yaws.cos() + z * yaws.sin(), z * yaws.cos() - x * yaws.sin()
    y, z = y * pitches.cos() + z * pitches.sin(), z * pitches.cos() - y * pitches.sin()
    return x * rolls.cos() - y * rolls.sin(), x * rolls.sin() + y * rolls.cos(), z


def _points(scene: Scene, grid: WorkingGrid) -> _Points:
    face, cell = scene.face, grid.scale[1]
    planes = torch.stack([scene.depth, scene.head_weight, scene.matte, scene.face_mask])
    depth, head, matte, mask = grid.reduced(planes)[0]
    across, along = _from_neck(face, grid)
    points = _Points(
        across=across / cell,
        along=along / cell,
        depth=_flattened((depth - scene.back) / cell, mask, face.width / cell),
        follow=BODY_SHARE + (1 - BODY_SHARE) * head,
        free=_free(matte, HELD * face.width / cell),
        distance=CAMERA_DISTANCE * face.height / cell,
    )
    spread = points.spread(points.depth)
    return replace(points, across=points.across / spread, along=points.along / spread)


def _from_neck(face: Face, grid: WorkingGrid) -> tuple[Tensor, Tensor]:
    """Measure each cell's place from the neck joint, across and along the face, photo pixels."""
    joint_x, joint_y = (face.centre + face.down * (face.height * PIVOT_DROP)).tolist()
    x, y = grid.photo_x - joint_x, grid.photo_y - joint_y
    (right_x, right_y), (down_x, down_y) = face.right.tolist(), face.down.tolist()
    return x * right_x + y * right_y, x * down_x + y * down_y


def _flattened(depth: Tensor, face_mask: Tensor, face_width: float) -> Tensor:
    """Raise what falls off too steeply beside the face, so that a turn does not stretch it."""
    gentle = depth
    for _ in range(round(0.6 * face_width / STEEPEST)):
        gentle = torch.maximum(gentle, functional.max_pool2d(gentle[None], 3, 1, 1)[0] - STEEPEST)
    kept = blur((face_mask > 0.95).float(), 0.04 * face_width)
    return blur(torch.lerp(gentle, depth, kept), 0.02 * face_width)


def _free(matte: Tensor, reach: float) -> Tensor:
    """Hold the person where the picture's edge cuts it off, so that nothing beyond is needed.

    Returns:
        (1, 2, h, w), 0 for motion across such an edge at the edge, 1 further in; motion along an
        edge is free.
    """
    person = matte > 0.5
    sides, ends = torch.zeros_like(person), torch.zeros_like(person)
    sides[:, [0, -1]] = person[:, [0, -1]]
    ends[[0, -1]] = person[[0, -1]]
    cuts = torch.stack([sides, ends])
    away = distance_inside(1 - cuts.float())
    away = torch.where(cuts.any(-1).any(-1).view(2, 1, 1), away, reach)
    return smoothstep(0.0, reach, away)[None]
