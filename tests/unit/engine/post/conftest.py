"""The networks that work on films, loaded once."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import WeightsUnreachable
from engine.post import interpolate, upscale
from engine.post.interpolate import Interpolator
from engine.post.upscale import Upscaler
from engine.weights import Weights


@pytest.fixture(scope="session")
def post_weights(weights_folder: Path) -> Weights:
    """Their weights, which nothing else fetches."""
    weights = Weights(weights_folder)
    try:
        weights.fetch([interpolate.WEIGHTS, upscale.WEIGHTS])
    except WeightsUnreachable as error:
        pytest.skip(str(error))
    return weights


@pytest.fixture(scope="session")
def interpolator(post_weights: Weights) -> Interpolator:
    """Frames between frames, on the CPU."""
    return Interpolator.load(post_weights, device="cpu")


@pytest.fixture(scope="session")
def upscaler(post_weights: Weights) -> Upscaler:
    """Larger frames, on the CPU."""
    return Upscaler.load(post_weights, device="cpu")
