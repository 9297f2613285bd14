"""Larger frames for a film, by a network that was taught what small pictures leave out."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise, product
from math import ceil
from typing import Literal, Self

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from engine.post.frames import Frames, Watch, as_frames, as_tensor, as_weights, unwatched, watched
from engine.weights import Converted, Weights

WEIGHTS = "upscaling"
Factor = Literal[2, 4]
_ENLARGED = 4
_COLOURS = 3
_WIDTH = 64
_CONVOLUTIONS = 18
_TILE = 384
_REACH = _CONVOLUTIONS + 1
"""Pixels around a tile that it depends on: each convolution reaches one further, as do colours."""


class Upscaler:
    """realesr-animevideov3 on a device."""

    def __init__(self, converted: Converted, device: str, *, tile: int = _TILE) -> None:
        self._device = torch.device(device)
        self._tile = tile
        # its weights are published in half precision, which CPUs are slow with
        self._dtype = torch.float16 if self._device.type == "cuda" else torch.float32
        network = _network()
        network.load_state_dict(as_weights(converted))
        self._network = network.eval().to(self._device, self._dtype)

    @classmethod
    def load(cls, weights: Weights, *, device: str) -> Self:
        """Read the weights.

        Raises:
            WeightsMissing: they are not fetched.
            WeightsCorrupt: they are not the ones models.toml names.
        """
        return cls(weights.load(WEIGHTS), device)

    @torch.inference_mode()
    def enlarged(self, frames: Frames, factor: Factor, watch: Watch = unwatched) -> Frames:
        """Make frames two or four times as wide and as high.

        Raises:
            Stopped: `watch` said so.
        """
        count, height, width, _ = frames.shape
        found = np.empty((count, height * factor, width * factor, _COLOURS), np.uint8)
        tiles = _tiles(height, width, self._tile)
        at_once = max(1, self._tile**2 // (tiles[0].rows.size * tiles[0].columns.size))
        pieces = [(start, tile) for start in range(0, count, at_once) for tile in tiles]
        for piece in watched(len(pieces), watch):
            start, tile = pieces[piece]
            some = slice(start, start + at_once)
            seen = frames[some, tile.rows.seen, tile.columns.seen]
            large = as_frames(self._larger(as_tensor(seen, self._device), factor))
            rows, columns = tile.rows, tile.columns
            kept = large[:, rows.kept(factor), columns.kept(factor)]
            found[some, rows.placed(factor), columns.placed(factor)] = kept
        return found

    def _larger(self, pictures: Tensor, factor: Factor) -> Tensor:
        seen = pictures.to(self._dtype).contiguous(memory_format=torch.channels_last)
        added = self._network(seen).float()
        large = added + F.interpolate(pictures, scale_factor=_ENLARGED, mode="nearest")
        return _true_to(pictures, F.avg_pool2d(large, _ENLARGED // factor), factor)


def _network() -> nn.Sequential:
    layers: list[nn.Module] = [nn.Conv2d(_COLOURS, _WIDTH, 3, padding=1), nn.PReLU(_WIDTH)]
    for _ in range(_CONVOLUTIONS - 2):
        layers += [nn.Conv2d(_WIDTH, _WIDTH, 3, padding=1), nn.PReLU(_WIDTH)]
    layers.append(nn.Conv2d(_WIDTH, _COLOURS * _ENLARGED**2, 3, padding=1))
    return nn.Sequential(*layers, nn.PixelShuffle(_ENLARGED))


def _true_to(pictures: Tensor, large: Tensor, factor: Factor) -> Tensor:
    """Take back what colours the network has changed, so that a film does not flicker by it."""
    changed = F.avg_pool2d(large, factor) - pictures
    smooth = F.interpolate(changed, scale_factor=factor, mode="bilinear", align_corners=False)
    return large - smooth


@dataclass(frozen=True, slots=True, kw_only=True)
class _Side:
    """What one side of a tile covers of a side of the frames, which is `whole` pixels long."""

    start: int
    size: int
    whole: int

    @property
    def seen(self) -> slice:
        """What the network is shown: the tile, and all around it that it depends on."""
        return slice(max(0, self.start - _REACH), min(self.whole, self.start + self.size + _REACH))

    def kept(self, factor: int) -> slice:
        """Where the tile is in what the network gives back."""
        first = (self.start - self.seen.start) * factor
        return slice(first, first + self.size * factor)

    def placed(self, factor: int) -> slice:
        """Where the tile is in the large frames."""
        return slice(self.start * factor, (self.start + self.size) * factor)


@dataclass(frozen=True, slots=True)
class _Tile:
    rows: _Side
    columns: _Side


def _tiles(height: int, width: int, longest: int) -> list[_Tile]:
    return [_Tile(*sides) for sides in product(_sides(height, longest), _sides(width, longest))]


def _sides(whole: int, longest: int) -> list[_Side]:
    """Divide a side into parts of much the same length."""
    count = ceil(whole / longest)
    ends = [whole * number // count for number in range(count + 1)]
    return [_Side(start=start, size=end - start, whole=whole) for start, end in pairwise(ends)]
