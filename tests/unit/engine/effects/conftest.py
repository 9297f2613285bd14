"""What the tests of looks and of their toolkit share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from skimage.data import astronaut

from engine.vision.scene import Scene
from engine.vision.vision import Vision
from engine.weights import Weights


@pytest.fixture(scope="session")
def scene_of(weights_folder: Path) -> Callable[[int, int], Scene]:
    """The astronaut's photo at a width and a height."""
    vision = Vision.load(Weights(weights_folder), device="cpu")
    return lambda width, height: vision.scene(astronaut(), width, height)


@pytest.fixture(scope="session")
def astronaut_scene(scene_of: Callable[[int, int], Scene]) -> Scene:
    """The astronaut's photo, small."""
    return scene_of(192, 192)
