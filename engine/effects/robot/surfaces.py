"""The two surfaces that are cut into plates: the head, and the body below the shoulder line."""

from __future__ import annotations

import cv2
import numpy as np

from engine.effects.robot.anchors import in_space
from engine.effects.robot.layout import SKULL_CENTRE, SKULL_RADII, Layout
from engine.effects.robot.planes import Mask, Plane, blurred, distance_to, grown, resized, slopes
from engine.effects.robot.solids import Canvas, Surface, ellipsoid
from engine.vision.regions import SKIN
from engine.vision.scene import Face, Scene

MOUTH = (0, 17, 61, 291)
"""Landmarks around the mouth."""

# Eye distances.
JAW_MARGIN = 0.05
"""Plating stands this far out from the face's oval."""
FACE_BLEND = 0.10
"""Over which the face goes over into the skull."""
FACE_REACH = 0.12
"""How far the face's relief is carried on beyond its oval."""
POLISH = 0.02
"""What is smaller is ironed out of the head."""
MUZZLE, MUZZLE_SMOOTHING = (0.62, 0.42), 0.16
"""Half width and height of the mouth that is smoothed, and how far: a muzzle has no lips."""
SHOULDER_LINE = ((-9, 1.3), (-2.0, 1.1), (-0.7, 0.5), (0.7, 0.5), (2.0, 1.1), (9, 1.3))
"""On the body: what of the person lies below is body; hair and collars above it are not."""
BODY_DEPTH = 1.1
"""Of the body's rim behind the root of the neck."""
BODY_ROUNDING, BODY_SMOOTHING = 2.4, 0.25
TRIM = 0.05
"""What is smaller is ironed out of the body's outline."""


def head_surface(canvas: Canvas, layout: Layout, scene: Scene) -> Surface:
    """Join the person's face and a skull."""
    unit = layout.head.unit
    oval = scene.face_mask.cpu().numpy()
    jaw = grown(oval, JAW_MARGIN * unit)
    skull, outline = _skull(layout, scene)
    face = np.maximum(_face_depth(scene, oval, unit), skull)
    weight = np.clip(2 * blurred(jaw, FACE_BLEND * unit / 2) - 0.6, 0, 1)
    depth = blurred(skull + (face - skull) * weight, POLISH * unit)
    covered = _enlarged(np.maximum(outline, 2 * jaw - 1), canvas) > 0
    slope = np.stack([_enlarged(plane, canvas) for plane in slopes(depth)])
    return Surface(
        patch=canvas.whole,
        depth=np.where(covered, _enlarged(depth, canvas), -np.inf),
        slope=slope,
    )


def body_surface(canvas: Canvas, layout: Layout, scene: Scene) -> Surface:
    """Round the person's body like a cushion."""
    unit, fine = layout.body.unit, canvas.fine
    matte = _enlarged(scene.matte.cpu().numpy(), canvas)
    matte = blurred(matte, TRIM * unit * fine)
    covered = (matte > 0.5) & _below_shoulders(canvas, layout)
    # a body that the picture cuts off has no rim there
    inside = distance_to(~np.pad(covered, 1, mode="edge"))[1:-1, 1:-1] / fine
    inward = 1 - np.clip(inside / (BODY_ROUNDING * unit), 0, 1)
    cushion = BODY_ROUNDING * unit * np.sqrt(1 - inward**2)
    rim = float(layout.body.origin[2]) - BODY_DEPTH * unit
    depth = blurred(rim + cushion, BODY_SMOOTHING * unit * fine)
    return Surface(
        patch=canvas.whole,
        depth=np.where(covered, depth, -np.inf).astype(np.float32),
        slope=(slopes(depth) * fine).astype(np.float32),
    )


def _skull(layout: Layout, scene: Scene) -> tuple[Plane, Plane]:
    """Give the skull's depth on the photo's pixels, and 1 inside its outline, -1 outside."""
    photo = Canvas(height=scene.height, width=scene.width, fine=1)
    surface = ellipsoid(photo, layout.head, SKULL_CENTRE, SKULL_RADII)
    back = float(layout.head.to_photo(SKULL_CENTRE)[2])
    depth = np.full(photo.shape, back, np.float32)
    outline = np.full(photo.shape, -1, np.float32)
    depth[surface.patch] = np.maximum(surface.depth, back)
    outline[surface.patch][np.isfinite(surface.depth)] = 1
    return depth, outline


def _face_depth(scene: Scene, oval: Plane, unit: float) -> Plane:
    """Give the face's depth in its landmarks' own measure, and a little beyond its oval."""
    depth = scene.depth.cpu().numpy()
    points = in_space(scene.face)[:SKIN]
    column, row = np.round(points[:, :2]).astype(int).T
    seen = (column >= 0) & (column < scene.width) & (row >= 0) & (row < scene.height)
    if seen.any():
        depth = depth + np.float32(np.median(points[seen, 2] - depth[row[seen], column[seen]]))
    return _without_lips(_carried(depth, oval > 0.9, FACE_REACH * unit), scene.face, unit)


def _without_lips(depth: Plane, face: Face, unit: float) -> Plane:
    mouth = face.landmarks[list(MOUTH), :2].mean(0)
    y, x = np.mgrid[: depth.shape[0], : depth.shape[1]].astype(np.float32)
    away = np.hypot((x - mouth[0]) / MUZZLE[0], (y - mouth[1]) / MUZZLE[1]) / unit
    smooth = blurred(depth, MUZZLE_SMOOTHING * unit)
    return depth + (smooth - depth) * np.exp(-(away**4))


def _carried(values: Plane, known: Mask, reach: float) -> Plane:
    """Carry known values a little beyond their edge."""
    weight = blurred(known.astype(np.float32), reach)
    mean = blurred(np.where(known, values, 0).astype(np.float32), reach)
    return np.where(known, values, mean / np.maximum(weight, 1e-4)).astype(np.float32)


def _below_shoulders(canvas: Canvas, layout: Layout) -> Mask:
    corners = [*SHOULDER_LINE, (9, 30), (-9, 30)]
    line = layout.body.to_photo([(across, down, 0) for across, down in corners])[:, :2]
    below = np.zeros(canvas.shape, np.uint8)
    cv2.fillPoly(below, [np.round(canvas.to_canvas(line)).astype(np.int32)], 1)
    return below > 0


def _enlarged(plane: Plane, canvas: Canvas) -> Plane:
    return resized(plane, *canvas.shape)
