"""The shape of a photographed eye, measured in its own axes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.effects.toolkit.sampling import pixel_grid
from engine.vision import regions
from engine.vision.scene import Scene

REACH = 1.6
"""Of the patch around an eye, in half widths of the eye."""
LINE_SAMPLES = 129
BROW_SHARE = 0.6
"""Where the skin stops following the lid, from the crease (0) to the brow (1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EyeMarks:
    """Which of the face's landmarks draw an eye; lines run from left to right in the image."""

    upper: tuple[int, ...]
    lower: tuple[int, ...]
    crease: tuple[int, ...]
    brow: tuple[int, ...]
    iris: int


LEFT = EyeMarks(
    upper=(33, 246, 161, 160, 159, 158, 157, 173, 133),
    lower=(33, 7, 163, 144, 145, 153, 154, 155, 133),
    crease=(130, 247, 30, 29, 27, 28, 56, 190, 243),
    brow=(46, 53, 52, 65, 55),
    iris=regions.LEFT_IRIS,
)
RIGHT = EyeMarks(
    upper=(362, 398, 384, 385, 386, 387, 388, 466, 263),
    lower=(362, 382, 381, 380, 374, 373, 390, 249, 263),
    crease=(463, 414, 286, 258, 257, 259, 260, 467, 359),
    brow=(285, 295, 282, 283, 276),
    iris=regions.RIGHT_IRIS,
)


class Line:
    """A height over the eye's axis, smooth through its knots, level beyond them."""

    def __init__(self, knots: NDArray[np.floating], reach: float, device: torch.device) -> None:
        across, height = knots[np.argsort(knots[:, 0])].T
        broken = np.interp(np.linspace(-reach, reach, LINE_SAMPLES), across, height)
        window = np.hanning(9)[1:-1]
        smooth = np.convolve(np.pad(broken, 3, mode="edge"), window / window.sum(), "valid")
        self._heights = torch.as_tensor(smooth, dtype=torch.float32, device=device)
        self._reach = reach

    def __call__(self, across: Tensor) -> Tensor:
        """Read the height at positions of any shape."""
        place = (across / self._reach + 1) * ((LINE_SAMPLES - 1) / 2)
        place = place.clamp(0, LINE_SAMPLES - 1.001)
        before = place.long()
        return torch.lerp(self._heights[before], self._heights[before + 1], place - before)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Axes:
    """Where an eye lies: middle between its corners, unit vector from corner to corner."""

    centre: NDArray[np.float64]
    right: NDArray[np.float64]
    half_width: float

    def local(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        down = np.array([-self.right[1], self.right[0]])
        return (points - self.centre) @ np.stack([self.right, down], 1)


class EyeShape:
    """One eye, in a patch of the photo.

    Lengths are pixels in the eye's own axes: `across` from corner to corner, 0 midway between
    them, and `along` down, 0 on the line between them.

    Attributes:
        rows: of the patch in the photo.
        columns: of the patch in the photo.
        x: (h, w), the patch's own pixel columns.
        y: (h, w), its rows.
        across: (h, w).
        along: (h, w).
        upper: edge of the upper lid over `across`.
        lower: edge of the lower lid over `across`.
        top: (h, w), `upper` at each pixel.
        bottom: (h, w), `lower` at each pixel.
        opening: (h, w), between the lids at each pixel's `across`.
        still: (h, w), up to where a closing lid moves the skin.
        widest: the largest opening.
        half_width: half the distance between the corners.
        iris: `across` of the iris's centre.
        iris_radius: of the iris.
    """

    def __init__(self, scene: Scene, marks: EyeMarks) -> None:
        points = scene.face.landmarks[:, :2].astype(np.float64)
        axes = _axes(points[marks.upper[0]], points[marks.upper[-1]])
        reach = REACH * axes.half_width
        upper, lower, crease, brow = (
            Line(axes.local(points[list(line)]), reach, scene.device)
            for line in (marks.upper, marks.lower, marks.crease, marks.brow)
        )
        iris = axes.local(points[marks.iris : marks.iris + 5])
        self.half_width = axes.half_width
        self.iris = float(iris[0, 0])
        self.iris_radius = float(np.linalg.norm(iris[1:] - iris[0], axis=1).mean())
        self._right_x, self._right_y = axes.right.tolist()
        self._place(scene, axes.centre, reach)
        self.upper, self.lower = upper, lower
        self.top, self.bottom = upper(self.across), lower(self.across)
        self.opening = (self.bottom - self.top).clamp_min(0)
        self.widest = float(self.opening.amax()) if self.visible else 0.0
        self.still = torch.lerp(crease(self.across), brow(self.across), BROW_SHARE)

    @property
    def visible(self) -> bool:
        """Whether any of the patch is inside the photo."""
        return self.x.numel() > 0

    def in_photo(self, across: Tensor, along: Tensor) -> tuple[Tensor, Tensor]:
        """Turn displacements in the eye's axes into x and y of the photo."""
        right_x, right_y = self._right_x, self._right_y
        return across * right_x - along * right_y, across * right_y + along * right_x

    def _place(self, scene: Scene, centre: NDArray[np.float64], reach: float) -> None:
        left, top = np.floor(centre - reach).astype(int).clip(0, (scene.width, scene.height))
        right, bottom = np.ceil(centre + reach).astype(int).clip(0, (scene.width, scene.height))
        self.rows, self.columns = slice(int(top), int(bottom)), slice(int(left), int(right))
        self.x, self.y = pixel_grid(int(bottom - top), int(right - left), scene.device)
        x, y = self.x + float(left - centre[0]), self.y + float(top - centre[1])
        self.across = x * self._right_x + y * self._right_y
        self.along = y * self._right_x - x * self._right_y


def _axes(first: NDArray[np.float64], last: NDArray[np.float64]) -> _Axes:
    half_width = max(float(np.linalg.norm(last - first)) / 2, 1.0)
    return _Axes(
        centre=(first + last) / 2, right=(last - first) / (2 * half_width), half_width=half_width
    )
