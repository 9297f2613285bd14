from __future__ import annotations

import cv2
import numpy as np
import pytest
from skimage import data

from engine.errors import Stopped
from engine.post import upscale
from engine.post.frames import Frames
from engine.post.upscale import Factor, Upscaler
from engine.weights import Weights

FACTORS: list[Factor] = [2, 4]


def a_face() -> Frames:
    return data.astronaut()[None, 0:256, 96:352]


def a_drawing() -> Frames:
    """Discs and lines with clear edges."""
    picture = np.full((256, 256, 3), (240, 210, 170), np.uint8)
    for number in range(6):
        colour = (40 * number, 255 - 40 * number, 120)
        middle = (60 + 25 * number, 80 + 20 * number)
        cv2.circle(picture, middle, 30, colour, -1, cv2.LINE_AA)
    for number in range(12):
        ends = (0, 20 * number), (255, 255 - 15 * number)
        cv2.line(picture, *ends, (20, 20, 20), 2, cv2.LINE_AA)
    return picture[None]


def resized(frames: Frames, side: int, how: int) -> Frames:
    return np.stack([cv2.resize(frame, (side, side), interpolation=how) for frame in frames])


def psnr(one: Frames, other: Frames) -> float:
    error = np.mean((one.astype(float) - other.astype(float)) ** 2)
    return float(10 * np.log10(255**2 / error))


@pytest.mark.parametrize("factor", FACTORS)
@pytest.mark.parametrize(
    ("picture", "better"), [(a_face(), 0.2), (a_drawing(), 3.0)], ids=["a face", "a drawing"]
)
def test_a_large_picture_is_nearer_to_the_true_one_than_cubic_scaling(
    upscaler: Upscaler, picture: Frames, better: float, factor: Factor
) -> None:
    small = resized(picture, 256 // factor, cv2.INTER_AREA)

    large = upscaler.enlarged(small, factor)

    cubic = resized(small, 256, cv2.INTER_CUBIC)
    assert large.shape == picture.shape
    assert psnr(large, picture) > psnr(cubic, picture) + better


@pytest.mark.parametrize("factor", FACTORS)
def test_the_colours_stay(upscaler: Upscaler, factor: Factor) -> None:
    small = resized(a_face(), 64, cv2.INTER_AREA)

    large = upscaler.enlarged(small, factor)

    np.testing.assert_allclose(large.mean((0, 1, 2)), small.mean((0, 1, 2)), atol=0.5)
    assert psnr(resized(large, 64, cv2.INTER_AREA), small) > 36


@pytest.mark.parametrize("factor", FACTORS)
def test_tiles_leave_no_seams(post_weights: Weights, factor: Factor) -> None:
    small = data.astronaut()[None, 0:100, 90:217]
    converted = post_weights.load(upscale.WEIGHTS)

    whole = Upscaler(converted, "cpu", tile=512).enlarged(small, factor)
    in_tiles = Upscaler(converted, "cpu", tile=48).enlarged(small, factor)

    assert whole.shape == (1, 100 * factor, 127 * factor, 3)
    assert np.abs(whole.astype(int) - in_tiles).max() <= 1


def test_the_same_frames_give_the_same(upscaler: Upscaler) -> None:
    small = resized(a_face(), 48, cv2.INTER_AREA)

    assert np.array_equal(upscaler.enlarged(small, 2), upscaler.enlarged(small, 2))


def test_frames_that_are_made_together_are_as_if_made_alone(upscaler: Upscaler) -> None:
    frames = np.concatenate([resized(a_face(), 40, 3), resized(a_drawing(), 40, 3)])

    together = upscaler.enlarged(frames, 2)

    alone = np.concatenate([upscaler.enlarged(frame[None], 2) for frame in frames])
    assert np.abs(together.astype(int) - alone).max() <= 1


def test_whoever_watches_is_told_how_far_it_is_and_can_stop_it(post_weights: Weights) -> None:
    upscaler = Upscaler(post_weights.load(upscale.WEIGHTS), "cpu", tile=32)
    told: list[float] = []

    def watch(fraction: float) -> bool:
        told.append(fraction)
        return fraction < 0.5

    with pytest.raises(Stopped):
        upscaler.enlarged(resized(a_face(), 64, cv2.INTER_AREA), 2, watch)

    assert told == [0, 0.25, 0.5]
