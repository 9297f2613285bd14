"""What turns into the other person when."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.effects.toolkit.curves import Track, smoothstep
from engine.effects.toolkit.grid import WorkingGrid
from engine.effects.toolkit.masks import polygon
from engine.effects.toolkit.noise import fbm
from engine.effects.toolkit.sampling import blur, column
from engine.vision import regions
from engine.vision.scene import Face

SOFT = 0.34
"""How much of the whole time one place takes."""
NEAR, REACH = 0.25, 1.5
"""From the middle of a feature: what turns with it, and how slowly the rest follows; in eye
distances."""
GROUND = (0.3, 0.9)
"""When the background turns, beside the face and far from it."""
UNEVEN = 0.10
UPPER_LIP, LOWER_LIP, LEFT_CORNER, RIGHT_CORNER = 13, 14, 61, 291
LIPS = (LEFT_CORNER, RIGHT_CORNER, 0, 17, UPPER_LIP, LOWER_LIP)
INNER_LIPS = (
    *(78, 191, 80, 81, 82, 13, 312, 311, 310, 415),
    *(308, 324, 318, 402, 317, 14, 87, 178, 88, 95),
)
OPEN = 0.06
"""Between the lips of an open mouth, in its widths."""

Points = NDArray[np.floating]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """The order of places on a grid, each (1, 1, h, w) from 0, the first, to 1, the last.

    Attributes:
        head: of the person, on the head halfway between the two.
        ground: of the background, where it is in the clip.
        eyes: of the eyes.
    """

    head: Tensor
    ground: Tensor
    eyes: float

    @property
    def eyes_turn(self) -> float:
        """How far the whole is when the eyes are halfway."""
        return (self.eyes + SOFT / 2) / (1 + SOFT)


def turned(places: Tensor, done: Track) -> Tensor:
    """Say how far places have turned, 0..1, when the whole is `done` this far."""
    whole = column(done, places.device) * (1 + SOFT)
    return smoothstep(0.0, 1.0, (whole - places) / SOFT)


def from_features(points: Points, grid: WorkingGrid, seed: int) -> Order:
    """Eyes and mouth first, then outwards, the background meanwhile."""
    unit = _eye_distance(points)
    centres = [points[list(part)].mean(0) for part in (regions.LEFT_EYE, regions.RIGHT_EYE, LIPS)]
    away = torch.stack(
        [torch.hypot(grid.photo_x - float(x), grid.photo_y - float(y)) for x, y in centres]
    )
    beyond = (away.amin(0) / unit - NEAR).clamp_min(0)
    lead = 1 - torch.exp(-beyond / REACH)
    head = _uneven(_whole(lead), grid, unit, seed)
    near, far = GROUND
    return _order(head, near + (far - near) * _whole(beyond), eyes=0.0)


def across(points: Points, grid: WorkingGrid, seed: int) -> Order:
    """From the left of the picture to its right."""
    lead = _whole(grid.photo_x)
    middle = float(points[[regions.LEFT_IRIS, regions.RIGHT_IRIS], 0].mean())
    lead = _uneven(lead, grid, _eye_distance(points), seed)
    return _order(lead, lead, eyes=middle / float(grid.photo_x.amax()))


STYLES: Mapping[str, Callable[[Points, WorkingGrid, int], Order]] = {
    "features": from_features,
    "sweep": across,
}


def with_mouth(order: Order, points: Points, faces: tuple[Face, Face], grid: WorkingGrid) -> Order:
    """Let teeth that only one face shows be that face's as long as there is a gap to see them."""
    ours, theirs = (_openness(face.landmarks) for face in faces)
    differs = smoothstep(0.3 * OPEN, OPEN, abs(ours - theirs))
    corners = (points[list(INNER_LIPS)] + 0.5) / list(grid.scale) - 0.5
    inside = blur(polygon(corners, *grid.x.shape).to(order.head.device), 0.8)
    whose = torch.full_like(order.head, float(ours > theirs))
    return replace(order, head=torch.lerp(order.head, whose, inside * differs))


def _whole(plane: Tensor) -> Tensor:
    return plane / plane.amax().clamp_min(1e-6)


def _order(head: Tensor, ground: Tensor, *, eyes: float) -> Order:
    return Order(head=head[None, None], ground=ground[None, None], eyes=eyes)


def _uneven(lead: Tensor, grid: WorkingGrid, unit: float, seed: int) -> Tensor:
    noise = fbm(*lead.shape, cell=0.5 * unit / grid.scale[0], octaves=2, seed=seed)
    return (lead + UNEVEN * noise.to(lead.device)).clamp(0, 1)


def _eye_distance(points: Points) -> float:
    return float(np.linalg.norm(points[regions.RIGHT_IRIS] - points[regions.LEFT_IRIS]))


def _openness(landmarks: Points) -> float:
    gap = np.linalg.norm(landmarks[UPPER_LIP, :2] - landmarks[LOWER_LIP, :2])
    return float(gap / np.linalg.norm(landmarks[LEFT_CORNER, :2] - landmarks[RIGHT_CORNER, :2]))
