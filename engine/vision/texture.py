"""Continue the structure and texture around a hole into it."""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from engine.vision import patches
from engine.vision.membrane import fill_smoothly

_RIM_REACH = 1
_REACH = 2
"""How far patches reach from their middle: while filling from the rim, and afterwards."""
_COARSER = 2
"""How much coarser the first picture is than the finest in which patches are compared."""
_ROUNDS = 3
_DOUBT = 0.02
"""Weight of what is only guessed, against what is seen."""


def continue_texture(image: Tensor, hole: Tensor, shrink: int) -> Tensor:
    """Fill a hole with overlapping patches copied from around it.

    On a coarse picture the hole is filled ring by ring from its rim, which carries structure
    inwards. Then, coarse to fine, each round finds the most similar patch for every place in the
    hole and lets overlapping copies vote (Wexler et al., 2007); the last copies are made at full
    size.

    Args:
        image: (3, H, W) 0..1.
        hole: (H, W) bool.
        shrink: how much smaller the finest picture is in which patches are compared.

    Returns:
        (3, H, W): copies in the hole and a little beyond its rim, the image elsewhere. Smooth in
        the hole if there is nothing to copy from.
    """
    height, width = hole.shape
    step = shrink * _COARSER
    stack = torch.cat([image, hole[None].float()])
    stack = F.pad(stack, (0, -width % step, 0, -height % step), mode="replicate")
    return _filled(stack[:3], stack[3] > 0, shrink)[:, :height, :width]


def _filled(image: Tensor, hole: Tensor, shrink: int) -> Tensor:
    coarse, coarse_hole = _shrunk(image, hole, shrink * _COARSER)
    if len(patches.sources(coarse_hole, _RIM_REACH)) == 0:
        return fill_smoothly(image, (~hole)[None].float())
    guess = _filled_from_rim(coarse, coarse_hole)
    if len(patches.sources(coarse_hole, _REACH)):
        guess = patches.paint(coarse, *_matched(coarse, coarse_hole, guess), _REACH, 1)
    fine, fine_hole = _shrunk(image, hole, shrink)
    guess = F.interpolate(guess[None], size=fine_hole.shape, mode="bilinear")[0]
    return patches.paint(image, *_matched(fine, fine_hole, guess), _REACH, shrink)


def _filled_from_rim(image: Tensor, hole: Tensor) -> Tensor:
    """Fill a hole ring by ring, each pixel with the one that has the most similar surroundings."""
    sources = patches.sources(hole, _RIM_REACH)
    candidates = patches.features(image, sources, _RIM_REACH)
    image, missing = fill_smoothly(image, (~hole)[None].float()), hole.clone()
    while missing.any():
        known = F.pad((~missing)[None].float(), (1,) * 4)
        rim = (missing & (F.max_pool2d(known, 3, 1)[0] > 0)).nonzero()
        trust = (~missing).float().clamp_min(_DOUBT).expand(3, -1, -1)
        seen = F.pad(patches.rows_of(trust, rim, _RIM_REACH), (0, 2), value=1.0)
        queries = patches.features(image, rim, _RIM_REACH)
        best = sources[patches.nearest_where_seen(queries, seen, candidates)]
        image[:, rim[:, 0], rim[:, 1]] = image[:, best[:, 0], best[:, 1]]
        missing[rim[:, 0], rim[:, 1]] = False
    return image


def _matched(image: Tensor, hole: Tensor, guess: Tensor) -> tuple[Tensor, Tensor]:
    """Find which patches to copy where, starting from a guess of the hole's content."""
    places, sources = patches.places(hole, _REACH), patches.sources(hole, _REACH)
    candidates = patches.features(image, sources, _REACH)

    def origins(guess: Tensor) -> Tensor:
        queries = patches.features(torch.where(hole, guess, image), places, _REACH)
        return sources[patches.nearest(queries, candidates)]

    for _ in range(_ROUNDS - 1):
        guess = patches.paint(image, places, origins(guess), _REACH, 1)
    return places, origins(guess)


def _shrunk(image: Tensor, hole: Tensor, factor: int) -> tuple[Tensor, Tensor]:
    """Shrink a picture; a pixel is in the hole if any of its parts was."""
    return F.avg_pool2d(image, factor), F.max_pool2d(hole[None].float(), factor)[0] > 0
