from __future__ import annotations

import torch

from engine.effects.toolkit.sampling import blur, pixel_grid, sample
from engine.effects.toolkit.warp import Motion, inverted

X, Y = pixel_grid(48, 64)


def bump(height: float) -> torch.Tensor:
    return height * torch.exp(-((X - 32) ** 2 + (Y - 24) ** 2) / 160)


def miss(motion: Motion, found: torch.Tensor) -> torch.Tensor:
    """How far from its pixel each found point lands."""
    place_x, place_y = X + found[:, 0], Y + found[:, 1]
    landed = sample(motion.step, place_x, place_y)
    return torch.hypot(place_x + landed[:, 0] - X, place_y + landed[:, 1] - Y)


def test_no_motion_is_its_own_inverse() -> None:
    still = Motion(torch.zeros(1, 2, 48, 64), bump(5)[None])
    assert float(inverted(still, X, Y).abs().max()) == 0


def test_a_shift_is_undone() -> None:
    shift = torch.tensor([3.4, -2.2]).view(1, 2, 1, 1).expand(1, 2, 48, 64).contiguous()
    found = inverted(Motion(shift, torch.zeros(1, 48, 64)), X, Y)
    torch.testing.assert_close(found[..., 8:-8, 8:-8], -shift[..., 8:-8, 8:-8])


def test_a_smooth_motion_is_undone_to_a_fraction_of_a_pixel() -> None:
    motion = Motion(torch.stack([bump(6), -bump(3)])[None], bump(5)[None])
    assert float(miss(motion, inverted(motion, X, Y))[0, 4:-4, 4:-4].max()) < 0.15


def test_where_a_surface_folds_the_nearer_part_is_seen() -> None:
    near = (((X - 24).abs() < 8) & ((Y - 24).abs() < 8)).float()
    step = blur(torch.stack([near * 16, near * 0]), 1.0)[None]
    found = inverted(Motion(step, near[None] * 10), X, Y)
    assert float((found[0, 0, 24, 36:44] + 16).abs().max()) < 1
