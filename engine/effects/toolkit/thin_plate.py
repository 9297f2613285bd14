"""The smoothest map that takes some points where they should go (a thin-plate spline)."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

STIFFNESS = 1e-4
"""How much a point may miss, so that close ones that disagree do not crease the map."""
ROWS_AT_ONCE = 16


class ThinPlate:
    """Interpolates values (n, c) given at points (n, 2) over the plane."""

    def __init__(self, points: NDArray[np.floating], values: NDArray[np.floating]) -> None:
        self._middle = points.mean(0)
        self._scale = float(np.std(points)) or 1.0
        self._points = (points - self._middle) / self._scale
        self._weights = _solved(self._points, np.asarray(values, np.float64))

    def __call__(self, x: Tensor, y: Tensor) -> Tensor:
        """Read it at `x`, `y` (h, w): (c, h, w)."""
        rows = zip(x.split(ROWS_AT_ONCE), y.split(ROWS_AT_ONCE), strict=True)
        return torch.cat([self._read(across, along) for across, along in rows], 1)

    def _read(self, x: Tensor, y: Tensor) -> Tensor:
        places = (torch.stack([x, y], -1) - x.new_tensor(self._middle)) / self._scale
        known = places.new_tensor(self._points)
        away = torch.cdist(places, known).square_()
        bent = away * away.clamp_min(1e-12).log_()
        terms = torch.cat([bent, torch.ones_like(places[..., :1]), places], -1)
        return (terms @ terms.new_tensor(self._weights)).permute(2, 0, 1)


def _solved(points: NDArray[np.floating], values: NDArray[np.float64]) -> NDArray[np.floating]:
    count = len(points)
    away = np.square(points[:, None] - points).sum(-1)
    level = np.column_stack([np.ones(count), points])
    system = np.zeros((count + 3, count + 3))
    system[:count, :count] = away * np.log(np.maximum(away, 1e-12)) + STIFFNESS * np.eye(count)
    system[:count, count:], system[count:, :count] = level, level.T
    return np.linalg.solve(system, np.concatenate([values, np.zeros((3, values.shape[1]))]))
