"""Triangles of the face mesh, from the connection lists of a published Python file.

The file is read as data, never imported. Its tessellation lists edges in threes, each three a
triangle; it leaves eyes and mouth open, and those openings are filled here.
"""

from __future__ import annotations

import ast
from collections import Counter, defaultdict
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Triangle = tuple[int, int, int]

_TESSELATION = "FACEMESH_TESSELATION"
_OPENING_CORNERS = (33, 263, 78)
"""The corner of each eye and of the mouth from which its opening is filled."""


def triangles(source: str) -> NDArray[np.int32]:
    """Read the triangles of the 468-point mesh.

    Returns:
        (n, 3) landmark numbers.

    Raises:
        ValueError: the source does not hold the tessellation.
    """
    skin = _skin(source)
    rim = _rim(skin)
    filled = [triangle for corner in _OPENING_CORNERS for triangle in _strip(_ring(rim, corner))]
    return np.array([*skin, *filled], np.int32)


def _skin(source: str) -> list[Triangle]:
    for node in ast.parse(source).body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(args=[edges])):
                if name == _TESSELATION:
                    starts = [start for start, _end in ast.literal_eval(edges)]
                    return list(zip(starts[::3], starts[1::3], starts[2::3], strict=True))
            case _:
                pass
    raise ValueError(f"the source does not define {_TESSELATION}")


def _rim(skin: Iterable[Triangle]) -> dict[int, list[int]]:
    """Find the neighbours of each landmark along edges that belong to one triangle only."""
    uses = Counter(frozenset(edge) for a, b, c in skin for edge in ((a, b), (b, c), (c, a)))
    neighbours: dict[int, list[int]] = defaultdict(list)
    for edge, count in uses.items():
        if count == 1:
            first, second = sorted(edge)
            neighbours[first].append(second)
            neighbours[second].append(first)
    return neighbours


def _ring(rim: dict[int, list[int]], start: int) -> list[int]:
    """Walk once around the opening that `start` lies on."""
    ring = [start, min(rim[start])]
    while (onward := next(n for n in rim[ring[-1]] if n != ring[-2])) != start:
        ring.append(onward)
    return ring


def _strip(ring: list[int]) -> list[Triangle]:
    """Fill a ring with triangles between its two sides, walking away from its first corner."""
    one_side, other_side = ring[1:], ring[:0:-1]
    strip: list[Triangle] = [(ring[0], one_side[0], other_side[0])]
    for step in range(len(ring) // 2 - 1):
        a, b = one_side[step], one_side[step + 1]
        c, d = other_side[step], other_side[step + 1]
        strip += [(a, b, c)] if b == d else [(a, b, c), (b, d, c)]
    return strip
