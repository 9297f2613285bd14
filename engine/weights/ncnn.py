"""Weights of realesr-animevideov3, out of a .bin file as ncnn reads it.

The file is one layer after the other without any names: the kernels of a convolution, which are
tagged with their type, its biases, and the slopes of the PReLU behind it.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

_WIDTHS = (3, *(64,) * 17, 48)
"""Channels before, between and after the convolutions."""
_SIDE = 3
_HALF_PRECISION = b"\x47\x6b\x30\x01"
_ALIGNED = 4


def compact(data: bytes) -> dict[str, NDArray[Any]]:
    """Read the weights by the names they have in a sequence of convolutions and PReLUs.

    Raises:
        ValueError: the file holds something else.
    """
    file = _File(data)
    tensors: dict[str, NDArray[Any]] = {}
    for number, (before, after) in enumerate(pairwise(_WIDTHS)):
        kernels = file.tagged(after * before * _SIDE**2)
        tensors[f"{2 * number}.weight"] = kernels.reshape(after, before, _SIDE, _SIDE)
        tensors[f"{2 * number}.bias"] = file.numbers(after)
        if number < len(_WIDTHS) - 2:
            tensors[f"{2 * number + 1}.weight"] = file.numbers(after)
    file.ends()
    return tensors


class _File:
    """A file that is read from front to end."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def tagged(self, count: int) -> NDArray[np.float16]:
        """Read numbers of half precision, and what fills them up to whole words."""
        if self._taken(len(_HALF_PRECISION)) != _HALF_PRECISION:
            raise ValueError("only kernels of half precision are known here")
        size = 2 * count
        return np.frombuffer(self._taken(size + -size % _ALIGNED), np.float16, count)

    def numbers(self, count: int) -> NDArray[np.float32]:
        """Read numbers of single precision."""
        return np.frombuffer(self._taken(4 * count), np.float32)

    def ends(self) -> None:
        """Make sure that nothing is left."""
        if self._at != len(self._data):
            raise ValueError("the file holds more layers than this network has")

    def _taken(self, size: int) -> bytes:
        taken = self._data[self._at : self._at + size]
        if len(taken) < size:
            raise ValueError("the file holds fewer layers than this network has")
        self._at += size
        return taken
