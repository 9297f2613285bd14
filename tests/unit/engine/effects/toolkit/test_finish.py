from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.effects.toolkit.finish import Finisher, Grade, blend_in
from engine.effects.toolkit.light import to_linear

STRONG = Grade(bloom=0.4, vignette=0.5, grain=0.05, sharpen=0.5, exposure=1.3)


def stored(frames: int = 1) -> torch.Tensor:
    levels = torch.randint(0, 256, (frames, 3, 24, 33), generator=torch.Generator().manual_seed(6))
    return levels.to(torch.uint8)


def light(frames: int = 1) -> torch.Tensor:
    return to_linear(stored(frames) / 255)


def test_a_grade_of_no_strength_only_stores_the_picture() -> None:
    finish = Finisher(STRONG, 24, 33, seed=1)
    frames = finish(light(), strength=np.zeros(1), first=0)
    assert np.array_equal(frames, stored().permute(0, 2, 3, 1).numpy())


def test_a_grade_changes_the_picture_by_its_strength() -> None:
    finish = Finisher(STRONG, 24, 33, seed=1)
    plain, half, full = (
        finish(light(), strength=np.array([amount]), first=0).astype(float)
        for amount in (0.0, 0.5, 1.0)
    )
    assert 0 < np.abs(half - plain).mean() < np.abs(full - plain).mean()


def test_finishing_in_other_chunks_gives_the_same_frames() -> None:
    finish = Finisher(STRONG, 24, 33, seed=1)
    strength = np.linspace(0, 1, 4)
    whole = finish(light(4), strength=strength, first=8)
    parts = [
        finish(light(4)[part], strength=strength[part], first=8 + part.start)
        for part in (slice(0, 1), slice(1, 4))
    ]
    assert np.array_equal(whole, np.concatenate(parts))


def test_grain_differs_between_frames_and_seeds_and_repeats_for_a_seed() -> None:
    grey = torch.full((2, 3, 24, 33), 0.2)
    grainy = Grade(bloom=0, vignette=0, sharpen=0, shoulder=0, grain=0.05)
    one, again, other = (
        Finisher(grainy, 24, 33, seed=seed)(grey, strength=np.ones(2), first=0)
        for seed in (1, 1, -2)
    )
    assert np.array_equal(one, again)
    assert not np.array_equal(one[0], one[1])
    assert not np.array_equal(one, other)
    assert one.std() / 255 == pytest.approx(0.05, rel=0.2)


def test_bloom_spills_light_around_what_is_bright() -> None:
    spot = torch.zeros(1, 3, 64, 64)
    spot[..., 28:36, 28:36] = 4
    only_bloom = Grade(bloom=0.3, vignette=0, grain=0, sharpen=0, shoulder=0)
    finished = Finisher(only_bloom, 64, 64, seed=0)(spot, strength=np.ones(1), first=0)
    assert finished[0, 32, 40].min() > 20 > finished[0, 0, 0].max()


def test_a_vignette_darkens_the_corners_only() -> None:
    white = torch.ones(1, 3, 32, 48)
    corners = Grade(bloom=0, vignette=0.4, grain=0, sharpen=0, shoulder=0)
    finished = Finisher(corners, 32, 48, seed=0)(white, strength=np.ones(1), first=0)
    assert finished[0, 16, 24].min() == 255
    assert finished[0, 0, 0].max() < 240


def test_a_rendering_that_has_not_moved_blends_in_as_the_photo_itself() -> None:
    photo, rest = torch.rand(1, 3, 8, 8), torch.rand(1, 3, 8, 8)
    grown = blend_in(rest.expand(2, -1, -1, -1), rest, photo, np.array([0.0, 1.0]))
    torch.testing.assert_close(grown, torch.cat([photo, rest]))
