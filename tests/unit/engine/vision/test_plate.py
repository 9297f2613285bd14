from __future__ import annotations

import pytest
import torch
from torch import Tensor

from engine.vision.membrane import fill_smoothly
from engine.vision.plate import clean_plate
from engine.vision.texture import continue_texture

SIDE = 128


def stripes(period: int) -> Tensor:
    """Vertical stripes, red and dark."""
    bright = (torch.arange(SIDE) % period < period // 2).float()
    return torch.stack([bright * 0.8 + 0.1, torch.full_like(bright, 0.2), 1 - bright])[
        :, None
    ].repeat(1, SIDE, 1)


def square(start: int, end: int) -> Tensor:
    hole = torch.zeros(SIDE, SIDE, dtype=torch.bool)
    hole[start:end, start:end] = True
    return hole


def test_an_even_surface_is_filled_evenly() -> None:
    image = torch.full((3, SIDE, SIDE), 0.4)
    image[:, square(40, 80)] = 1

    filled = fill_smoothly(image, (~square(40, 80))[None].float())

    torch.testing.assert_close(filled, torch.full_like(image, 0.4))


def test_what_is_known_is_kept_and_a_slope_goes_on_through_the_hole() -> None:
    slope = torch.linspace(0, 1, SIDE).expand(1, SIDE, SIDE)
    hole = square(40, 80)

    filled = fill_smoothly(slope, (~hole)[None].float())

    assert torch.equal(filled[:, ~hole], slope[:, ~hole])
    assert (filled - slope).abs().max() < 0.15


def test_nothing_known_gives_something_finite() -> None:
    filled = fill_smoothly(torch.rand(3, 33, 57), torch.zeros(1, 33, 57))

    assert filled.isfinite().all()


@pytest.mark.parametrize("period", [16, 24])
def test_stripes_go_on_through_the_hole(period: int) -> None:
    image = stripes(period)
    hole = square(44, 84)
    hidden = torch.where(hole, torch.tensor(0.5), image)

    filled = continue_texture(hidden, hole, 2)

    assert torch.equal(filled[:, :20], image[:, :20])
    assert (filled - image)[:, hole].abs().mean() < 0.1


def test_a_hole_with_nothing_around_it_is_filled_smoothly() -> None:
    image = torch.rand(3, 48, 64, generator=torch.Generator().manual_seed(4))
    hole = torch.ones(48, 64, dtype=torch.bool)
    hole[:2] = False

    filled = continue_texture(image, hole, 1)

    assert filled.isfinite().all()
    assert torch.equal(filled[:, ~hole], image[:, ~hole])


@pytest.mark.parametrize("coverage", [0.0, 1.0])
def test_nobody_and_nothing_but_a_person_both_give_a_plate(coverage: float) -> None:
    image = stripes(16)

    plate = clean_plate(image, torch.full((SIDE, SIDE), coverage))

    assert plate.isfinite().all()
    assert torch.equal(plate, image) == (coverage == 0)
