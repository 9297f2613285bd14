"""Finding faces, and placing their landmarks the same however the photo is held."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from engine.vision import regions
from engine.vision.scene import Face
from engine.vision.vision import Vision
from tests.fakes import photos
from tests.fakes.photos import Photo

Points = NDArray[np.floating]


@pytest.fixture(scope="module")
def face(vision: Vision) -> Face:
    """The face of the portrait as it is."""
    (face,) = vision.faces(photos.astronaut())
    return face


def only_face(vision: Vision, photo: Photo) -> Face:
    (found,) = vision.faces(photo)
    return found


def mean_error(found: Face, expected: Points) -> float:
    """Mean distance of the landmarks, in eye distances."""
    away = np.linalg.norm(found.landmarks[:, :2] - expected, axis=1)
    return float(away.mean()) / found.eye_distance


def test_the_axes_and_eyes_are_those_of_the_image(face: Face) -> None:
    left, right = face.landmarks[regions.LEFT_IRIS], face.landmarks[regions.RIGHT_IRIS]

    assert left[0] < face.between_eyes[0] < right[0]
    assert face.right[0] > 0.99
    assert face.down[1] > 0.99
    assert face.eye_distance == pytest.approx(43, abs=2)


def test_the_irises_lie_within_their_eyes(face: Face) -> None:
    for iris, eye in (
        (regions.LEFT_IRIS, regions.LEFT_EYE),
        (regions.RIGHT_IRIS, regions.RIGHT_EYE),
    ):
        opening = face.landmarks[list(eye), :2]
        assert cv2.pointPolygonTest(opening, face.landmarks[iris, :2].tolist(), False) > 0


def test_the_nose_is_nearer_than_the_ears(face: Face) -> None:
    depth = face.landmarks[:, 2]

    assert depth[1] < depth[234] - face.width / 3
    assert depth[1] < depth[454] - face.width / 3


@pytest.mark.parametrize("degrees", [-60, -30, 20, 45])
def test_landmarks_turn_with_the_photo(vision: Vision, face: Face, degrees: float) -> None:
    photo, matrix = photos.rolled(degrees)
    found = only_face(vision, photo)

    expected = face.landmarks[:, :2] @ matrix[:, :2].T + matrix[:, 2]
    assert mean_error(found, expected) < 0.03
    np.testing.assert_allclose(found.right, matrix[:, :2] @ face.right, atol=0.03)
    np.testing.assert_allclose(found.down, matrix[:, :2] @ face.down, atol=0.03)


def test_a_mirrored_photo_gives_the_mirrored_face(vision: Vision, face: Face) -> None:
    """Left and right stay the image's: the numbers do not go with the person."""
    found = only_face(vision, photos.mirrored())

    across = [regions.LEFT_IRIS, regions.RIGHT_IRIS]
    expected = face.landmarks[across[::-1], :2] * [-1, 1] + [511, 0]
    np.testing.assert_allclose(found.landmarks[across, :2], expected, atol=1.0)
    assert found.width == pytest.approx(face.width, rel=0.02)


@pytest.mark.parametrize("side", [384, 2200])
def test_landmarks_grow_with_the_photo(vision: Vision, face: Face, side: int) -> None:
    found = only_face(vision, photos.sized(side))

    scale = side / 512
    assert mean_error(found, (face.landmarks[:, :2] + 0.5) * scale - 0.5) < 0.03
    assert found.landmarks[1, 2] == pytest.approx(face.landmarks[1, 2] * scale, rel=0.1)


@pytest.mark.parametrize(
    "photo",
    [photos.dark, photos.overexposed, photos.dark_skinned],
    ids=["dark", "overexposed", "dark skin"],
)
def test_light_and_skin_do_not_move_the_landmarks(
    vision: Vision, face: Face, photo: Callable[[], Photo]
) -> None:
    assert mean_error(only_face(vision, photo()), face.landmarks[:, :2]) < 0.06


def test_a_face_that_fills_the_photo_is_found(vision: Vision, face: Face) -> None:
    assert (
        mean_error(only_face(vision, photos.close_up()), face.landmarks[:, :2] - [165, 62]) < 0.04
    )


def test_a_face_that_leaves_the_photo_is_found(vision: Vision, face: Face) -> None:
    found = only_face(vision, photos.cut_off())

    assert mean_error(found, face.landmarks[:, :2] - [202, 0]) < 0.06


def test_all_of_ten_faces_are_found_once_the_biggest_first(vision: Vision) -> None:
    found = vision.faces(photos.ten_faces())

    widths = [face.width for face in found]
    assert len(found) == photos.FACES
    assert widths == sorted(widths, reverse=True)
    assert found[0].centre[1] > 360 > found[0].centre[0]


def test_a_small_face_in_a_large_photo_is_found(vision: Vision) -> None:
    canvas = np.full((2400, 3600, 3), 128, np.uint8)
    canvas[1500:2012, 2600:3112] = photos.astronaut()

    assert only_face(vision, canvas).centre == pytest.approx((2825, 1625), abs=15)


@pytest.mark.parametrize("shape", [(512, 512), (2000, 40), (40, 2000), (1, 1)])
def test_a_photo_without_a_face_has_none(vision: Vision, shape: tuple[int, int]) -> None:
    assert vision.faces(np.full((*shape, 3), 127, np.uint8)) == ()


def test_a_landscape_has_no_face(vision: Vision) -> None:
    assert vision.faces(photos.no_face()) == ()
