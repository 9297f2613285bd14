from __future__ import annotations

import cv2
import numpy as np
import pytest

from engine.errors import Stopped
from engine.post.frames import Frames
from engine.post.interpolate import Interpolator

SIDE = 160


def filmed(times: list[float], *, width: int = SIDE, height: int = SIDE) -> Frames:
    """A soft pattern that moves to the left, and a disc in front of it that moves to the right."""
    rng = np.random.default_rng(5)
    coarse = rng.integers(0, 256, (10, 20, 3), dtype=np.uint8)
    pattern = cv2.resize(coarse, (2 * width, height), interpolation=cv2.INTER_CUBIC)
    frames: list[np.ndarray] = []
    for time in times:
        shift = np.array([[1, 0, 8 * time], [0, 1, 0]], np.float32)
        how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        frame = cv2.warpAffine(pattern, shift, (width, height), flags=how)
        middle = (round(16 * (width * 0.3 + 6 * time)), round(16 * height * 0.5))
        cv2.circle(frame, middle, 16 * height // 6, (250, 220, 30), -1, cv2.LINE_AA, 4)
        frames.append(frame)
    return np.stack(frames)


def psnr(one: Frames, other: Frames) -> float:
    error = np.mean((one.astype(float) - other.astype(float)) ** 2)
    return float(10 * np.log10(255**2 / error))


@pytest.mark.parametrize("time", [0.25, 0.5, 0.75])
def test_a_frame_between_two_is_nearer_to_what_was_there_than_a_blend_of_both(
    interpolator: Interpolator, time: float
) -> None:
    ends = filmed([0, 1])
    blend = np.rint((1 - time) * ends[0].astype(float) + time * ends[1])

    made = interpolator.at([time], ends)

    truth = filmed([time])
    assert psnr(made, truth) > 30
    assert psnr(made, truth) > psnr(blend[None], truth) + 4


def test_the_frames_there_were_stay_as_they_are(interpolator: Interpolator) -> None:
    frames = filmed([0, 1, 2])

    made = interpolator.multiplied(frames, 3)

    assert len(made) == 7
    np.testing.assert_array_equal(made[::3], frames)


def test_the_same_film_gives_the_same_frames(interpolator: Interpolator) -> None:
    frames = filmed([0, 1])

    assert np.array_equal(interpolator.multiplied(frames, 4), interpolator.multiplied(frames, 4))


def test_a_film_can_be_shown_at_another_rate(interpolator: Interpolator) -> None:
    frames = filmed([0, 1, 2])

    made = interpolator.at([number * 16 / 24 for number in range(4)], frames)

    assert psnr(made, filmed([0, 2 / 3, 4 / 3, 2])) > 30


@pytest.mark.parametrize(("width", "height"), [(90, 67), (33, 128), (100, 41)])
def test_frames_of_any_size_keep_it(interpolator: Interpolator, width: int, height: int) -> None:
    frames = filmed([0, 0.2], width=width, height=height)

    made = interpolator.multiplied(frames, 2)

    assert made.shape == (3, height, width, 3)
    assert psnr(made[1:2], filmed([0.1], width=width, height=height)) > 25


def test_one_frame_alone_has_nothing_between(interpolator: Interpolator) -> None:
    frames = filmed([0])

    np.testing.assert_array_equal(interpolator.multiplied(frames, 4), frames)


def test_a_still_picture_stays_still(interpolator: Interpolator) -> None:
    frames = filmed([0, 0])

    made = interpolator.multiplied(frames, 2)

    assert psnr(made[1:2], frames[:1]) > 40


def test_whoever_watches_is_told_how_far_it_is_and_can_stop_it(interpolator: Interpolator) -> None:
    frames = filmed([0, 1, 2], width=1024, height=544)
    told: list[float] = []

    def watch(fraction: float) -> bool:
        told.append(fraction)
        return fraction < 0.5

    with pytest.raises(Stopped):
        interpolator.multiplied(frames, 2, watch)

    assert told == [0, 0.5]
