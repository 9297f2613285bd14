"""The mouth's opening: a grin that becomes a roar."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from engine.effects.symbiote.anatomy import Anatomy
from engine.effects.symbiote.choreography import Story
from engine.effects.symbiote.surface import Patch
from engine.effects.toolkit.curves import smoothstep
from engine.effects.toolkit.sampling import column

# In eye distances.
NARROW, WIDE = 0.60, 0.90
"""Half the mouth's width, closed and roaring."""
GRIN_RISE = 0.46
"""Of the mouth's corners."""
UPPER_RISE, LOWER_DROP = 0.19, 0.80
"""Of the lips when roaring."""
SQUARENESS = 0.15
"""Of the teeth to their lip: 0 upright."""
CREASE = 0.05
"""Over which the lips' distances blend in the corners."""
JAW_DROP = 0.60
"""Of the chin when roaring."""


@dataclass(frozen=True, slots=True)
class Lip:
    """One lip in some frames, (B, h, w) each.

    Attributes:
        beyond: eye distances from the lip into the mouth, straight up or down.
        slope: of the lip, down per across.
        inside: eye distances from the lip into the mouth, the nearest way.
    """

    beyond: Tensor
    slope: Tensor
    inside: Tensor


@dataclass(frozen=True, slots=True)
class Opening:
    """The mouth's opening in some frames.

    Attributes:
        across: (B, h, w) place across in half widths, 0 in the middle.
        upper: the upper lip.
        lower: the lower lip.
        inside: (B, h, w) eye distances inside, negative outside.
        half: (B, 1, 1) half the width.
        amount: (B, 1, 1) 0 closed to about 1 roaring.
    """

    across: Tensor
    upper: Lip
    lower: Lip
    inside: Tensor
    half: Tensor
    amount: Tensor

    def rooted(self, *, upward: bool) -> tuple[Tensor, Tensor]:
        """Give places as a row of teeth has them: across at the root, depth from the lip.

        Teeth stand between upright and square to a slanting lip.
        """
        lip, toward = (self.lower, -1.0) if upward else (self.upper, 1.0)
        aside = lip.beyond * lip.slope / (1 + lip.slope.square())
        across = self.across + SQUARENESS * toward * aside / self.half
        return across, torch.lerp(lip.beyond, lip.inside, SQUARENESS)


def opening(patch: Patch, anatomy: Anatomy, story: Story) -> Opening:
    """Measure the opening: two arcs that meet in raised corners."""
    mouth = column(story.mouth, patch.u.device)[:, 0]
    half = NARROW + (WIDE - NARROW) * (mouth * 1.8).clamp_max(1)
    x = (patch.u - anatomy.mouth_u) / half
    square = x.square()
    middle = anatomy.mouth_v - 0.04 - GRIN_RISE * square
    rise, drop = UPPER_RISE * (mouth * 2).clamp_max(1), LOWER_DROP * mouth
    upper = _lip(
        patch.v - middle + rise * (1 - square),
        2 * x * (rise - GRIN_RISE) / half,
    )
    lower = _lip(
        middle + drop * (1 - square) * (1 + 0.3 * square) - patch.v,
        -2 * x * (drop * (0.7 + 0.6 * square) + GRIN_RISE) / half,
    )
    return Opening(x, upper, lower, _both(upper.inside, lower.inside), half, mouth)


def _lip(beyond: Tensor, slope: Tensor) -> Lip:
    return Lip(beyond, slope, beyond * (1 + slope.square()).rsqrt())


def _both(first: Tensor, second: Tensor) -> Tensor:
    """Take the lesser of two distances, with a rounded crease where they are alike."""
    t = (0.5 + 0.5 * (second - first) / CREASE).clamp(0, 1)
    return torch.lerp(second, first, t) - CREASE * t * (1 - t)


def drop_jaw(u: Tensor, v: Tensor, anatomy: Anatomy, mouth: Tensor) -> Tensor:
    """Say how far down the open jaw has carried what is seen at u, v: eye distances.

    The throat is squeezed; the shoulders, which begin higher at the sides, stay.
    """
    top = anatomy.mouth_v
    side = u.abs()
    still = 2.75 - 0.6 * smoothstep(0.7, 1.3, side)
    carried = smoothstep(top - 0.25, top + 0.75, v) * smoothstep(0.0, -0.85, v - still)
    return JAW_DROP * mouth * carried * smoothstep(1.9, 1.1, side)
