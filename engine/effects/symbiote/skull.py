"""The creature's own body: its outline, and the relief of its head."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.effects.symbiote.anatomy import Anatomy
from engine.effects.symbiote.relief import softened
from engine.effects.toolkit.curves import mix, smoothstep
from engine.effects.toolkit.masks import polygon, signed_distance
from engine.effects.toolkit.sampling import pixel_grid
from engine.vision.scene import Scene

# Right half of the head from crown to chin, in eye distances.
HEAD = (
    (0.0, -1.70), (0.34, -1.65), (0.66, -1.48), (0.94, -1.17), (1.12, -0.78), (1.20, -0.34),
    (1.19, 0.10), (1.14, 0.52), (1.07, 0.95), (0.93, 1.34), (0.68, 1.66), (0.36, 1.86), (0.0, 1.92),
)  # fmt: skip
# Right half of the neck, from inside the jaw into the shoulders.
NECK = ((0.0, 0.9), (0.80, 0.9), (0.76, 1.7), (0.86, 2.1), (1.20, 2.42), (1.9, 2.75), (0.0, 2.75))
SHOULDERS_FROM, SHOULDER_SLOPE = 2.0, 0.42
"""Below this line the person's own outline is kept: eye distances down, and per one across."""
ROUNDING = 0.6
"""How far inside the outline the body turns away, eye distances."""
SEAM = 0.08
"""Over which the features' mirrored halves flow together, eye distances."""
HEAD_LIFT = 0.3
"""Of the head's outline above the chest, eye distances."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """Two shapes that the goo goes between.

    Attributes:
        person: (H, W) pixels inside the person's outline, negative outside.
        creature: the same of the creature's.
        head: (H, W) 0..1, the creature's head.
        relief: (H, W) pixels towards the viewer, the creature's.
    """

    person: Tensor
    creature: Tensor
    head: Tensor
    relief: Tensor


def build_body(scene: Scene, anatomy: Anatomy) -> Body:
    """Fit the creature to a person."""
    matte = scene.matte.cpu()
    head_shape = _filled(HEAD, anatomy, scene)
    neck = _filled(NECK, anatomy, scene)
    u, v = anatomy.locate(*pixel_grid(scene.height, scene.width))
    kept = (v > SHOULDERS_FROM + SHOULDER_SLOPE * (u.abs() - 0.8).clamp_min(0)) & (matte > 0.5)
    creature = signed_distance(torch.maximum(torch.maximum(head_shape, neck), kept.float()))
    head = softened(head_shape, 0.08 * anatomy.unit)
    return Body(
        person=softened(signed_distance(matte), 0.02 * anatomy.unit),
        creature=softened(creature, 0.10 * anatomy.unit),
        head=head,
        relief=_relief(scene, anatomy, u, v, head) + _roundness(creature, anatomy.unit),
    )


def _roundness(inside: Tensor, unit: float) -> Tensor:
    """Turn the body away from the viewer towards its outline, pixels."""
    inward = 1 - (inside / (ROUNDING * unit)).clamp(0, 1)
    return softened((1 - inward * inward).sqrt(), 0.13 * unit) * (ROUNDING * unit * 0.36)


def _filled(half: tuple[tuple[float, float], ...], anatomy: Anatomy, scene: Scene) -> Tensor:
    right = _smooth(np.array(half))
    shape = np.concatenate([right, right[::-1] * (-1, 1)])
    return polygon(anatomy.pixels(anatomy.fitted(shape)), scene.height, scene.width, oversample=2)


def _smooth(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cut the corners of a polyline twice."""
    for _ in range(2):
        first, second = points[:-1], points[1:]
        cut = np.stack([0.75 * first + 0.25 * second, 0.25 * first + 0.75 * second], 1)
        points = np.concatenate([points[:1], cut.reshape(-1, 2), points[-1:]])
    return points


def _relief(scene: Scene, anatomy: Anatomy, u: Tensor, v: Tensor, head: Tensor) -> Tensor:
    """Set the sculpted head on the person's own shoulders."""
    unit = anatomy.unit
    shoulders = 0.6 * softened(scene.depth.cpu(), 0.11 * unit)
    across = torch.where(u < 0, u / anatomy.left, u / anatomy.right)
    along = torch.where(v > 0, v / anatomy.length, v)
    mirrored = (across.square() + SEAM**2).sqrt()
    sculpted = _head_form(across, along) + _features(mirrored, along)
    below = (head < 0.5) & (scene.matte.cpu() > 0.5)
    throat = shoulders[below].mean() if bool(below.any()) else shoulders.mean()
    return mix(shoulders, throat + unit * (HEAD_LIFT + sculpted), head)


def _head_form(u: Tensor, v: Tensor) -> Tensor:
    """Round the head as an egg, in eye distances."""
    down = v + 0.1
    reach = (u / 1.3) ** 2 + (torch.where(down < 0, down, 0.93 * down) / 1.86) ** 2
    return 0.62 * (1 - reach).clamp_min(0.02).sqrt()


def _features(side: Tensor, v: Tensor) -> Tensor:
    """Carve brow, sockets, cheekbones, snout, jaw; `side` is |u|. Heights in eye distances."""
    brow = _ridge(side, v, (0.10, 0.02), (1.15, -0.66), 0.12)
    socket = _mound(side, v, (0.62, -0.02), (0.40, 0.26))
    cheek = _ridge(side, v, (0.40, 0.62), (1.12, 0.16), 0.13)
    snout = _mound(side, v, (0.0, 0.98), (0.80, 0.42))
    chin = _mound(side, v, (0.0, 1.64), (0.36, 0.18))
    jaw = _ridge(side, v, (1.00, 0.85), (0.48, 1.62), 0.13)
    bridge = _ridge(side, v, (0.0, 0.0), (0.0, 0.62), 0.10)
    nostril = _ridge(side, v, (0.06, 0.66), (0.13, 0.54), 0.035)
    furrow = _ridge(side, v, (0.0, -1.0), (0.0, -0.16), 0.06)
    temple = _mound(side, v, (1.05, -0.25), (0.2, 0.35))
    return (
        0.15 * brow - 0.13 * socket + 0.10 * cheek + 0.15 * snout + 0.12 * chin
        + 0.10 * jaw + 0.07 * bridge - 0.05 * nostril - 0.05 * furrow - 0.06 * temple
    )  # fmt: skip


def _mound(u: Tensor, v: Tensor, at: tuple[float, float], size: tuple[float, float]) -> Tensor:
    return torch.exp(-(((u - at[0]) / size[0]) ** 2) - ((v - at[1]) / size[1]) ** 2)


def _ridge(
    u: Tensor, v: Tensor, start: tuple[float, float], end: tuple[float, float], breadth: float
) -> Tensor:
    """Raise a rounded line between two points."""
    across, along = end[0] - start[0], end[1] - start[1]
    length = across * across + along * along
    t = (((u - start[0]) * across + (v - start[1]) * along) / length).clamp(0, 1)
    away = torch.hypot(u - start[0] - t * across, v - start[1] - t * along)
    return torch.exp(-((away / breadth) ** 2)) * smoothstep(0.0, 0.12, 1.12 - (t - 0.5).abs() * 2)
