from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from engine.effects.look import Frames
from engine.effects.symbiote.anatomy import measure
from engine.effects.symbiote.choreography import STORY_SECONDS, tell
from engine.effects.symbiote.look import symbiote
from engine.effects.symbiote.skull import build_body
from engine.effects.symbiote.spread import arrival
from engine.effects.toolkit.masks import signed_distance
from engine.jobs.job import ParamValue
from engine.vision.scene import Scene
from tests.looks import filmed, shot_of
from tests.photosensitivity import MOST_FLASHES, flashes_in_a_second


def shoot(scene: Scene, frames: int, seed: int = 7, **options: ParamValue) -> Frames:
    return filmed(symbiote, scene, shot_of("symbiote", frames, seed=seed, **options))


@pytest.fixture(scope="module")
def clip(astronaut_scene: Scene) -> Frames:
    """A whole clip: 96 frames."""
    return shoot(astronaut_scene, 96)


@pytest.fixture(scope="module")
def short_clip(astronaut_scene: Scene) -> Frames:
    """The same story in 16 frames."""
    return shoot(astronaut_scene, 16)


def moment(clip: Frames, second: float) -> NDArray[np.float64]:
    return clip[round(second / STORY_SECONDS * len(clip))].astype(np.float64)


def difference(first: NDArray[np.generic], second: NDArray[np.generic]) -> float:
    return float(np.abs(first.astype(np.float64) - second.astype(np.float64)).mean())


def test_the_first_frame_is_the_photo_bit_for_bit(clip: Frames, astronaut_scene: Scene) -> None:
    assert np.array_equal(clip[0], astronaut_scene.pixels)


def test_the_clip_leaves_the_photo_without_a_jump(clip: Frames) -> None:
    steps = [difference(after, before) for before, after in pairwise(clip[:4])]
    assert steps[0] < 0.5
    assert all(later - earlier < 1 for earlier, later in pairwise(steps))


@pytest.mark.parametrize("frames", [1, 2, 5])
def test_it_gives_as_many_frames_as_asked_for_in_small_chunks(
    astronaut_scene: Scene, frames: int
) -> None:
    chunks = list(symbiote(astronaut_scene, shot_of("symbiote", frames)))
    assert sum(map(len, chunks)) == frames
    assert max(map(len, chunks)) <= 4


def test_the_same_shot_gives_the_same_pixels(astronaut_scene: Scene) -> None:
    assert np.array_equal(shoot(astronaut_scene, 6), shoot(astronaut_scene, 6))


def test_another_seed_grows_and_looks_different(clip: Frames, astronaut_scene: Scene) -> None:
    other = shoot(astronaut_scene, 16, seed=8)
    assert difference(moment(other, 1.0), moment(clip, 1.0)) > 4
    assert difference(moment(other, 3.5), moment(clip, 3.5)) > 4


@pytest.mark.parametrize(("width", "height"), [(108, 192), (192, 108), (150, 130)])
def test_it_fills_any_shape_of_frame(
    scene_of: Callable[[int, int], Scene], width: int, height: int
) -> None:
    scene = scene_of(width, height)
    clip = shoot(scene, 8)
    assert clip.shape == (8, height, width, 3)
    assert np.array_equal(clip[0], scene.pixels)
    assert clip[-1].std() > 20


def test_before_the_eyes_open_the_goo_has_swallowed_the_whole_person(
    clip: Frames, astronaut_scene: Scene
) -> None:
    face = astronaut_scene.face_mask.numpy() > 0.5
    before, after = (moment(clip, second)[face].mean(-1) for second in (0.0, 2.25))
    assert np.median(before) > 120
    assert np.mean(after < 90) > 0.85


def test_the_background_stays_while_the_goo_grows(clip: Frames, astronaut_scene: Scene) -> None:
    away = signed_distance(astronaut_scene.matte).numpy() < -16
    photo, grown = moment(clip, 0.0)[away], moment(clip, 0.7)[away]
    assert difference(grown, photo) < 40
    assert (grown.mean(-1) < 0.5 * photo.mean(-1)).mean() < 0.001


def test_the_eyes_are_bright_and_the_open_maw_is_red(clip: Frames, astronaut_scene: Scene) -> None:
    covered, roaring = moment(clip, 2.25), moment(clip, 3.75)

    def white(frame: NDArray[np.float64]) -> float:
        return float((frame.min(-1) > 170).mean())

    def red(frame: NDArray[np.float64]) -> float:
        return float((frame[..., 0] - frame[..., 1:].max(-1) > 50).mean())

    assert white(roaring) > white(covered) + 0.01
    assert red(roaring) > red(covered) + 0.01


def test_without_a_tongue_there_is_less_red(short_clip: Frames, astronaut_scene: Scene) -> None:
    tongueless = shoot(astronaut_scene, 16, tongue=False)
    red, less_red = (
        frames[15, ..., 0] > 60 + frames[15, ..., 1].astype(int)
        for frames in (short_clip, tongueless)
    )
    assert red.sum() > 1.5 * less_red.sum()


def test_without_tentacles_only_what_is_behind_the_person_changes(
    short_clip: Frames, astronaut_scene: Scene
) -> None:
    armless = shoot(astronaut_scene, 16, tentacles=0)
    changed = np.abs(short_clip[15].astype(int) - armless[15]).max(-1) > 24
    head = slice(40, 120), slice(70, 110)
    assert changed.mean() > 0.01
    assert not changed[head].any()


def test_the_goo_takes_the_color_it_is_given(short_clip: Frames, astronaut_scene: Scene) -> None:
    green = shoot(astronaut_scene, 16, color="#20a040")
    face = astronaut_scene.face_mask.numpy() > 0.5
    tinted, black = (frames[9][face].mean(0) for frames in (green, short_clip))
    assert tinted[1] - tinted[[0, 2]].mean() > black[1] - black[[0, 2]].mean() + 20


def test_nothing_flashes(clip: Frames) -> None:
    assert flashes_in_a_second(clip, 24) <= MOST_FLASHES


def test_the_goo_covers_the_person_in_proportion_to_its_growth(astronaut_scene: Scene) -> None:
    reached = arrival(astronaut_scene, measure(astronaut_scene.face), seed=3)
    person = reached[astronaut_scene.matte > 0.5]
    assert bool(torch.isfinite(reached).all())
    shares = [float((person < growth).float().mean()) for growth in (0.0, 0.25, 0.5, 0.75, 1.05)]
    assert all(before < after for before, after in pairwise(shares))
    assert shares[0] < 0.02
    assert 0.3 < shares[2] < 0.7
    assert shares[-1] > 0.99


def test_the_creature_has_less_hair_and_stands_on_the_same_shoulders(
    astronaut_scene: Scene,
) -> None:
    body = build_body(astronaut_scene, measure(astronaut_scene.face))
    assert all(bool(torch.isfinite(plane).all()) for plane in (body.creature, body.relief))
    face = astronaut_scene.face_mask > 0.5
    assert bool((body.creature[face] > 0).all())
    upper, lower = slice(0, 90), slice(170, 192)
    person, creature = astronaut_scene.matte > 0.5, body.creature > 0
    assert creature[upper].sum() < 0.85 * person[upper].sum()
    assert bool((creature[lower] == person[lower]).float().mean() > 0.97)


@pytest.mark.parametrize("frames", [1, 24, 96, 144])
def test_the_story_starts_at_rest_whatever_the_clip_s_length(frames: int) -> None:
    story = tell(shot_of("symbiote", frames), (0.2, -0.1))
    at_rest = (story.yaw, story.pitch, story.roll, story.shift_x, story.shift_y, story.eyelids)
    assert all(track[0] == 0 for track in (*at_rest, story.mouth, story.eyes, story.grading))
    assert story.zoom[0] == 1


def test_the_camera_never_looks_past_the_photo() -> None:
    story = tell(shot_of("symbiote", 96), (0.4, -0.3))
    room = (1 - 1 / story.zoom) / 2
    assert (np.abs(story.shift_x) <= room).all()
    assert (np.abs(story.shift_y) <= room).all()
