"""Converted nets against what the original runtimes computed from the same pixels."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from engine.vision.network import Network
from engine.vision.vision import Vision
from engine.weights import Weights
from tests.fakes.photos import astronaut

# LiteRT 2.3, flat index -> value
NEAR_SHAPES = {0: 1.06664, 101: -3.45225, 4778: -1.0011, 7168: 0.14897, 14335: 0.18452}
NEAR_SCORES = {0: -3.68986, 101: -4.25657, 143: 2.46621, 448: -4.63995, 895: -56.4985}
FAR_SHAPES = {0: -5.5754, 101: -6.63049, 12288: -7.85966, 18432: -7.33971, 36863: 15.80741}
FAR_SCORES = {0: -11.76858, 101: -9.0683, 356: 2.23498, 1152: -14.02534, 2303: -266.9715}
BELIEFS = {0: 0.0, 21845: 1.0, 32768: 0.0, 43690: 1.0, 65535: 0.47788}
BELIEF_MEAN = 0.541848

# MediaPipe 0.10.21 with refined landmarks on the same photo
LANDMARKS = {
    1: (223.4, 130.0, -22.9),
    10: (226.3, 71.7, -10.6),
    33: (195.2, 100.9, 4.5),
    61: (201.8, 139.2, 7.5),
    133: (213.3, 103.7, 1.1),
    152: (221.3, 177.4, 7.5),
    159: (202.8, 97.6, -1.2),
    234: (179.4, 110.0, 41.3),
    263: (255.8, 104.3, 4.0),
    291: (245.0, 141.0, 7.1),
    386: (248.3, 99.7, -1.6),
    454: (270.2, 115.5, 40.3),
    468: (203.5, 101.1, 0.9),
    473: (246.6, 103.5, 0.5),
}


def outputs(
    weights: Weights, name: str, pixels: NDArray[np.float64]
) -> dict[str, NDArray[np.float32]]:
    network = Network.of(weights.load(name), "cpu")
    image = torch.from_numpy(pixels.astype(np.float32)).permute(2, 0, 1)[None]
    return {name: values.flatten().numpy() for name, values in network(image).items()}


def assert_holds(values: NDArray[np.float32], expected: dict[int, float]) -> None:
    at = list(expected)
    np.testing.assert_allclose(values[at], list(expected.values()), rtol=1e-3, atol=1e-3)


def test_the_near_detector_gives_the_original_figures(weights: Weights) -> None:
    values = outputs(weights, "face_detector_near", astronaut()[::4, ::4] / 127.5 - 1)

    assert_holds(values["regressors"], NEAR_SHAPES)
    assert_holds(values["classificators"], NEAR_SCORES)
    assert values["classificators"].argmax() == 143


def test_the_far_detector_gives_the_original_figures(weights: Weights) -> None:
    middle = astronaut()[64:448:2, 64:448:2]
    values = outputs(weights, "face_detector_far", middle / 127.5 - 1)

    assert_holds(values["Identity"], FAR_SHAPES)
    assert_holds(values["Identity_1"], FAR_SCORES)
    assert values["Identity_1"].argmax() == 356


def test_the_person_net_gives_the_original_figures(weights: Weights) -> None:
    values = outputs(weights, "person_matte", astronaut()[::2, ::2] / 255)["activation_10"]

    assert_holds(values, BELIEFS)
    assert values.mean() == pytest.approx(BELIEF_MEAN, abs=1e-4)


def test_landmarks_lie_where_the_original_pipeline_puts_them(vision: Vision) -> None:
    """Within a tenth of the eye distance, and a fortieth on average."""
    (face,) = vision.faces(astronaut())
    away = face.landmarks[list(LANDMARKS)] - np.array(list(LANDMARKS.values()))

    assert np.hypot(away[:, 0], away[:, 1]).max() < face.eye_distance / 10
    assert np.hypot(away[:, 0], away[:, 1]).mean() < face.eye_distance / 40
    assert np.abs(away[:, 2]).max() < face.eye_distance / 10


def test_a_batch_gives_each_picture_its_own_result(weights: Weights) -> None:
    network = Network.of(weights.load("face_landmarks"), "cpu")
    pictures = torch.rand(2, 3, 192, 192, generator=torch.Generator().manual_seed(1))

    together, alone = network(pictures), network(pictures[1:])

    for name, values in alone.items():
        torch.testing.assert_close(together[name][1:], values, rtol=1e-3, atol=1e-3)


def test_a_file_that_is_no_network_is_refused(weights: Weights) -> None:
    with pytest.raises(ValueError, match="not a network"):
        Network.of(weights.load("face_mesh"), "cpu")
