from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.effects.toolkit.masks import distance_inside, dome, over, polygon, signed_distance


def disc(radius: float) -> torch.Tensor:
    y, x = torch.meshgrid(torch.arange(61.0), torch.arange(61.0), indexing="ij")
    return ((x - 30) ** 2 + (y - 30) ** 2 <= radius**2).float()


def test_a_polygon_covers_its_area_with_soft_edges() -> None:
    triangle = np.array([[10.0, 5.0], [40.0, 5.0], [10.0, 45.0]])
    coverage = polygon(triangle, 60, 60)
    assert float(coverage.sum()) == pytest.approx(600, rel=0.06)
    assert float(coverage[10, 15]) == 1
    assert ((coverage > 0) & (coverage < 1)).any()


def test_distance_counts_inwards_and_is_negative_outside_when_signed() -> None:
    mask = disc(20)
    assert float(distance_inside(mask)[30, 30]) == pytest.approx(20, abs=1)
    assert float(signed_distance(mask)[30, 58]) == pytest.approx(-8, abs=1)
    assert float(distance_inside(mask)[0, 0]) == 0


def test_the_picture_s_border_is_no_edge_of_a_body_it_cuts_off() -> None:
    half = torch.zeros(40, 40)
    half[:, :20] = 1
    assert float(distance_inside(half)[20, 0]) == pytest.approx(20, abs=1)


def test_a_dome_rises_to_its_radius_and_stays_there() -> None:
    height = dome(disc(25), 10.0)
    assert float(height[30, 30]) == 10
    assert float(height[30, 0]) == 0
    assert 3 < float(height[30, 6]) < 8


def test_masks_work_on_a_batch() -> None:
    batch = torch.stack([disc(10), disc(20)])[:, None]
    assert dome(batch, 5.0).shape == (2, 1, 61, 61)


def test_over_shows_the_front_where_it_is_opaque() -> None:
    front, back = torch.tensor([1.0, 1.0, 1.0]), torch.tensor([0.0, 0.0, 0.0])
    assert over(front, torch.tensor([1.0, 0.5, 0.0]), back).tolist() == [1.0, 0.5, 0.0]
