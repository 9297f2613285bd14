from __future__ import annotations

import numpy as np
import pytest

from engine.effects.toolkit.sampling import pixel_grid
from engine.effects.toolkit.thin_plate import ThinPlate

CORNERS = np.array([[4.0, 4.0], [28.0, 4.0], [4.0, 20.0], [28.0, 20.0], [16.0, 12.0]])


def test_points_go_where_they_should() -> None:
    values = np.array([[0.0, 0.0], [0.0, 0.0], [0.0, 0.0], [0.0, 0.0], [3.0, -2.0]])
    read = ThinPlate(CORNERS, values)(*pixel_grid(24, 32)).numpy()
    assert read.shape == (2, 24, 32)
    for (x, y), wanted in zip(CORNERS.astype(int), values, strict=True):
        assert read[:, y, x] == pytest.approx(wanted, abs=0.02)


def test_what_is_straight_stays_straight_everywhere() -> None:
    values = CORNERS @ np.array([[0.5, 0.1], [-0.2, 0.3]]) + [1.0, 2.0]
    x, y = pixel_grid(24, 32)
    read = ThinPlate(CORNERS, values)(x, y)
    assert (read[0] - (0.5 * x - 0.2 * y + 1)).abs().max() < 1e-3
    assert (read[1] - (0.1 * x + 0.3 * y + 2)).abs().max() < 1e-3


def test_points_in_one_place_that_disagree_meet_halfway() -> None:
    points = np.concatenate([CORNERS, CORNERS[-1:]])
    values = np.zeros((6, 1))
    values[-2:, 0] = (-1.0, 2.0)
    read = ThinPlate(points, values)(*pixel_grid(24, 32))
    assert float(read[0, 12, 16]) == pytest.approx(0.5, abs=0.05)
