"""The goo itself: where it is, how it bulges, how it shines."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from engine.effects.symbiote.anatomy import Anatomy
from engine.effects.symbiote.choreography import Story, Track
from engine.effects.symbiote.relief import softened
from engine.effects.symbiote.skull import Body
from engine.effects.symbiote.strands import strands
from engine.effects.symbiote.studio import Rgb, rubber
from engine.effects.toolkit.curves import mix, smoothstep
from engine.effects.toolkit.light import normals_from_height, shade
from engine.effects.toolkit.noise import fbm
from engine.effects.toolkit.sampling import blur, column, sample
from engine.vision.scene import Scene

# Heights and widths in eye distances.
LIP_RADIUS, LIP_HEIGHT = 0.09, 1.15
"""Of the rounded edge where the goo ends; the height in radii."""
OVERHANG = 0.035
"""By which it stands out beyond the person."""
STRAND_HEIGHT, PORES_HEIGHT, SWELL_HEIGHT = 0.030, 0.006, 0.055
SWELL_PACE = 2.4
"""At which bulges come and go, radians a second."""
SMOOTHNESS = 0.008
"""Of the surface: finer relief would glitter."""
LENS_AT, LENS_BREADTH, LENS_SHIFT = 0.05, 0.035, 0.045
"""The wet meniscus before the front: where, how broad, how far it bends the view."""
FLATTEST = 0.06
"""Share of the person that the goo covers, at least, while it goes one eye distance."""
BURIED_BEHIND = 0.03
"""Behind the front, what lies under the goo is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coat:
    """The goo in some frames, (B, H, W) each.

    Attributes:
        alpha: coverage.
        buried: how far the person below has gone from sight.
        ahead: pixels from the goo's front, negative where it is yet to come.
        height: relief in pixels.
        matte: of the person below.
    """

    alpha: Tensor
    buried: Tensor
    ahead: Tensor
    height: Tensor
    matte: Tensor


class Goo:
    """The goo on one person."""

    def __init__(
        self, scene: Scene, anatomy: Anatomy, body: Body, arrival: Tensor, seed: int, color: Rgb
    ) -> None:
        height, width, unit = scene.height, scene.width, anatomy.unit
        device = scene.device
        ragged = fbm(height, width, cell=0.4 * unit, octaves=3, seed=seed + 13) * (0.05 * unit)
        depth = scene.depth.cpu()
        worn = 0.35 * (softened(depth, 0.045 * unit) + softened(depth, 0.14 * unit))
        self._unit = unit
        self._sphere = rubber(color).to(device)
        self._arrival, self._matte = arrival.to(device), scene.matte
        self._person = (body.person + OVERHANG * unit + ragged).to(device)
        self._creature = body.creature.to(device)
        self._worn, self._own = worn.to(device), body.relief.to(device)
        self._texture = _texture(height, width, anatomy, seed).to(device)

    def lay(self, x: Tensor, y: Tensor, story: Story) -> Coat:
        """Cover what is seen at x, y (B, H, W) of the photo."""
        arrival, edge, relief, texture, matte = sample(self._layers(story), x, y).unbind(1)
        age = self._track(story.growth) - arrival
        ahead = age / torch.hypot(*_gradient(arrival)).clamp_min(FLATTEST / self._unit)
        covered = (ahead * 0.8 + 0.5).clamp(0, 1)
        rim = self._rounded(torch.minimum(ahead, edge / 3))
        return Coat(
            alpha=covered * (edge * 0.8 + 0.5).clamp(0, 1),
            buried=smoothstep(0.0, BURIED_BEHIND * self._unit, ahead),
            ahead=ahead,
            height=rim * LIP_HEIGHT + relief + texture * smoothstep(0.0, 0.05, age),
            matte=matte,
        )

    def _layers(self, story: Story) -> Tensor:
        """Give arrival, outline, relief, texture and matte of the frames, (B, 5, H, W)."""
        tightness = self._track(story.tightness)
        phase = self._track(story.seconds) * SWELL_PACE
        still, swell, swell_later = self._texture
        planes = (
            self._arrival,
            mix(self._person, self._creature, tightness),
            mix(self._worn, self._own, tightness),
            still + swell * phase.cos() + swell_later * phase.sin(),
            self._matte,
        )
        return torch.stack(torch.broadcast_tensors(*planes), 1)

    def shade(self, height: Tensor) -> Tensor:
        """Light a relief (B, H, W): (B, 3, H, W) linear."""
        height = blur(height, SMOOTHNESS * self._unit)
        light = shade(self._sphere, normals_from_height(height))
        hollow = (height - blur(height, 0.08 * self._unit)) / (0.08 * self._unit)
        return light * (0.85 + 0.9 * hollow).clamp(0.25, 1.25)[:, None]

    def bend(self, coat: Coat) -> Tensor:
        """Say how the goo's rim, a lens, shifts the view of what lies before it.

        Returns:
            (B, 2, H, W) pixels.
        """
        lens = torch.exp(-(((coat.ahead / self._unit + LENS_AT) / LENS_BREADTH) ** 2))
        across, along = _gradient(coat.ahead.clamp(-0.3 * self._unit, 0.1 * self._unit))
        lens = lens * (LENS_SHIFT * self._unit) / torch.hypot(across, along).clamp_min(1)
        return torch.stack([across, along], 1) * lens[:, None]

    def _track(self, values: Track) -> Tensor:
        return column(values, self._sphere.device)[:, 0]

    def _rounded(self, inside: Tensor) -> Tensor:
        """Round the edge like a drop's: height by the distance inside, both in pixels."""
        radius = LIP_RADIUS * self._unit
        inward = 1 - (inside / radius).clamp(0, 1)
        return blur(radius * (1 - inward * inward).sqrt(), 0.020 * self._unit)


def _gradient(x: Tensor) -> tuple[Tensor, Tensor]:
    """Give the slopes of (B, H, W) per pixel, across and down; 0 at the border."""
    across, along = torch.zeros_like(x), torch.zeros_like(x)
    across[..., 1:-1] = (x[..., 2:] - x[..., :-2]) / 2
    along[..., 1:-1, :] = (x[..., 2:, :] - x[..., :-2, :]) / 2
    return across, along


def _texture(height: int, width: int, anatomy: Anatomy, seed: int) -> Tensor:
    """Give fibres, and two states of the bulges that come and go: (3, H, W) pixels."""
    unit = anatomy.unit
    fibres = strands(height, width, anatomy, seed + 11)
    pores = fbm(height, width, cell=0.08 * unit, octaves=2, seed=seed + 12)
    swells = [
        fbm(height, width, cell=0.55 * unit, octaves=2, seed=seed + phase) * SWELL_HEIGHT
        for phase in (14, 15)
    ]
    return torch.stack([STRAND_HEIGHT * fibres + PORES_HEIGHT * pores, *swells]) * unit
