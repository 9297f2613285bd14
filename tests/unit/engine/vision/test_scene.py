"""A photo taken apart: what the looks rely on."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor

from engine.jobs.errors import Refused
from engine.jobs.refusal import RefusalCode
from engine.vision import regions
from engine.vision.scene import Scene
from engine.vision.vision import SMALLEST_FACE, Vision
from tests.fakes import photos
from tests.fakes.photos import Photo

SHAPES = {
    "matte": (),
    "face_mask": (),
    "depth": (),
    "head_weight": (),
    "image": (3,),
    "person": (3,),
    "plate": (3,),
    "normals": (3,),
}
FRACTIONS = ("image", "matte", "face_mask", "person", "plate", "head_weight")


@pytest.fixture(scope="module")
def scene(vision: Vision) -> Scene:
    """The portrait in a square."""
    return vision.scene(photos.astronaut(), 256, 256)


def parts(scene: Scene) -> dict[str, Tensor]:
    return {name: getattr(scene, name) for name in SHAPES}


def assert_sound(scene: Scene, width: int, height: int) -> None:
    assert (scene.width, scene.height) == (width, height)
    assert scene.pixels.shape == (height, width, 3)
    assert scene.pixels.flags.c_contiguous
    for name, part in parts(scene).items():
        assert part.shape == (*SHAPES[name], height, width), name
        assert part.dtype == torch.float32, name
        assert part.isfinite().all(), name
    for name in FRACTIONS:
        part = getattr(scene, name)
        assert part.min() >= 0, name
        assert part.max() <= 1, name
    assert np.isfinite(scene.face.landmarks).all()
    assert scene.face.landmarks.dtype == np.float32


@pytest.mark.parametrize(
    ("width", "height"),
    [(288, 512), (512, 288), (310, 182), (128, 72), (2, 128)],
)
def test_a_scene_has_the_size_it_was_asked_for(vision: Vision, width: int, height: int) -> None:
    assert_sound(vision.scene(photos.astronaut(), width, height), width, height)


@pytest.mark.parametrize(
    "photo",
    [
        photos.portrait,
        photos.landscape,
        photos.dark,
        photos.overexposed,
        photos.dark_skinned,
        photos.close_up,
        photos.cut_off,
        photos.ten_faces,
        lambda: photos.rolled(40)[0],
    ],
)
def test_hard_photos_give_sound_scenes(vision: Vision, photo: Callable[[], Photo]) -> None:
    assert_sound(vision.scene(photo(), 144, 192), 144, 192)


def test_the_image_is_the_pixels(scene: Scene) -> None:
    expected = torch.from_numpy(scene.pixels).permute(2, 0, 1) / 255

    assert torch.equal(scene.image, expected)


def test_the_crop_shows_the_photo_itself(vision: Vision) -> None:
    """At the photo's own scale, the crop is a piece of the photo bit for bit."""
    photo = photos.astronaut()
    scale = vision.scene(photo, 512, 512).face.width / vision.faces(photo)[0].width
    side = round(512 / scale)

    pixels = vision.scene(photo, side, side).pixels

    pieces = np.lib.stride_tricks.sliding_window_view(photo, (side, side, 3))
    assert (pieces[:, :, 0, ::32, ::32] == pixels[::32, ::32]).all((2, 3, 4)).any()


def test_the_same_photo_gives_the_same_bytes(vision: Vision, scene: Scene) -> None:
    again = vision.scene(photos.astronaut(), 256, 256)

    assert np.array_equal(again.pixels, scene.pixels)
    assert np.array_equal(again.face.landmarks, scene.face.landmarks)
    for name, part in parts(again).items():
        assert torch.equal(part, getattr(scene, name)), name


def test_the_face_lies_where_it_is_in_the_crop(vision: Vision, scene: Scene) -> None:
    (found,) = vision.faces(scene.pixels)

    away = np.linalg.norm(found.landmarks[:, :2] - scene.face.landmarks[:, :2], axis=1)
    assert away.mean() < scene.face.eye_distance * 0.03


def test_the_matte_holds_the_person_and_nothing_else(scene: Scene) -> None:
    hair, suit, wall = (25, 140), (235, 100), (60, 20)

    assert scene.matte[hair] > 0.99
    assert scene.matte[suit] > 0.99
    assert scene.matte[wall] < 0.01
    assert (scene.matte >= scene.face_mask).all()


def test_the_matte_has_no_holes_in_the_head(scene: Scene) -> None:
    around = scene.head_weight * scene.matte > 0.5
    assert scene.matte[around].mean() > 0.97


def test_only_the_chosen_one_of_ten_people_is_in_the_matte(vision: Vision) -> None:
    scene = vision.scene(photos.ten_faces(), 512, 288)

    assert scene.others
    for other in scene.others:
        x, y = other.landmarks[1, :2].round().astype(int).clip(0, (511, 287))
        assert scene.matte[y, x] < 0.05


def test_person_over_plate_is_the_photo_again(scene: Scene) -> None:
    together = scene.person * scene.matte + scene.plate * (1 - scene.matte)

    assert (together - scene.image).abs().mean() < 0.01


def test_the_plate_is_the_photo_away_from_the_person_and_not_the_person(scene: Scene) -> None:
    wall = (slice(None), slice(50, 90), slice(0, 30))
    hair = (slice(None), slice(20, 40), slice(120, 160))

    assert torch.equal(scene.plate[wall], scene.image[wall])
    brightness = scene.plate[hair].mean()
    assert brightness == pytest.approx(float(scene.image[wall].mean()), abs=0.08)
    assert scene.image[hair].mean() < brightness - 0.1


def test_the_nose_stands_out_and_the_silhouette_lies_back(scene: Scene) -> None:
    x, y = scene.face.landmarks[1, :2].round().astype(int)
    edge = (scene.matte > 0.4) & (scene.matte < 0.6)

    assert scene.depth[y, x] > scene.depth.max() - scene.face.width * 0.05
    assert scene.depth[edge].median() < scene.depth[y, x] - scene.face.width * 0.5
    assert scene.back < scene.depth[edge].median() + scene.face.width * 0.2


def test_the_relief_has_no_spikes(scene: Scene) -> None:
    """Outside the nose, neighbouring pixels differ by little."""
    across = scene.depth.diff(dim=1).abs()
    down = scene.depth.diff(dim=0).abs()

    assert max(across.max(), down.max()) < 5
    assert across.mean() < 0.6


def test_normals_are_unit_vectors_that_face_the_viewer(scene: Scene) -> None:
    torch.testing.assert_close(scene.normals.norm(dim=0), torch.ones(256, 256))
    assert (scene.normals[2] > 0).all()
    left, right = scene.face.landmarks[[234, 454], 0].round().astype(int)
    cheek = int(scene.face.landmarks[regions.LEFT_IRIS, 1]) + 10
    assert scene.normals[0, cheek, left + 4] < -0.3
    assert scene.normals[0, cheek, right - 4] > 0.3


def test_the_head_weighs_from_the_hair_to_the_shoulders(scene: Scene) -> None:
    x, y = scene.face.landmarks[regions.CHIN, :2].round().astype(int)

    assert scene.head_weight[0, x] == 1
    assert scene.head_weight[y - 5, x] == 1
    assert scene.head_weight[-1, x] < 0.2


def test_a_rolled_head_has_its_axes_rolled(vision: Vision) -> None:
    scene = vision.scene(photos.rolled(30)[0], 256, 256)

    assert scene.face.down @ [np.sin(np.pi / 6), np.cos(np.pi / 6)] > 0.98


def test_a_photo_without_a_face_is_refused(vision: Vision) -> None:
    with pytest.raises(Refused) as raised:
        vision.scene(photos.no_face(), 256, 256)

    assert raised.value.refusal.code is RefusalCode.NO_FACE


def test_a_face_too_small_is_refused_with_its_figures(vision: Vision) -> None:
    with pytest.raises(Refused) as raised:
        vision.scene(photos.tiny_face(), 256, 256)

    refusal = raised.value.refusal
    assert refusal.code is RefusalCode.FACE_TOO_SMALL
    assert refusal.data == {"pixels": 38, "needed": SMALLEST_FACE}


def test_a_clip_of_1080_pixels_is_possible(vision: Vision) -> None:
    assert_sound(vision.scene(photos.sized(1500), 608, 1080), 608, 1080)
