from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest
import torch

from engine.effects.head_turn.choreography import photographed_yaw, story
from engine.effects.head_turn.look import head_turn
from engine.effects.look import Frames
from engine.vision.scene import Face, Scene
from tests.looks import filmed, shot_of
from tests.photosensitivity import MOST_FLASHES, flashes_in_a_second


@pytest.fixture(scope="module")
def clip(astronaut_scene: Scene) -> Frames:
    """A whole clip: 96 frames."""
    return filmed(head_turn, astronaut_scene, shot_of("head_turn", 96))


def steps(frames: Frames) -> np.ndarray:
    return np.abs(np.diff(frames.astype(np.int16), axis=0)).mean((1, 2, 3))


def test_the_first_frame_is_the_photo_bit_for_bit(clip: Frames, astronaut_scene: Scene) -> None:
    assert clip.shape == (96, 192, 192, 3)
    assert np.array_equal(clip[0], astronaut_scene.pixels)


def test_the_clip_leaves_the_photo_without_a_jump(clip: Frames) -> None:
    assert steps(clip)[0] < 1.5
    assert np.abs(clip[1].astype(int) - clip[0]).max() < 40


def test_the_head_moves_and_comes_to_rest(clip: Frames) -> None:
    pace = steps(clip)
    assert pace[15:80].max() > 4
    assert pace[-3:].max() < 0.6


def test_the_clip_can_be_looped(clip: Frames) -> None:
    assert np.abs(clip[-1].astype(int) - clip[0]).mean() < 1


def test_no_frame_jumps_and_nothing_flashes(clip: Frames) -> None:
    brightness = clip.mean((1, 2, 3))
    assert np.abs(np.diff(brightness)).max() < 3
    assert flashes_in_a_second(clip, 24) <= MOST_FLASHES
    pace = steps(clip)
    assert np.abs(np.diff(pace)).max() < 0.35 * pace.max()


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(astronaut_scene: Scene) -> None:
    one, again, other = (
        filmed(head_turn, astronaut_scene, shot_of("head_turn", 6, seed=seed)) for seed in (5, 5, 6)
    )
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


@pytest.mark.parametrize(("width", "height"), [(384, 512), (512, 288), (130, 96), (98, 174)])
def test_every_size_and_shape_is_filmed_in_small_chunks(
    scene_of: Callable[[int, int], Scene], width: int, height: int
) -> None:
    scene = scene_of(width, height)
    chunks = list(head_turn(scene, shot_of("head_turn", 3)))
    assert all(len(chunk) <= 8 and chunk.shape[1:] == (height, width, 3) for chunk in chunks)
    assert sum(len(chunk) for chunk in chunks) == 3
    assert np.array_equal(chunks[0][0], scene.pixels)


@pytest.mark.parametrize("frames", [1, 2, 3])
def test_a_clip_of_hardly_any_frames_is_filmed(astronaut_scene: Scene, frames: int) -> None:
    assert len(filmed(head_turn, astronaut_scene, shot_of("head_turn", frames))) == frames


def test_direction_and_angle_turn_the_head(astronaut_scene: Scene) -> None:
    wide, narrow, right = (
        story(astronaut_scene, shot).yaw
        for shot in (
            shot_of("head_turn", 96, angle=25.0),
            shot_of("head_turn", 96, angle=10.0),
            shot_of("head_turn", 96, direction="right"),
        )
    )
    first_second = slice(0, 30)
    assert np.degrees(wide[first_second].min()) == pytest.approx(-25, abs=2)
    assert np.degrees(narrow[first_second].min()) == pytest.approx(-10, abs=1.5)
    assert right[first_second].max() > 0.3 > -right[first_second].min()


def test_the_eyes_lead_the_head(astronaut_scene: Scene) -> None:
    played = story(astronaut_scene, shot_of("head_turn", 96))
    frame = 12
    assert played.gaze[frame] < -0.4
    assert abs(played.yaw[frame]) < 0.1


@pytest.mark.parametrize("light", ["cool", "warm"])
def test_a_light_behind_the_head_shows_on_its_outline(astronaut_scene: Scene, light: str) -> None:
    plain, lit = (
        filmed(head_turn, astronaut_scene, shot_of("head_turn", 6, light=option))
        for option in ("natural", light)
    )
    glow = (lit[2].astype(int) - plain[2]).mean((0, 1))
    assert glow.max() > 0.02
    assert (glow[2] > glow[0]) == (light == "cool")


def yawed(face: Face, radians: float) -> Face:
    """The face with its landmarks' depth turned to the right."""
    landmarks = face.landmarks.copy()
    landmarks[:, 2] += (landmarks[:, 0] - face.centre[0]) * np.tan(radians)
    return dataclasses.replace(face, landmarks=landmarks)


def test_a_face_that_looks_aside_already_is_not_turned_further_than_it_can(
    astronaut_scene: Scene,
) -> None:
    aside = dataclasses.replace(astronaut_scene, face=yawed(astronaut_scene.face, 0.4))
    assert photographed_yaw(aside) > 0.35
    yaw = story(aside, shot_of("head_turn", 96, angle=26.0)).yaw
    assert np.degrees(yaw.max()) < 14
    assert np.degrees(yaw.min()) < -24


def test_a_head_cut_off_by_the_photo_s_edge_turns_less(astronaut_scene: Scene) -> None:
    filled = dataclasses.replace(astronaut_scene, matte=torch.ones_like(astronaut_scene.matte))
    yaw = story(filled, shot_of("head_turn", 96, angle=26.0)).yaw
    assert np.degrees(np.abs(yaw).max()) < 14


def test_a_dark_photo_of_one_colour_is_filmed_without_a_fault(astronaut_scene: Scene) -> None:
    black = dataclasses.replace(
        astronaut_scene,
        pixels=np.zeros_like(astronaut_scene.pixels),
        image=torch.zeros_like(astronaut_scene.image),
        person=torch.zeros_like(astronaut_scene.person),
        plate=torch.zeros_like(astronaut_scene.plate),
    )
    frames = filmed(head_turn, black, shot_of("head_turn", 6))
    assert frames.mean() < 6
