"""How boxes (left, top, right, bottom) lie on each other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Box = NDArray[np.float32]


def likeness(first: Box, second: Box) -> float:
    """Intersection over union."""
    shared = _shared(first, second)
    return shared / max(_area(first) + _area(second) - shared, 1e-9)


def containment(first: Box, second: Box) -> float:
    """Intersection over the smaller of the two."""
    return _shared(first, second) / max(min(_area(first), _area(second)), 1e-9)


def _shared(first: Box, second: Box) -> float:
    size = np.minimum(first[2:], second[2:]) - np.maximum(first[:2], second[:2])
    return float(np.prod(size.clip(0)))


def _area(box: Box) -> float:
    return float(np.prod(box[2:] - box[:2]))
