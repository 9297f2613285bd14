from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from skimage.data import astronaut

from engine.effects.look import Frames
from engine.effects.morph.choreography import story
from engine.effects.morph.framing import ROOM, Framing
from engine.effects.morph.look import morph
from engine.jobs.job import ParamValue
from engine.vision.scene import Scene
from engine.vision.vision import Vision
from tests.fakes.photos import close_up, dark_skinned
from tests.looks import shot_of
from tests.photosensitivity import MOST_FLASHES, flashes_in_a_second

Photo = NDArray[np.uint8]


def someone_else() -> Photo:
    """A darker, broader person who looks from the other side."""
    photo = np.ascontiguousarray(dark_skinned()[:, ::-1])
    return cv2.resize(photo, (600, 512), interpolation=cv2.INTER_AREA)[:, 44:556].astype(np.uint8)


@pytest.fixture(scope="module")
def other_scene(vision: Vision) -> Scene:
    return vision.scene(someone_else(), 192, 192)


def filmed(
    scene: Scene, other: Scene, frames: int, *, seed: int = 1, **options: ParamValue
) -> Frames:
    shot = shot_of("morph", frames, seed=seed, **options)
    return np.concatenate(list(morph(scene, other, shot)))


@pytest.fixture(scope="module")
def clip(astronaut_scene: Scene, other_scene: Scene) -> Frames:
    """A whole clip: 96 frames."""
    return filmed(astronaut_scene, other_scene, 96)


@pytest.fixture(scope="module")
def loop(astronaut_scene: Scene, other_scene: Scene) -> Frames:
    return filmed(astronaut_scene, other_scene, 96, loop=True)


def steps(frames: Frames) -> np.ndarray:
    return np.abs(np.diff(frames.astype(np.int16), axis=0)).mean((1, 2, 3))


def skin(picture: NDArray[np.number], scene: Scene) -> float:
    """How bright the face is."""
    return float(picture[scene.face_mask.numpy() > 0.9].mean())


def test_the_first_frame_is_the_first_photo_bit_for_bit(
    clip: Frames, astronaut_scene: Scene
) -> None:
    assert clip.shape == (96, 192, 192, 3)
    assert np.array_equal(clip[0], astronaut_scene.pixels)


def test_the_clip_leaves_the_photo_without_a_jump(clip: Frames) -> None:
    assert steps(clip)[0] < 1.5
    assert np.abs(clip[1].astype(int) - clip[0]).max() < 40


def test_the_last_frame_is_the_second_photo_in_its_place(
    clip: Frames, astronaut_scene: Scene, other_scene: Scene
) -> None:
    last = Framing(astronaut_scene, other_scene).last
    factor, goal = last.factor[0].real, last.goal[0]
    matrix = np.array(
        [
            [factor, 0, goal.real - factor * last.origin.real],
            [0, factor, goal.imag - factor * last.origin.imag],
        ]
    )
    expected = cv2.warpAffine(
        other_scene.pixels, matrix, (192, 192), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT
    )
    inside = np.s_[24:-24, 24:-24]
    assert np.abs(clip[-1].astype(int)[inside] - expected[inside]).mean() < 1.5


def test_the_eyes_of_both_are_in_the_same_place(
    clip: Frames, vision: Vision, astronaut_scene: Scene
) -> None:
    (found, *_) = vision.faces(clip[-1])
    away = np.linalg.norm(found.between_eyes - astronaut_scene.face.between_eyes)
    assert away < 0.1 * astronaut_scene.face.eye_distance


def test_both_people_are_seen_and_nobody_else_in_between(
    clip: Frames, astronaut_scene: Scene, other_scene: Scene
) -> None:
    first, last = skin(clip[0], astronaut_scene), skin(clip[-1], astronaut_scene)
    assert first - last > 30
    course = np.array([skin(frame, astronaut_scene) for frame in clip])
    assert np.diff(course).max() < 2
    assert course.min() > last - 4


def test_there_is_a_face_at_every_moment(clip: Frames, vision: Vision) -> None:
    assert all(len(vision.faces(clip[frame])) == 1 for frame in range(0, 96, 12))


def test_no_frame_jumps_and_nothing_flashes(clip: Frames, loop: Frames) -> None:
    for frames in (clip, loop):
        assert np.abs(np.diff(frames.mean((1, 2, 3)))).max() < 4
        assert flashes_in_a_second(frames, 24) <= MOST_FLASHES


def test_a_loop_comes_back_to_the_first_photo(
    loop: Frames, clip: Frames, astronaut_scene: Scene
) -> None:
    assert np.abs(loop[-1].astype(int) - loop[0]).mean() < 1
    middle = skin(loop[48], astronaut_scene)
    assert middle == pytest.approx(skin(clip[-1], astronaut_scene), abs=3)


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(
    astronaut_scene: Scene, other_scene: Scene
) -> None:
    one, again, other = (filmed(astronaut_scene, other_scene, 6, seed=seed) for seed in (5, 5, 6))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


@pytest.mark.parametrize(("width", "height"), [(384, 512), (512, 288), (130, 96), (98, 174)])
def test_every_size_and_shape_is_filmed_in_small_chunks(
    vision: Vision, width: int, height: int
) -> None:
    scene, other = (vision.scene(photo, width, height) for photo in (astronaut(), someone_else()))
    chunks = list(morph(scene, other, shot_of("morph", 3)))
    assert all(len(chunk) <= 8 and chunk.shape[1:] == (height, width, 3) for chunk in chunks)
    assert sum(len(chunk) for chunk in chunks) == 3
    assert np.array_equal(chunks[0][0], scene.pixels)


@pytest.mark.parametrize("frames", [1, 2, 3])
def test_a_clip_of_hardly_any_frames_is_filmed(
    astronaut_scene: Scene, other_scene: Scene, frames: int
) -> None:
    assert len(filmed(astronaut_scene, other_scene, frames)) == frames


def test_a_sweep_changes_the_left_before_the_right(
    astronaut_scene: Scene, other_scene: Scene
) -> None:
    swept = filmed(astronaut_scene, other_scene, 25, style="sweep").astype(int)
    left, right = np.s_[:, :, :64], np.s_[:, :, 128:]
    gone, to_come = (
        [np.abs(swept[side][11] - swept[side][end]).mean() for end in (0, -1)]
        for side in (left, right)
    )
    assert gone[0] > gone[1]
    assert to_come[0] < to_come[1]


def test_eyes_are_shut_while_they_change() -> None:
    told = story(shot_of("morph", 96), eyes_turn=0.3)
    assert told.lids[np.argmin(np.abs(told.turned - 0.3))] == pytest.approx(1, abs=0.05)
    assert told.lids[0] == told.lids[-1] == 0


def test_a_close_up_is_not_shrunk_until_it_hangs_in_the_picture(
    vision: Vision, astronaut_scene: Scene
) -> None:
    near = vision.scene(close_up(), 192, 192)
    last = Framing(astronaut_scene, near).last
    corners = np.array([[0.0, 0.0], [191.0, 191.0]])
    low, high = last.points(corners)
    assert low.max() <= ROOM * 192 + 0.5
    assert high.min() >= (1 - ROOM) * 192 - 1.5


def test_a_person_becomes_themselves_without_a_change(astronaut_scene: Scene) -> None:
    same = filmed(astronaut_scene, astronaut_scene, 9)
    assert np.abs(same[-1].astype(int) - same[0]).mean() < 1
