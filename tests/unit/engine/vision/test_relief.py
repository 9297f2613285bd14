from __future__ import annotations

import numpy as np
import torch

from engine.vision.raster import rasterise
from engine.vision.relief import normals_of

SQUARE = np.array([[0, 0, 5], [20, 0, 5], [20, 20, 5], [0, 20, 5]], np.float32)
TWO = np.array([[0, 1, 2], [0, 2, 3]], np.int32)


def test_values_change_evenly_between_the_corners() -> None:
    picture, covered = rasterise(SQUARE, np.array([0, 20, 40, 20], np.float32), TWO, 24, 24)

    y, x = np.mgrid[:21, :21]
    assert covered.sum() == 21 * 21
    np.testing.assert_allclose(picture[:21, :21], x + y, atol=1e-4)
    assert picture[~covered].max() == 0


def test_the_nearer_triangle_is_in_front_whatever_the_order() -> None:
    far, near = np.array([[0, 1, 2]], np.int32), np.array([[3, 4, 5]], np.int32)
    triangle = np.array([[2, 2], [18, 2], [2, 18]], np.float32)
    corners = np.concatenate([np.column_stack([triangle, [z] * 3]) for z in (1, 9)])
    values = np.array([1, 1, 1, 2, 2, 2], np.float32)

    for triangles in (np.concatenate([far, near]), np.concatenate([near, far])):
        picture, _covered = rasterise(corners.astype(np.float32), values, triangles, 20, 20)
        assert picture[5, 5] == 2


def test_triangles_outside_the_picture_or_without_area_draw_nothing_wrong() -> None:
    corners = np.array([[-50, -50, 0], [-40, -50, 0], [-50, -40, 0], [3, 3, 0]], np.float32)
    triangles = np.array([[0, 1, 2], [3, 3, 3]], np.int32)

    picture, covered = rasterise(corners, np.ones(4, np.float32), triangles, 8, 8)

    assert covered.sum() == 1
    assert np.isfinite(picture).all()


def test_a_slope_down_to_the_right_faces_right() -> None:
    slope = -torch.arange(16.0).expand(16, 16)

    normals = normals_of(slope)[:, 4:12, 4:12]

    expected = torch.tensor([2**-0.5, 0, 2**-0.5])[:, None, None].expand_as(normals)
    torch.testing.assert_close(normals, expected)


def test_a_slope_up_to_the_bottom_faces_up() -> None:
    slope = torch.arange(16.0)[:, None].expand(16, 16)

    assert (normals_of(slope)[1, 4:12, 4:12] < -0.7).all()
