"""Ellipsoids and cylinders seen in the photo: how near they are, and how they slope."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.effects.robot.anchors import Anchor, Points
from engine.effects.robot.planes import Patch, Plane

STEEPEST = 6.0
"""Slopes are cut here: at an outline they have no limit."""
EDGE_ON = 1e-3
"""A cap whose normal is nearer to the picture plane than this is not seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Canvas:
    """The photo's pixels, `fine` times finer each way."""

    height: int
    width: int
    fine: int

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.height * self.fine, self.width * self.fine

    @property
    def whole(self) -> Patch:
        """All of it."""
        return slice(0, self.shape[0]), slice(0, self.shape[1])

    def to_canvas(self, points: object) -> Points:
        """Turn photo pixels into canvas pixels."""
        return (np.asarray(points, np.float64) + 0.5) * self.fine - 0.5

    def patch(self, low: Points, high: Points) -> Patch:
        """Give the part of the canvas that covers photo pixels `low` to `high`."""
        left, top = np.floor(self.to_canvas(low)).astype(int) - 1
        right, bottom = np.ceil(self.to_canvas(high)).astype(int) + 2
        rows, columns = self.shape
        return _clipped(top, bottom, rows), _clipped(left, right, columns)

    def places(self, patch: Patch) -> tuple[Plane, Plane]:
        """Give x and y in photo pixels of the canvas pixels in a patch."""
        y, x = np.mgrid[patch].astype(np.float32)
        return (x + 0.5) / self.fine - 0.5, (y + 0.5) / self.fine - 0.5


def _clipped(start: int, stop: int, limit: int) -> slice:
    return slice(int(np.clip(start, 0, limit)), int(np.clip(stop, 0, limit)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """What a solid shows in a patch of the canvas.

    Attributes:
        patch: where.
        depth: (h, w) photo pixels to the viewer, -inf where the solid is not.
        slope: (2, h, w) rise of depth to the right and down, pixel per pixel.
    """

    patch: Patch
    depth: Plane
    slope: Plane


def ellipsoid(canvas: Canvas, anchor: Anchor, centre: Points, radii: Points) -> Surface:
    """See an ellipsoid whose axes are the anchor's."""
    reach = np.linalg.norm(anchor.axes[:, :2] * radii[:, None], axis=0) * anchor.unit
    middle = anchor.to_photo(centre)[:2]
    patch = canvas.patch(middle - reach, middle + reach)
    start = _local(anchor, *canvas.places(patch)) - centre
    ray = anchor.axes[:, 2]
    depth = _nearest_root(start / radii, ray / radii)
    normal = (start + _finite(depth)[..., None] * ray) / radii**2
    return _surface(anchor, patch, depth, normal)


def cylinder(canvas: Canvas, anchor: Anchor, ends: Points, radius: float) -> Surface:
    """See a capped cylinder between two local points (2, 3)."""
    length = float(np.linalg.norm(ends[1] - ends[0]))
    axis = (ends[1] - ends[0]) / length
    middle, reach = anchor.to_photo(ends)[:, :2], radius * anchor.unit
    patch = canvas.patch(middle.min(0) - reach, middle.max(0) + reach)
    start, ray = _local(anchor, *canvas.places(patch)) - ends[0], anchor.axes[:, 2]
    along, drift = start @ axis, float(ray @ axis)
    radial, outward = (start - along[..., None] * axis) / radius, (ray - drift * axis) / radius
    wall = _nearest_root(radial, outward)
    at = along + _finite(wall) * drift
    wall = np.where((at >= 0) & (at <= length), wall, -np.inf)
    side = _surface(anchor, patch, wall, radial + _finite(wall)[..., None] * outward)
    if abs(drift) < EDGE_ON:
        return side
    cap = ((length if drift > 0 else 0.0) - along) / drift
    inside = np.linalg.norm(radial + cap[..., None] * outward, axis=-1) <= 1
    facing = np.broadcast_to(axis * np.sign(drift), radial.shape)
    return _nearer(side, _surface(anchor, patch, np.where(inside, cap, -np.inf), facing))


def _local(anchor: Anchor, x: Plane, y: Plane) -> Plane:
    """Give the anchor's coordinates (h, w, 3) of pixels at the origin's depth."""
    flat = np.stack([x - anchor.origin[0], y - anchor.origin[1]], -1) / anchor.unit
    return flat @ anchor.axes[:, :2].T


def _nearest_root(start: Plane, ray: Points) -> Plane:
    """Solve |start + s ray| = 1 for the greater s; -inf where there is none."""
    squared = max(float(ray @ ray), 1e-9)
    half = start @ ray
    inside = half**2 - squared * ((start**2).sum(-1) - 1)
    return np.where(inside > 0, (np.sqrt(inside.clip(0)) - half) / squared, -np.inf)


def _finite(depth: Plane) -> Plane:
    return np.where(np.isfinite(depth), depth, 0.0)


def _surface(anchor: Anchor, patch: Patch, depth: Plane, normal: Plane) -> Surface:
    """Express a local depth (eye distances) and local normals in the photo's pixels."""
    towards = normal @ anchor.axes
    slope = -towards[..., :2] / np.maximum(towards[..., 2:], 1e-3)
    return Surface(
        patch=patch,
        depth=(anchor.origin[2] + depth * anchor.unit).astype(np.float32),
        slope=slope.clip(-STEEPEST, STEEPEST).transpose(2, 0, 1).astype(np.float32),
    )


def _nearer(one: Surface, other: Surface) -> Surface:
    front = other.depth > one.depth
    return Surface(
        patch=one.patch,
        depth=np.where(front, other.depth, one.depth),
        slope=np.where(front, other.slope, one.slope),
    )
