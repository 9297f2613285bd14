from __future__ import annotations

import dataclasses
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from engine.effects.look import Frames
from engine.effects.robot.anchors import Anchor
from engine.effects.robot.build import build_robot
from engine.effects.robot.chassis import Chassis, build_chassis, nearest_ids, on_photo
from engine.effects.robot.choreography import (
    EYES_LAST,
    FIRST_FLIP,
    JITTER,
    LAST_FLIP,
    STORY_SECONDS,
    choreograph,
    flip_starts,
)
from engine.effects.robot.design import Design, load_design
from engine.effects.robot.flip import Plating
from engine.effects.robot.layout import lay_out
from engine.effects.robot.lights import speak
from engine.effects.robot.look import robot
from engine.effects.robot.solids import Canvas, cylinder, ellipsoid
from engine.effects.robot.sparks import LIFE, strike
from engine.jobs.job import ParamValue
from engine.vision.scene import Face, Scene
from tests.looks import filmed, shot_of
from tests.photosensitivity import MOST_FLASHES, flashes_in_a_second


def shoot(scene: Scene, frames: int, seed: int = 7, **options: ParamValue) -> Frames:
    return filmed(robot, scene, shot_of("robot", frames, seed=seed, **options))


@pytest.fixture(scope="module")
def clip(astronaut_scene: Scene) -> Frames:
    """A whole clip: 96 frames."""
    return shoot(astronaut_scene, 96)


@pytest.fixture(scope="module")
def short_clip(astronaut_scene: Scene) -> Frames:
    """The same story in 8 frames, without sparks."""
    return shoot(astronaut_scene, 8, sparks=False)


@pytest.fixture(scope="module")
def design() -> Design:
    return load_design()


@pytest.fixture(scope="module")
def chassis(design: Design, astronaut_scene: Scene) -> Chassis:
    return build_chassis(design, astronaut_scene)


@pytest.fixture(scope="module")
def plating(chassis: Chassis, astronaut_scene: Scene) -> Plating:
    return Plating(chassis, astronaut_scene.matte.numpy(), seed=7)


def moment(clip: Frames, second: float) -> NDArray[np.float64]:
    return clip[round(second / STORY_SECONDS * len(clip))].astype(np.float64)


def difference(first: NDArray[np.generic], second: NDArray[np.generic]) -> float:
    return float(np.abs(first.astype(np.float64) - second.astype(np.float64)).mean())


def test_the_first_frame_is_the_photo_bit_for_bit(clip: Frames, astronaut_scene: Scene) -> None:
    assert clip.shape == (96, 192, 192, 3)
    assert np.array_equal(clip[0], astronaut_scene.pixels)


def test_the_clip_leaves_the_photo_without_a_jump(clip: Frames) -> None:
    steps = [difference(after, before) for before, after in pairwise(clip[:5])]
    assert steps[0] < 0.5
    assert all(later - earlier < 1 for earlier, later in pairwise(steps))


@pytest.mark.parametrize("frames", [1, 2, 5])
def test_it_gives_as_many_frames_as_asked_for_in_small_chunks(
    astronaut_scene: Scene, frames: int
) -> None:
    chunks = list(robot(astronaut_scene, shot_of("robot", frames)))
    assert sum(map(len, chunks)) == frames
    assert max(map(len, chunks)) <= 8


def test_the_same_shot_gives_the_same_pixels(astronaut_scene: Scene) -> None:
    assert np.array_equal(shoot(astronaut_scene, 4), shoot(astronaut_scene, 4))


def test_another_seed_flips_in_another_order_to_another_robot(
    clip: Frames, astronaut_scene: Scene
) -> None:
    other = shoot(astronaut_scene, 8, seed=8)
    assert difference(moment(other, 2.0), moment(clip, 2.0)) > 4
    assert difference(moment(other, 3.5), moment(clip, 3.5)) > 2


@pytest.mark.parametrize(("width", "height"), [(108, 192), (192, 108), (150, 130)])
def test_it_fills_any_shape_of_frame(
    scene_of: Callable[[int, int], Scene], width: int, height: int
) -> None:
    scene = scene_of(width, height)
    clip = shoot(scene, 4)
    assert clip.shape == (4, height, width, 3)
    assert np.array_equal(clip[0], scene.pixels)
    assert clip[-1].std() > 20


def test_nothing_flashes(clip: Frames) -> None:
    assert flashes_in_a_second(clip, 24) <= MOST_FLASHES


def test_the_skin_turns_to_colourless_metal(clip: Frames, astronaut_scene: Scene) -> None:
    face = astronaut_scene.face_mask.numpy() > 0.5

    def colourful(second: float) -> float:
        frame = moment(clip, second)[face]
        return float(np.median(np.ptp(frame, axis=1)))

    assert colourful(0) > 40
    assert colourful(2.7) < 25


def test_the_background_stays_until_it_darkens(
    short_clip: Frames, astronaut_scene: Scene, chassis: Chassis
) -> None:
    person = torch.maximum(
        astronaut_scene.matte, torch.from_numpy(on_photo(chassis.covered)).float()
    )
    away = torch.nn.functional.max_pool2d(person[None], 25, 1, 12)[0].numpy() < 0.02
    photo, scanned, night = (moment(short_clip, second)[away] for second in (0.0, 0.5, 3.5))
    assert away.mean() > 0.1
    assert difference(scanned, photo) < 6
    assert night.mean() < 0.8 * photo.mean()


def test_the_eyes_and_the_mouth_glow_in_the_colour_asked_for(astronaut_scene: Scene) -> None:
    red, green = (
        shoot(astronaut_scene, 4, sparks=False, glow=glow)[-1].astype(int)
        for glow in ("#ff2010", "#10ff20")
    )
    left, right = astronaut_scene.face.landmarks[[468, 473], :2].astype(int)
    for x, y in (left, right):
        near = slice(y - 8, y + 9), slice(x - 8, x + 9)
        assert (red[near] - green[near])[..., 0].max() > 60
        assert (green[near] - red[near])[..., 1].max() > 60


def test_the_paint_the_shell_and_the_sparks_are_as_asked_for(
    short_clip: Frames, astronaut_scene: Scene
) -> None:
    blue = shoot(astronaut_scene, 4, sparks=False, paint="#2030ff")[-1].astype(int)
    more_blue = (blue - short_clip[6])[..., 2] - (blue - short_clip[6])[..., 0]
    assert (more_blue > 60).mean() > 0.01
    face = astronaut_scene.face_mask.numpy() > 0.5
    ceramic, brass = (
        shoot(astronaut_scene, 4, sparks=False, shell=shell)[-1][face].mean(0)
        for shell in ("ceramic", "brass")
    )
    assert brass[0] - brass[2] > ceramic[0] - ceramic[2] + 15
    sparkling = shoot(astronaut_scene, 8)
    brighter = (sparkling.astype(int) - short_clip).max(-1) > 60
    assert brighter[5].any()
    assert not brighter[:3].any()


def test_every_panel_starts_as_skin_and_ends_as_metal(plating: Plating) -> None:
    skin, metal, inside = (np.full((192, 192, 4), value, np.float32) for value in (0.2, 0.8, 0.5))
    before = plating.assemble(plating.begins, skin, metal, inside)
    between = plating.assemble((plating.begins + plating.ends) / 2, skin, metal, inside)
    after = plating.assemble(plating.ends, skin, metal, inside)
    assert np.allclose(before, skin, atol=1e-5)
    assert np.allclose(after, metal, atol=1e-5)
    assert 0.2 < between.mean() < 0.8
    assert np.isfinite(between).all()


def test_panels_fly_in_a_wave_and_the_eyes_come_last(plating: Plating) -> None:
    assert plating.begins >= FIRST_FLIP - JITTER
    places = np.random.default_rng(0).uniform(-2, 2, (200, 2))
    last = np.arange(200) < 4
    for seed in range(8):
        starts = flip_starts(places, last, seed)
        assert (starts[last] >= EYES_LAST).all()
        assert (starts[~last] <= LAST_FLIP + JITTER).all()
        assert np.ptp(starts[~last]) > 0.8


def test_the_robot_is_finite_everywhere(astronaut_scene: Scene) -> None:
    made = build_robot(astronaut_scene, shot_of("robot", 96))
    planes = [getattr(made.suit, plane.name) for plane in dataclasses.fields(made.suit)]
    assert all(bool(torch.isfinite(plane).all()) for plane in [*planes, made.inside, made.edge])
    facing = made.suit.normals.norm(dim=0)[made.suit.cover[0] > 0.99]
    assert float((facing - 1).abs().max()) < 1e-3


def test_the_robot_covers_the_face_and_has_hubs_for_ears(
    chassis: Chassis, astronaut_scene: Scene
) -> None:
    face = astronaut_scene.face_mask.numpy() > 0.5
    assert on_photo(chassis.covered)[face].all()
    _, hubs = np.nonzero(on_photo(chassis.named("hub_drum")))
    _, columns = np.nonzero(face)
    assert hubs.min() < columns.min()
    assert hubs.max() > columns.max()


def test_the_robot_has_none_of_the_hair(chassis: Chassis, astronaut_scene: Scene) -> None:
    head = slice(0, int(astronaut_scene.face.landmarks[152, 1]))
    person = (astronaut_scene.matte.numpy() > 0.5)[head]
    assert on_photo(chassis.covered)[head].sum() < 0.95 * person.sum()


def test_every_landmark_of_the_design_is_on_the_middle_line_or_has_a_twin(
    design: Design, astronaut_scene: Scene
) -> None:
    paired = {landmark for pair in design.pairs for landmark in pair}
    used = {point for plate in design.plate for point in plate.outline if isinstance(point, int)}
    head = lay_out(design, astronaut_scene.face).head
    for landmark in used - paired:
        off = astronaut_scene.face.landmarks[landmark, :2] - head.origin[:2]
        assert abs(off @ head.axes[0, :2]) / head.unit < 0.06, landmark


def test_liveries_paint_only_parts_that_there_are(design: Design) -> None:
    parts = {part.name for part in (*design.plate, *design.solid)}
    for livery in design.livery:
        assert livery.shell | livery.dark | livery.accent <= parts
    assert {design.livery_of(seed).name for seed in range(40)} == {
        livery.name for livery in design.livery
    }


def rolled(face: Face, radians: float) -> Face:
    """The face turned clockwise about the picture's origin."""
    cos, sin = np.cos(radians), np.sin(radians)
    landmarks = face.landmarks.copy()
    landmarks[:, :2] = face.landmarks[:, :2] @ np.array([[cos, sin], [-sin, cos]])
    return dataclasses.replace(face, landmarks=landmarks)


def test_the_plates_turn_with_a_head_that_is_held_aslant(
    design: Design, astronaut_scene: Scene
) -> None:
    face, angle = astronaut_scene.face, 0.4
    upright, aslant = lay_out(design, face), lay_out(design, rolled(face, angle))
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    for before, after in zip(upright.outlines, aslant.outlines, strict=True):
        if before.plate.on == "head":
            assert np.allclose(before.points @ turn, after.points, atol=0.01)
    shoulders = np.arctan2(*aslant.body.axes[0, 1::-1])
    assert 0.05 < shoulders < 0.25


def test_the_plates_grow_with_the_face(design: Design, astronaut_scene: Scene) -> None:
    face = astronaut_scene.face
    twice = dataclasses.replace(face, landmarks=face.landmarks * 2)
    small, large = lay_out(design, face), lay_out(design, twice)
    for before, after in zip(small.outlines, large.outlines, strict=True):
        assert np.allclose(before.points * 2, after.points, atol=0.01)


UPRIGHT = Anchor(origin=np.array([20.0, 15.0, 0.0]), axes=np.eye(3), unit=5.0)
CANVAS = Canvas(height=30, width=40, fine=1)


def test_a_sphere_is_nearest_in_its_middle_and_slopes_away_from_it() -> None:
    ball = ellipsoid(CANVAS, UPRIGHT, np.zeros(3), np.ones(3))
    rows, columns = ball.patch
    x, y = 20 - columns.start, 15 - rows.start
    assert ball.depth[y, x] == pytest.approx(5.0, abs=0.01)
    assert ball.depth[y, x + 3] == pytest.approx(4.0, abs=0.01)
    assert ball.slope[0, y, x + 3] == pytest.approx(-0.75, abs=0.02)
    assert not np.isfinite(ball.depth[y, x + 6])


def test_a_cylinder_shows_its_side_or_its_cap() -> None:
    upright = cylinder(CANVAS, UPRIGHT, np.array([(0, -1, 0), (0, 1, 0)]), 1.0)
    rows, columns = upright.patch
    x, y = 20 - columns.start, 15 - rows.start
    assert upright.depth[y, x] == pytest.approx(5.0, abs=0.01)
    assert upright.slope[0, y, x + 3] == pytest.approx(-0.75, abs=0.02)
    towards = cylinder(CANVAS, UPRIGHT, np.array([(0, 0, -1), (0, 0, 2)]), 1.0)
    rows, columns = towards.patch
    cap = towards.depth[15 - rows.start, 20 - columns.start :]
    assert cap[:5] == pytest.approx(10.0, abs=0.01)


def test_a_solid_beyond_the_picture_shows_nothing() -> None:
    away = ellipsoid(CANVAS, UPRIGHT, np.array([30.0, 0, 0]), np.ones(3))
    assert away.depth.size == 0


def test_gaps_go_to_the_nearest_part() -> None:
    ids = np.full((5, 9), -1, np.int32)
    ids[2, 1], ids[2, 7] = 4, 6
    filled = nearest_ids(ids)
    assert (filled[:, :4] == 4).all()
    assert (filled[:, 5:] == 6).all()


@pytest.mark.parametrize("frames", [1, 24, 96])
def test_the_story_starts_at_rest_whatever_the_clip_s_length(
    astronaut_scene: Scene, frames: int
) -> None:
    tracks = choreograph(shot_of("robot", frames), astronaut_scene, np.array([2.0]))
    still = (tracks.presence, tracks.yaw, tracks.pitch, tracks.roll, tracks.blink, tracks.eyes)
    assert all(track[0] == 0 for track in (*still, tracks.dim, tracks.shift_x, tracks.shift_y))
    assert tracks.zoom[0] == 1


def test_the_camera_never_looks_past_the_photo(astronaut_scene: Scene) -> None:
    aside = dataclasses.replace(astronaut_scene.face, centre=np.array([20.0, 180.0], np.float32))
    scene = dataclasses.replace(astronaut_scene, face=aside)
    tracks = choreograph(shot_of("robot", 96), scene, np.linspace(1, 2.5, 60))
    room = (1 - 1 / tracks.zoom) / 2 * 192 + 1e-9
    assert (np.abs(tracks.shift_x) <= room).all()
    assert (np.abs(tracks.shift_y) <= room).all()


def test_the_robot_speaks_only_with_power() -> None:
    pulse = np.linspace(-2, 1.2, 80)
    levels = speak(pulse, seed=3)
    assert np.ptp(levels[pulse < 0]) == 0
    assert np.ptp(levels[pulse > 0.4]) > 0.3
    assert levels.min() > 0
    assert levels.max() <= 1


def test_sparks_fly_from_a_landing_panel_fall_and_go_out() -> None:
    rim = np.array([(50.0, 20.0), (54.0, 20.0), (50.0, 24.0)])
    sparks = strike([rim, rim[:0]], np.array([1.0, 1.2]), unit=10.0, seed=1)
    assert sparks.fly(np.array([0.5]), 100, 100) is None
    assert sparks.fly(np.array([1.0 + LIFE[1] + 0.05]), 100, 100) is None
    early, late = (sparks.fly(np.array([time]), 100, 100) for time in (1.06, 1.3))
    assert early is not None
    assert late is not None

    def height(light: torch.Tensor) -> float:
        rows = light.sum((0, 1, 3))
        return float((rows * torch.arange(100)).sum() / rows.sum())

    assert height(late) > height(early)
    assert late.sum() < early.sum()
