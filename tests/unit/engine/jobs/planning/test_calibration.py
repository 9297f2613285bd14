"""Calibration: the upper end of a range holds about as often as it promises."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from engine.jobs.planning.calibration import FEWEST, KEPT, UNKNOWN, Calibration, kind_of, ratio

Noise = Callable[[random.Random], float]


def held(noise: Noise, *, seed: int, jobs: int = 3000) -> float:
    """Tell how often the upper end held, of waits that are their plan times some noise."""
    rng, calibration, kept = random.Random(seed), Calibration(), 0
    for _ in range(jobs):
        planned_s = rng.expovariate(1 / 120)
        waited_s = max(0.0, (planned_s + 5) * noise(rng) - 5)
        low_s, high_s = calibration.range("free", planned_s)
        assert 0 <= low_s <= high_s
        kept += waited_s <= high_s
        calibration.observe("free", planned_s, waited_s)
    return kept / jobs


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    "noise",
    [
        lambda rng: rng.lognormvariate(0.0, 0.1),
        lambda rng: rng.lognormvariate(0.4, 0.6),
        lambda rng: rng.uniform(0.1, 1.0),
        lambda rng: 1.0 if rng.random() < 0.8 else rng.uniform(1, 10),
    ],
    ids=["steady", "late", "early", "seldom late"],
)
def test_the_upper_end_holds_nine_times_of_ten_however_plans_are_missed(
    noise: Noise, seed: int
) -> None:
    assert 0.92 <= held(noise, seed=seed) <= 0.98


def test_it_follows_when_plans_get_worse() -> None:
    calibration = Calibration()
    for _ in range(KEPT):
        calibration.observe("free", 55.0, 55.0)
    assert calibration.range("free", 100.0)[1] == pytest.approx(100.0)
    for _ in range(KEPT):
        calibration.observe("free", 55.0, 115.0)
    assert calibration.range("free", 100.0) == pytest.approx((205.0, 205.0))


def test_kinds_do_not_learn_from_each_other() -> None:
    calibration = Calibration()
    for _ in range(FEWEST):
        calibration.observe("paid", 95.0, 95.0)
    low, high = UNKNOWN
    assert calibration.range("paid", 95.0) == pytest.approx((95.0, 95.0))
    assert calibration.range("free", 95.0) == pytest.approx((100 * low - 5, 100 * high - 5))


def test_those_behind_their_own_cap_are_a_kind_of_their_own() -> None:
    assert kind_of("free", parked=True) != kind_of("free", parked=False)
    assert kind_of("free", parked=False) != kind_of("paid", parked=False)


def test_it_goes_on_from_what_another_has_learnt() -> None:
    first = Calibration()
    ratios = [first.observe("free", planned, 2.0 * planned) for planned in range(100)]
    assert ratios == [ratio(planned, 2.0 * planned) for planned in range(100)]
    assert Calibration({"free": ratios}).range("free", 40.0) == first.range("free", 40.0)
