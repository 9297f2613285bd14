from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch

from engine.effects.toolkit.eyes import Eyes
from engine.effects.toolkit.sampling import displace, pixel_grid
from engine.vision.scene import Scene

OPEN, AHEAD = np.zeros(1), np.zeros(1)
IRISES = [468, 473]


@pytest.fixture(scope="module")
def scene(scene_of: Callable[[int, int], Scene]) -> Scene:
    return scene_of(384, 384)


def around(scene: Scene, iris: int, radius: int) -> tuple[slice, slice]:
    column, row = (round(float(v)) for v in scene.face.landmarks[iris, :2])
    return (slice(row - radius, row + radius + 1), slice(column - radius, column + radius + 1))


def test_open_eyes_that_look_ahead_are_as_photographed(scene: Scene) -> None:
    assert torch.equal(Eyes(scene).painted(OPEN, AHEAD)[0], scene.person)
    assert all(float(step.abs().max()) == 0 for step in Eyes(scene).warp(OPEN))


@pytest.mark.parametrize("iris", IRISES)
def test_closed_lids_cover_the_dark_iris_with_skin(scene: Scene, iris: int) -> None:
    rows, columns = around(scene, iris, 2)
    shut = Eyes(scene).painted(np.ones(1), AHEAD)[0, :, rows, columns].mean((1, 2))
    iris_colour = scene.person[:, rows, columns].mean((1, 2))
    cheek_row, cheek_column = (round(float(v)) for v in scene.face.landmarks[50, :2])
    cheek = scene.person[:, cheek_row, cheek_column]
    assert float((shut - cheek).norm()) < 0.5 * float((iris_colour - cheek).norm())


@pytest.mark.parametrize("iris", IRISES)
def test_a_blink_reads_the_iris_s_place_from_above_it(scene: Scene, iris: int) -> None:
    dx, dy = Eyes(scene).warp(np.ones(1))
    x, y = pixel_grid(scene.height, scene.width)
    _, read = displace(x[None], y[None], dx, dy)
    column, row = (round(float(v)) for v in scene.face.landmarks[iris, :2])
    assert float(read[0, row, column]) < row - 2


def test_lids_close_gradually(scene: Scene) -> None:
    closing = Eyes(scene).painted(np.linspace(0, 1, 6), np.zeros(6))
    steps = (closing[1:] - closing[:-1]).abs().amax(1).flatten(1).sum(1)
    assert float(steps.max()) < 2.5 * float(steps.mean())


@pytest.mark.parametrize("iris", IRISES)
@pytest.mark.parametrize("turn", [-0.7, 0.7])
def test_a_turned_gaze_moves_the_dark_of_the_iris(scene: Scene, iris: int, turn: float) -> None:
    rows, columns = around(scene, iris, 6)
    turned = Eyes(scene).painted(OPEN, np.array([turn]))[0]

    def middle_of_dark(picture: torch.Tensor) -> float:
        dark = (0.45 - picture[:, rows, columns].mean(0)).clamp_min(0)
        return float((dark.sum(0) * torch.arange(dark.shape[1])).sum() / dark.sum())

    moved = middle_of_dark(turned) - middle_of_dark(scene.person)
    assert np.sign(moved) == np.sign(turn)
    assert abs(moved) > 0.5


def test_moving_the_eyes_leaves_the_rest_of_the_person_alone(scene: Scene) -> None:
    moved = Eyes(scene).painted(np.ones(1), np.array([0.8]))[0]
    changed = (moved - scene.person).abs().amax(0) > 0
    for iris in IRISES:
        reach = round(0.55 * scene.face.eye_distance)
        changed[around(scene, iris, reach)] = False
    assert not changed.any()
