"""The engine's eyes, loaded once."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.vision.vision import Vision
from engine.weights import Weights


@pytest.fixture(scope="session")
def weights(weights_folder: Path) -> Weights:
    """The fetched weight files."""
    return Weights(weights_folder)


@pytest.fixture(scope="session")
def vision(weights: Weights) -> Vision:
    """Vision on the CPU."""
    return Vision.load(weights, device="cpu")
