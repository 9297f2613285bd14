"""RIFE v4: looks at two pictures, and makes the one that lies between them at any time.

Each of its four blocks sees the pictures larger than the one before, and refines how far
every pixel of the new picture is from where it lies in either of the two.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

SIDE = 32
"""Sides are multiples of this many pixels."""
_COLOURS, _TIME, _SHARE, _WAYS = 3, 1, 1, 4
_WIDTHS = (192, 128, 96, 64)
_REDUCED = (8, 4, 2, 1)


class Rife(nn.Module):
    """The network; its parts are named as in its published weights."""

    def __init__(self) -> None:
        super().__init__()
        seen = 2 * _COLOURS + _TIME
        refined = seen + _SHARE + _WAYS
        self.block0 = _Block(seen, _WIDTHS[0])
        self.block1 = _Block(refined, _WIDTHS[1])
        self.block2 = _Block(refined, _WIDTHS[2])
        self.block3 = _Block(refined, _WIDTHS[3])

    def forward(self, first: Tensor, second: Tensor, time: Tensor) -> Tensor:
        """Make a picture for each pair, (n, 3, H, W) in 0..1, at its time between 0 and 1."""
        n, _, height, width = first.shape
        times = time.view(n, 1, 1, 1).expand(n, 1, height, width)
        ways, share = self.block0(torch.cat([first, second, times], 1), None, _REDUCED[0])
        for block, reduced in zip(
            (self.block1, self.block2, self.block3), _REDUCED[1:], strict=True
        ):
            moved = [_moved(first, ways[:, :2]), _moved(second, ways[:, 2:])]
            more_ways, more_share = block(torch.cat([*moved, times, share], 1), ways, reduced)
            ways, share = ways + more_ways, share + more_share
        of_first = share.sigmoid()
        from_first, from_second = _moved(first, ways[:, :2]), _moved(second, ways[:, 2:])
        return from_first * of_first + from_second * (1 - of_first)


class _Block(nn.Module):
    def __init__(self, seen: int, width: int) -> None:
        super().__init__()
        self.conv0 = nn.Sequential(
            _convolution(seen, width // 2, stride=2), _convolution(width // 2, width, stride=2)
        )
        self.convblock = nn.Sequential(*(_convolution(width, width) for _ in range(8)))
        self.lastconv = nn.ConvTranspose2d(width, _WAYS + _SHARE, 4, 2, 1)

    def forward(self, seen: Tensor, ways: Tensor | None, reduced: int) -> tuple[Tensor, Tensor]:
        """Say how far pixels are from where they lie, and how much of the first picture is used."""
        seen = _resized(seen, 1 / reduced)
        if ways is not None:
            seen = torch.cat([seen, _resized(ways, 1 / reduced) / reduced], 1)
        features = self.conv0(seen)
        found = _resized(self.lastconv(self.convblock(features) + features), 2 * reduced)
        return found[:, :_WAYS] * 2 * reduced, found[:, _WAYS:]


def _convolution(seen: int, width: int, *, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(seen, width, 3, stride, 1), nn.PReLU(width))


def _resized(values: Tensor, factor: float) -> Tensor:
    return F.interpolate(values, scale_factor=factor, mode="bilinear", align_corners=False)


def _moved(picture: Tensor, ways: Tensor) -> Tensor:
    """Take each pixel from where it lies in a picture, the border repeated outside."""
    height, width = picture.shape[2:]
    across = torch.arange(width, device=ways.device) + ways[:, 0]
    down = torch.arange(height, device=ways.device)[:, None] + ways[:, 1]
    # from pixels to -1..1 between the middles of the outermost ones
    grid = torch.stack([across * 2 / (width - 1) - 1, down * 2 / (height - 1) - 1], -1)
    return F.grid_sample(picture, grid, padding_mode="border", align_corners=True)
