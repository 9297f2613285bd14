"""Square patches of a picture: finding similar ones, and painting with copies of them.

Middles of patches are (n, 2) row, column. Search is exact, so nothing is random.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

STRIDE = 2
"""Patches are copied to every second row and column."""
_NEARNESS = 0.013
"""Weight of the squared distance, in picture sizes, between two patches that are compared."""
_MOST_SOURCES = 4000
_QUERIES_AT_ONCE = 512
_FOCUS = 1.2
"""Width of the bell with which overlapping copies are averaged, in compared pixels."""


def places(hole: Tensor, reach: int) -> Tensor:
    """List the middles, on every second row and column, of the patches that touch a hole."""
    touching = F.max_pool2d(hole[None].float(), 2 * reach + 1, 1, reach)[0] > 0
    return touching[::STRIDE, ::STRIDE].nonzero() * STRIDE


def sources(hole: Tensor, reach: int) -> Tensor:
    """List middles of patches that lie wholly outside the hole and inside the picture."""
    blocked = F.pad(hole[None].float(), (reach,) * 4, value=1.0)
    free = (F.max_pool2d(blocked, 2 * reach + 1, 1)[0] == 0).nonzero()
    thinning = max(-(-len(free) // _MOST_SOURCES), 1)
    return free[::thinning]


def features(image: Tensor, middles: Tensor, reach: int) -> Tensor:
    """Describe patches by their colours and, last, their place: (n, values)."""
    colours = rows_of(image, middles, reach)
    emphasis = (_NEARNESS * colours.shape[1]) ** 0.5 / max(image.shape[1:])
    return torch.cat([colours, middles * emphasis], 1)


def rows_of(image: Tensor, middles: Tensor, reach: int) -> Tensor:
    """Cut out the patches of a picture (C, H, W) as rows."""
    padded = F.pad(image[None], (reach,) * 4, mode="replicate")
    patches = F.unfold(padded, 2 * reach + 1)[0].T
    return patches[middles[:, 0] * image.shape[2] + middles[:, 1]]


def nearest(queries: Tensor, candidates: Tensor) -> Tensor:
    """Find for each row of `queries` the number of the nearest candidate."""
    lengths = candidates.square().sum(1)
    blocks = [
        torch.addmm(lengths, some, candidates.T, alpha=-2).argmin(1)
        for some in queries.split(_QUERIES_AT_ONCE)
    ]
    return torch.cat(blocks)


def nearest_where_seen(queries: Tensor, seen: Tensor, candidates: Tensor) -> Tensor:
    """Like `nearest`, with a weight for every value of the queries."""
    cost = seen @ candidates.square().T - 2 * (seen * queries) @ candidates.T
    return cost.argmin(1)


def paint(image: Tensor, copied_to: Tensor, copied_from: Tensor, reach: int, scale: int) -> Tensor:
    """Copy patches within a picture, averaging where copies overlap.

    Args:
        image: (C, H, W), H and W multiples of `scale`.
        copied_to: places, in pixels of a picture `scale` times smaller.
        copied_from: as many sources, likewise.
        reach: of the patches in those pixels.
        scale: how much bigger the image is.

    Returns:
        (C, H, W), the image where nothing is copied to.
    """
    height, width = image.shape[1:]
    side = (2 * reach + 1) * scale
    within = torch.arange(side)
    rows = ((copied_from[:, :1] - reach) * scale + within)[:, :, None]
    columns = ((copied_from[:, 1:] - reach) * scale + within)[:, None]
    bell = torch.exp(-((((within + 0.5) / scale - reach - 0.5) / _FOCUS) ** 2) / 2)
    vote = bell[:, None] * bell
    across = -(-width // (scale * STRIDE))
    slots = copied_to[:, 0] // STRIDE * across + copied_to[:, 1] // STRIDE
    columns_of_votes = torch.zeros(side * side, -(-height // (scale * STRIDE)) * across)

    def summed(patches: Tensor) -> Tensor:
        columns_of_votes[:, slots] = patches.flatten(1).T
        return F.fold(
            columns_of_votes[None],
            (height, width),
            side,
            padding=reach * scale,
            stride=STRIDE * scale,
        )[0, 0]

    votes = summed(vote.expand(len(slots), -1, -1))
    painted = torch.stack([summed(channel[rows, columns] * vote) for channel in image])
    return torch.where(votes > 0, painted / votes.clamp_min(1e-9), image)
