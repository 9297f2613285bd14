from __future__ import annotations

import pytest
import torch

from engine.effects.toolkit.noise import fbm, random


@pytest.mark.parametrize(("height", "width", "cell"), [(48, 80, 20.0), (33, 17, 3.3), (8, 8, 40.0)])
def test_noise_has_the_asked_size_and_stays_near_one(height: int, width: int, cell: float) -> None:
    noise = fbm(height, width, cell=cell, octaves=4, seed=3)
    assert noise.shape == (height, width)
    assert float(noise.abs().max()) < 1.4


def test_noise_repeats_for_a_seed_and_differs_for_another() -> None:
    one, again, other = (fbm(40, 40, cell=9, octaves=3, seed=seed) for seed in (1, 1, 2))
    assert torch.equal(one, again)
    assert not torch.equal(one, other)


def test_ridged_noise_has_crests() -> None:
    noise = fbm(64, 64, cell=16, octaves=1, seed=5, ridged=True)
    assert float(noise.max()) > 0.95
    assert float(noise.min()) > -1.5


def test_a_random_generator_takes_any_seed_and_separates_its_streams() -> None:
    seeds = [(-3,), (2**70,), (5, 1), (5, 2)]
    drawn = [random(*seed).integers(1 << 60) for seed in seeds]
    assert len(set(drawn)) == 4
    assert random(-3).integers(1 << 60) == drawn[0]
