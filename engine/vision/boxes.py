"""How boxes (left, top, right, bottom) lie on each other."""

from __future__ import annotations

import numpy as np

from engine.vision.arrays import Floats

Box = Floats


def likeness(first: Box, second: Box) -> float:
    """Intersection over union."""
    shared = _shared(first, second)
    return shared / max(_area(first) + _area(second) - shared, 1e-9)


def containment(first: Box, second: Box) -> float:
    """Intersection over the smaller of the two."""
    return _shared(first, second) / max(min(_area(first), _area(second)), 1e-9)


def _shared(first: Box, second: Box) -> float:
    corners = np.maximum(first[:2], second[:2]), np.minimum(first[2:], second[2:])
    return _area(np.concatenate(corners))


def _area(box: Box) -> float:
    return float(np.prod((box[2:] - box[:2]).clip(0)))
