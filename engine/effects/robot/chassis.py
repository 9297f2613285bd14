"""The robot fitted to a person: its outline, its relief, and which part each pixel belongs to.

Everything lies on a canvas finer than the photo, so that seams and rims come out smooth.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.effects.robot.design import Design, Detail, MaterialName, PlateSpec, SolidSpec
from engine.effects.robot.eyes import RIM, Lens, lens_field
from engine.effects.robot.layout import Layout, lay_out, with_lips_closed
from engine.effects.robot.mouth import Grille, grille_field
from engine.effects.robot.planes import Mask, Plane, blurred, bounds
from engine.effects.robot.solids import Canvas, Surface, cylinder, ellipsoid
from engine.effects.robot.surfaces import body_surface, head_surface
from engine.vision.scene import Scene

Ids = NDArray[np.int32]
Value = TypeVar("Value", bound=np.generic)

FINE = 2
"""Canvas pixels per photo pixel."""
NOWHERE = -1
SUBPIXEL_BITS = 4
CORNER_ROUNDING = 0.025
"""Of plates' corners and of kinks in their edges, eye distances."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one id stands for: a plate, or a solid of its own."""

    name: str
    material: MaterialName
    details: frozenset[Detail] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chassis:
    """The robot laid over one photo.

    Attributes:
        canvas: the pixel grid of the planes below.
        layout: where it hangs.
        parts: by id.
        ids: (h, w) the part at each canvas pixel, -1 outside the robot.
        depth: (h, w) photo pixels to the viewer; as far as the farthest part outside the robot.
        slope: (2, h, w) rise of depth to the right and down.
        plated: (h, w) where the surface is cut into plates; elsewhere are parts of their own.
        lens: coordinates of the eyes.
        grille: coordinates of the mouth.
    """

    canvas: Canvas
    layout: Layout
    parts: tuple[Part, ...]
    ids: Ids
    depth: Plane
    slope: Plane
    plated: Mask
    lens: Lens
    grille: Grille

    @property
    def unit(self) -> float:
        """Photo pixels of an eye distance."""
        return self.layout.head.unit

    @property
    def covered(self) -> Mask:
        """Say where the robot is, (h, w)."""
        return self.ids != NOWHERE

    def named(self, name: str) -> Mask:
        """Say where the parts of a name are, (h, w)."""
        return np.isin(self.ids, [i for i, part in enumerate(self.parts) if part.name == name])


def on_photo(plane: NDArray[Value]) -> NDArray[Value]:
    """Pick one canvas pixel for each of the photo's."""
    return plane[::FINE, ::FINE].copy()


def build_chassis(design: Design, scene: Scene) -> Chassis:
    """Fit the robot to the photo's person."""
    canvas = Canvas(height=scene.height, width=scene.width, fine=FINE)
    layout = lay_out(design, scene.face)
    lens = lens_field(canvas, layout.head, scene.face)
    builder = _Builder(canvas, layout)
    builder.add_plates("body", body_surface(canvas, layout, scene))
    for spec in design.solid:
        builder.add_solid(spec)
    builder.add_plates("head", head_surface(canvas, layout, scene))
    builder.add_lenses(lens)
    return builder.finish(lens, grille_field(canvas, with_lips_closed(scene.face)))


class _Builder:
    """Keeps the nearest surface at each pixel."""

    def __init__(self, canvas: Canvas, layout: Layout) -> None:
        self._canvas, self._layout = canvas, layout
        self._parts: list[Part] = []
        self._plates: list[int] = []
        self._ids = np.full(canvas.shape, NOWHERE, np.int32)
        self._depth = np.full(canvas.shape, -np.inf, np.float32)
        self._slope = np.zeros((2, *canvas.shape), np.float32)

    def add_plates(self, place: str, surface: Surface) -> None:
        """Lay a surface, cut along its outlines; what they leave open goes to the nearest plate."""
        ids = np.full(self._canvas.shape, NOWHERE, np.int32)
        for outline in self._layout.outlines:
            if outline.plate.on == place:
                self._plates.append(self._new_part(outline.plate))
                corners = self._canvas.to_canvas(outline.points) * (1 << SUBPIXEL_BITS)
                corners = np.round(corners).astype(np.int32)
                cv2.fillPoly(ids, [corners], self._plates[-1], shift=SUBPIXEL_BITS)
        sigma = CORNER_ROUNDING * self._layout.head.unit * self._canvas.fine
        self._lay(surface, _rounded(nearest_ids(ids), sigma))

    def add_solid(self, spec: SolidSpec) -> None:
        """Lay a solid, and its mirror image if it has one."""
        for side in (1, -1) if spec.mirrored else (1,):
            surface = _solid(self._canvas, self._layout, spec, np.array([side, 1, 1]))
            part = self._new_part(spec)
            self._lay(surface, np.full(self._canvas.shape, part, np.int32))

    def add_lenses(self, lens: Lens) -> None:
        """Set a lens into each socket."""
        for socket in [i for i, part in enumerate(self._parts) if part.name == "socket"]:
            self._parts.append(Part(name="lens", material="glass"))
            self._ids[(lens.radius < RIM) & (self._ids == socket)] = len(self._parts) - 1

    def finish(self, lens: Lens, grille: Grille) -> Chassis:
        """Give what was built."""
        known = np.isfinite(self._depth)
        floor = self._depth[known].min(initial=0.0)
        return Chassis(
            canvas=self._canvas,
            layout=self._layout,
            parts=tuple(self._parts),
            ids=self._ids,
            depth=np.where(known, self._depth, floor),
            slope=self._slope,
            plated=np.isin(self._ids, self._plates),
            lens=lens,
            grille=grille,
        )

    def _new_part(self, spec: PlateSpec | SolidSpec) -> int:
        self._parts.append(Part(name=spec.name, material=spec.material, details=spec.details))
        return len(self._parts) - 1

    def _lay(self, surface: Surface, ids: Ids) -> None:
        rows, columns = surface.patch
        depth = self._depth[rows, columns]
        front = surface.depth > depth
        depth[front] = surface.depth[front]
        self._ids[rows, columns][front] = ids[rows, columns][front]
        self._slope[:, rows, columns][:, front] = surface.slope[:, front]


def _solid(canvas: Canvas, layout: Layout, spec: SolidSpec, side: Plane) -> Surface:
    anchor = layout.head if spec.on == "head" else layout.body
    if spec.ends is not None:
        return cylinder(canvas, anchor, np.array(spec.ends) * side, spec.radius)
    return ellipsoid(canvas, anchor, np.array(spec.centre) * side, np.array(spec.radii))


def nearest_ids(ids: Ids) -> Ids:
    """Give every pixel that belongs to nothing the id of the nearest part."""
    gaps = (ids == NOWHERE).astype(np.uint8)
    _, nearest = cv2.distanceTransformWithLabels(
        gaps, cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    by_label = np.zeros(int(nearest.max()) + 1, np.int32)
    by_label[nearest[gaps == 0]] = ids[gaps == 0]
    return by_label[nearest]


def _rounded(ids: Ids, sigma: float) -> Ids:
    """Smooth the borders between plates: each pixel goes to the plate that surrounds it most."""
    most = np.zeros(ids.shape, np.float32)
    result = ids.copy()
    for plate in np.unique(ids):
        rows, columns = bounds(ids == plate, int(3 * sigma) + 2)
        share = blurred((ids[rows, columns] == plate).astype(np.float32), sigma)
        wins = share > most[rows, columns]
        most[rows, columns][wins] = share[wins]
        result[rows, columns][wins] = plate
    return result
