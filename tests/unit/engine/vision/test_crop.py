from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.vision.crop import Crop, selfie_crop
from engine.vision.faces import face_of
from engine.vision.scene import Face

EVEN = st.integers(32, 540).map(lambda half: 2 * half)


def face_at(x: float, y: float, size: float) -> Face:
    """A face whose landmarks are spread over a square around a point."""
    spread = np.random.default_rng(3).random((478, 3)).astype(np.float32)
    spread -= (spread.min(0) + spread.max(0)) / 2
    return face_of(spread * size + np.array([x, y, 0], np.float32))


@settings(deadline=None, max_examples=50)
@given(
    photo=st.tuples(st.integers(70, 900), st.integers(70, 900)),
    place=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    size=st.floats(20, 600),
    clip=st.tuples(EVEN, EVEN),
)
def test_a_crop_never_leaves_the_photo_and_keeps_its_shape(
    photo: tuple[int, int], place: tuple[float, float], size: float, clip: tuple[int, int]
) -> None:
    height, width = photo
    face = face_at(place[0] * width, place[1] * height, size)

    crop = selfie_crop(np.empty((height, width, 3), np.uint8), face, *clip)

    assert 0 <= crop.left <= crop.left + crop.photo_width <= width
    assert 0 <= crop.top <= crop.top + crop.photo_height <= height
    assert min(crop.photo_width, crop.photo_height) >= 1
    shape = clip[0] / clip[1]
    assert crop.photo_width == pytest.approx(crop.photo_height * shape, abs=0.51 * (1 + shape))


def test_a_face_in_the_middle_of_a_large_photo_is_in_the_middle_of_the_crop() -> None:
    face = face_at(600, 500, 200)

    crop = selfie_crop(np.empty((1000, 1200, 3), np.uint8), face, 512, 512)

    skin = crop.points(face.landmarks)[:468, :2]
    assert (skin.min(0) + skin.max(0)) / 2 == pytest.approx((256, 256), abs=8)
    assert np.ptp(skin[:, 1]) == pytest.approx(512 / 2.15, rel=0.01)


@pytest.mark.parametrize("size", [50, 130])
def test_points_go_where_their_pixels_go(size: int) -> None:
    photo = np.zeros((100, 100, 3), np.uint8)
    photo[40:44, 60:64] = 255
    crop = Crop(left=20, top=10, photo_width=80, photo_height=80, width=size, height=size)

    pixels = crop.pixels(photo)[..., 0].astype(np.float64)

    y, x = np.mgrid[:size, :size]
    centre = (pixels * x).sum() / pixels.sum(), (pixels * y).sum() / pixels.sum()
    point = crop.points(np.array([[61.5, 41.5, 8.0]], np.float32))[0]
    assert point[:2] == pytest.approx(centre, abs=0.1)
    assert point[2] == pytest.approx(8 * size / 80)
