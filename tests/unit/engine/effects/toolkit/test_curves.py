from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.effects.toolkit.curves import keyframes, mix, smoothstep, spring


def test_smoothstep_keeps_the_kind_of_number_it_is_given() -> None:
    assert smoothstep(0.0, 2.0, 1.0) == 0.5
    assert isinstance(smoothstep(0.0, 1.0, np.zeros(2)), np.ndarray)
    assert isinstance(smoothstep(0.0, 1.0, torch.zeros(2)), torch.Tensor)


def test_smoothstep_falls_when_its_low_end_is_the_greater() -> None:
    falling = smoothstep(1.0, 0.0, np.array([-1.0, 0.0, 0.25, 1.0, 2.0]))
    np.testing.assert_allclose(falling, [1, 1, 1 - smoothstep(0.0, 1.0, 0.25), 0, 0])


def test_mix_goes_from_one_to_the_other() -> None:
    assert [mix(2.0, 6.0, t) for t in (0.0, 0.5, 1.0)] == [2.0, 4.0, 6.0]


def test_keyframes_pass_through_their_points_and_hold_beyond_them() -> None:
    points = ((1.0, 5.0), (2.0, -1.0), (4.0, 3.0))
    values = keyframes(points, np.array([0.0, 1.0, 2.0, 4.0, 9.0]))
    np.testing.assert_allclose(values, [5, 5, -1, 3, 3])


def test_keyframes_are_at_rest_at_every_point() -> None:
    times = np.linspace(0, 2, 2001)
    speed = np.gradient(keyframes(((0, 0), (1, 1), (2, -1)), times), times)
    assert np.abs(speed[[0, 1000, 2000]]).max() < 0.01
    assert np.abs(speed).max() > 1


@pytest.mark.parametrize(("damping", "overshoots"), [(0.2, True), (1.0, False)])
def test_a_spring_arrives_and_only_a_loose_one_overshoots(damping: float, overshoots: bool) -> None:
    times = np.linspace(0, 6, 145)
    followed = spring(times, lambda t: float(t > 0.5), frequency=2.0, damping=damping)
    assert followed[0] == 0
    assert followed[-1] == pytest.approx(1, abs=0.01)
    assert (followed.max() > 1.05) == overshoots
