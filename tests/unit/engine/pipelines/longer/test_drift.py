from __future__ import annotations

import numpy as np

from engine.pipelines.longer.drift import Tone, held
from engine.pipelines.take import Frames


def noise(count: int, *, mean: float, spread: float) -> Frames:
    values = np.random.default_rng(3).normal(mean, spread, (count, 24, 24, 3))
    return np.rint(values.clip(0, 255)).astype(np.uint8)


def test_frames_whose_colours_stayed_are_left_alone() -> None:
    frames = np.tile(noise(1, mean=120, spread=30), (12, 1, 1, 1))

    np.testing.assert_array_equal(held(frames, Tone.of(frames[:8])), frames)


def test_colours_that_drifted_come_half_the_way_back_by_the_end() -> None:
    tone = Tone.of(noise(8, mean=120, spread=30))

    made = held(noise(40, mean=134, spread=36), tone)

    end = Tone.of(made[-1:])
    np.testing.assert_allclose(end.mean, 127, atol=2)
    np.testing.assert_allclose(end.spread, 33, atol=2)


def test_the_join_is_not_seen() -> None:
    frames = noise(40, mean=134, spread=36)

    made = held(frames, Tone.of(noise(8, mean=100, spread=30)))

    assert np.abs(made[0].astype(int) - frames[0]).max() <= 2
    steps = np.diff(made.mean((1, 2, 3)) - frames.mean((1, 2, 3)))
    assert np.abs(steps).max() < 1


def test_what_is_meant_to_look_otherwise_still_does() -> None:
    night = noise(40, mean=30, spread=10)

    made = held(night, Tone.of(noise(8, mean=180, spread=60)))

    assert Tone.of(made[-1:]).mean.max() < 30 + 17


def test_grey_frames_stay_finite() -> None:
    grey = np.full((4, 8, 8, 3), 128, np.uint8)

    made = held(grey, Tone.of(noise(8, mean=128, spread=40)))

    np.testing.assert_allclose(made.astype(int), 128, atol=1)
