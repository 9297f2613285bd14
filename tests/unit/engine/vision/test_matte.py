from __future__ import annotations

import numpy as np
import pytest

from engine.vision import regions
from engine.vision.arrays import Floats
from engine.vision.faces import face_of
from engine.vision.guided import guided_filter
from engine.vision.head import face_mask
from engine.vision.matte import fine_matte
from engine.vision.scene import Face

SIDE = 160


def disc(x: float, y: float, radius: float) -> Floats:
    rows, columns = np.mgrid[:SIDE, :SIDE]
    return (np.hypot(columns - x, rows - y) < radius).astype(np.float32)


def face_at(x: float, y: float, radius: float) -> Face:
    """A face whose oval is a circle."""
    landmarks = np.zeros((478, 3), np.float32) + np.array([x, y, 0], np.float32)
    turns = np.linspace(-0.5, 1.5, len(regions.OVAL), endpoint=False) * np.pi
    ring = np.stack([np.cos(turns), np.sin(turns)], -1) * radius
    landmarks[list(regions.OVAL), :2] += ring.astype(np.float32)
    landmarks[[regions.LEFT_EYE_OUTER, regions.RIGHT_EYE_OUTER], 0] += [-radius / 2, radius / 2]
    return face_of(landmarks)


def matte_of(belief: Floats, face: Face, *others: Face) -> Floats:
    pixels = np.repeat((belief * 200 + 20).astype(np.uint8)[..., None], 3, 2)
    return fine_matte(belief, pixels, face, others, face_mask(face, SIDE, SIDE))


def test_someone_else_who_does_not_touch_is_left_out() -> None:
    face = face_at(50, 60, 16)

    matte = matte_of(np.maximum(disc(50, 60, 30), disc(130, 60, 25)), face)

    assert matte[60, 50] == 1
    assert matte[40, 45] > 0.99
    assert matte[60, 130] == 0


def test_two_people_who_touch_are_divided_between_their_faces() -> None:
    face, other = face_at(50, 60, 16), face_at(110, 60, 16)

    matte = matte_of(np.maximum(disc(50, 60, 35), disc(110, 60, 35)), face, other)

    assert matte[60, 60] > 0.99
    assert matte[60, 100] < 0.01
    assert 0.2 < matte[60, 80] < 0.8


def test_the_face_is_in_the_matte_even_where_the_net_does_not_see_it() -> None:
    face = face_at(80, 80, 30)

    matte = matte_of(np.zeros((SIDE, SIDE), np.float32), face)

    assert (matte >= face_mask(face, SIDE, SIDE)).all()


def test_a_filtered_mask_takes_the_edge_of_the_colours() -> None:
    """A mask blurred and three pixels off comes back to the edge of a noisy grey picture."""
    noise = np.random.default_rng(2).normal(0, 0.01, (64, 64, 1))
    guide = np.repeat((np.arange(64) < 32)[None, :, None] * 0.5 + 0.2 + noise, 3, 2)
    guide = np.broadcast_to(guide, (64, 64, 3)).astype(np.float32)
    ramp = ((38 - np.arange(64)) / 6).clip(0, 1)
    mask = np.broadcast_to(ramp, (64, 64)).astype(np.float32)

    fitted = guided_filter(guide, mask, radius=8, smoothness=1e-4, shrink=1)

    assert np.isfinite(fitted).all()
    assert fitted[:, 31].mean() - fitted[:, 32].mean() > 0.5


@pytest.mark.parametrize("shrink", [1, 2, 4])
def test_an_even_mask_stays_as_it_is(shrink: int) -> None:
    guide = np.random.default_rng(1).random((48, 64, 3)).astype(np.float32)

    fitted = guided_filter(
        guide, np.full((48, 64), 0.7, np.float32), radius=4, smoothness=1e-4, shrink=shrink
    )

    np.testing.assert_allclose(fitted, 0.7, atol=1e-4)
