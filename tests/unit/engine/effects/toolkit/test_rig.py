from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest
import torch

from engine.effects.toolkit.camera import view
from engine.effects.toolkit.expression import Expression
from engine.effects.toolkit.rig import HeadRig, turn_normals
from engine.effects.toolkit.sampling import pixel_grid, sample
from engine.vision.scene import Scene

NONE = np.zeros(1)
TURN = np.radians([21.0])


@pytest.fixture(scope="module")
def rig(astronaut_scene: Scene) -> HeadRig:
    return HeadRig(astronaut_scene)


def test_a_head_that_is_not_turned_is_read_exactly_where_it_is(
    rig: HeadRig, astronaut_scene: Scene
) -> None:
    x, y = rig.pose(NONE, NONE, NONE)
    plain_x, plain_y = pixel_grid(astronaut_scene.height, astronaut_scene.width)
    assert torch.equal(x[0], plain_x)
    assert torch.equal(y[0], plain_y)


@pytest.mark.parametrize("pose", [(21, 0, 0), (-21, 5, 3), (0, 12, 0), (0, 0, 10)])
def test_turned_points_land_where_they_are_read_from(
    rig: HeadRig, astronaut_scene: Scene, pose: tuple[float, float, float]
) -> None:
    angles = [np.radians([angle]) for angle in pose]
    forward = rig._moved(*angles).step
    steps = rig.pose_steps(*angles) / torch.tensor(rig.grid.scale).view(1, 2, 1, 1)
    landed = rig.grid.carried(forward, rig.pose_steps(*angles))
    face = rig.grid.reduced(astronaut_scene.face_mask[None])[0, 0] > 0.99
    miss = (steps + landed)[0].norm(dim=0)[face]
    assert float(miss.quantile(0.98)) < 0.5


def test_the_nose_leads_to_the_side_the_face_turns_to(rig: HeadRig, astronaut_scene: Scene) -> None:
    nose = astronaut_scene.face.landmarks[1]
    column, row = round(float(nose[0])), round(float(nose[1]))
    for side in (-1, 1):
        x, _ = rig.pose(side * TURN, NONE, NONE)
        # the pixel ahead of the nose shows what was behind it
        ahead = column + side * 8
        assert side * (float(x[0, row, ahead]) - ahead) < -4
    _, y = rig.pose(NONE, np.radians([10.0]), NONE)
    assert float(y[0, row + 4, column]) < row


def test_the_shoulders_follow_only_a_little(rig: HeadRig, astronaut_scene: Scene) -> None:
    x, _ = rig.pose(TURN, NONE, NONE)
    moved = (x[0] - pixel_grid(astronaut_scene.height, astronaut_scene.width)[0]).abs()
    assert float(moved[-10:].mean()) < 0.2 * float(moved[60:100, 60:130].mean())


def test_a_turn_stretches_nothing_beyond_measure(
    scene_of: Callable[[int, int], Scene],
) -> None:
    scene = scene_of(256, 256)
    x, _ = HeadRig(scene).pose(np.radians([26.0]), NONE, NONE)
    seen = sample(scene.matte[None, None], x, pixel_grid(256, 256)[1][None])[0, 0, :, 1:] > 0.9
    pace = (x[0, :, 1:] - x[0, :, :-1])[seen]
    assert float(pace.quantile(0.02)) > 0.4


def test_the_camera_s_view_is_the_same_as_filming_the_turned_head(rig: HeadRig) -> None:
    camera = view(192, 192, np.array([1.5]), np.array([6.0]), np.array([-3.0]))
    x, y = rig.pose(TURN, NONE, NONE)
    twice = sample(torch.stack([x, y], 1), *camera)
    once = torch.stack(rig.pose(TURN, NONE, NONE, view=camera), 1)
    assert float((once - twice).abs().mean()) < 0.1


def test_a_person_cut_off_by_the_picture_s_edge_is_held_there(astronaut_scene: Scene) -> None:
    everywhere = dataclasses.replace(
        astronaut_scene, matte=torch.ones(192, 192), head_weight=torch.ones(192, 192)
    )
    x, y = HeadRig(everywhere).pose(TURN, np.radians([8.0]), NONE)
    assert float(x[..., 0].min()) > -1.5
    assert float(x[..., -1].max()) < 192.5
    assert float(y[:, 0].min()) > -1.5


def test_poses_do_not_depend_on_what_is_posed_with_them(rig: HeadRig) -> None:
    yaw, rest = np.radians([5.0, -20.0, 12.0]), np.zeros(3)
    together = rig.pose_steps(yaw, rest, rest)
    alone = torch.cat([rig.pose_steps(yaw[[i]], NONE, NONE) for i in range(3)])
    assert torch.equal(together, alone)


def test_turned_normals_stay_unit_and_stay_put_without_weight() -> None:
    normals = torch.nn.functional.normalize(torch.randn(1, 3, 8, 8), dim=1)
    weight = torch.zeros(1, 1, 8, 8)
    torch.testing.assert_close(turn_normals(normals, TURN, NONE, NONE, weight), normals)
    turned = turn_normals(normals, TURN, NONE, NONE, weight + 1)
    torch.testing.assert_close(turned.norm(dim=1), torch.ones(1, 8, 8))
    front = torch.tensor([0.0, 0.0, 1.0]).view(1, 3, 1, 1)
    to_right = turn_normals(front, TURN, NONE, NONE, torch.ones(1, 1, 1, 1))
    assert float(to_right[0, 0]) == pytest.approx(np.sin(TURN[0]), abs=1e-6)


def expression(**amounts: float) -> Expression:
    tracks = {name: np.array([amounts.get(name, 0.0)]) for name in ("smile", "brows", "breath")}
    return Expression(**tracks)


def test_no_expression_changes_nothing(rig: HeadRig) -> None:
    assert float(rig.pose_steps(NONE, NONE, NONE, expression=expression()).abs().max()) == 0


@pytest.mark.parametrize(
    ("what", "landmark", "down"), [("smile", 61, True), ("smile", 291, True), ("brows", 105, True)]
)
def test_an_expression_lifts_what_it_should(
    rig: HeadRig, astronaut_scene: Scene, what: str, landmark: int, down: bool
) -> None:
    _, y = rig.pose(NONE, NONE, NONE, expression=expression(**{what: 1.0}))
    column, row = (round(float(v)) for v in astronaut_scene.face.landmarks[landmark, :2])
    assert (float(y[0, row, column]) > row + 0.5) == down


def test_a_breath_lifts_the_shoulders_and_leaves_the_picture_s_lower_edge(rig: HeadRig) -> None:
    _, y = rig.pose(NONE, NONE, NONE, expression=expression(breath=1.0))
    lift = y[0] - pixel_grid(192, 192)[1]
    assert float(lift[-1].abs().max()) < 0.05
    assert float(lift[150].mean()) > 0.2
