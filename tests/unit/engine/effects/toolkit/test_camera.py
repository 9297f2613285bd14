from __future__ import annotations

import numpy as np
import torch

from engine.effects.toolkit.camera import frame, shake, view
from engine.effects.toolkit.sampling import pixel_grid

STILL = np.zeros(1)


def test_a_camera_at_rest_shows_the_picture_as_it_is() -> None:
    picture = torch.rand(1, 3, 20, 31)
    assert torch.equal(frame(picture, np.ones(1), STILL, STILL), picture)


def test_zooming_in_looks_at_the_middle() -> None:
    x, y = view(21, 31, np.array([2.0]), STILL, STILL)
    assert (float(x[0, 0, 0]), float(y[0, 0, 0])) == (7.5, 5.0)
    assert (float(x[0, 10, 15]), float(y[0, 10, 15])) == (15.0, 10.0)


def test_a_shift_moves_the_picture_its_way() -> None:
    picture = torch.zeros(1, 1, 9, 9)
    picture[..., 4, 4] = 1
    moved = frame(picture, np.ones(1), np.array([2.0]), np.array([-1.0]))
    assert float(moved[0, 0, 3, 6]) == 1


def test_a_roll_turns_the_picture_clockwise() -> None:
    picture = torch.zeros(1, 1, 9, 9)
    picture[..., 0, 4] = 1
    turned = frame(picture, np.ones(1), STILL, STILL, np.array([np.pi / 2]))
    assert float(turned[0, 0, 4, 8]) > 0.99


def test_a_shake_starts_from_rest_and_repeats_for_a_seed() -> None:
    (x, y), (again, _), (other, _) = shake(48, 3, 2.0), shake(48, 3, 2.0), shake(48, 4, 2.0)
    assert (x[0], y[0]) == (0, 0)
    assert np.array_equal(x, again)
    assert not np.array_equal(x, other)
    assert 0.3 < np.std(x[12:]) < 4
    assert np.abs(np.diff(x)).max() < 1.5


def test_each_frame_has_its_own_camera() -> None:
    x, _ = view(10, 10, np.ones(2), np.array([0.0, 3.0]), np.zeros(2))
    plain, _ = pixel_grid(10, 10)
    assert torch.equal(x, torch.stack([plain, plain - 3]))
