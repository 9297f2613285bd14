"""Filming looks in tests."""

from __future__ import annotations

import numpy as np

from engine.effects.catalogue import FOLDER, load_effect
from engine.effects.look import Frames, Look, Shot
from engine.effects.params import settle
from engine.jobs.job import ParamValue
from engine.vision.scene import Scene


def shot_of(effect: str, frames: int, *, seed: int = 1, **params: ParamValue) -> Shot:
    """A shot of an effect, its other options as its folder says."""
    described = load_effect(FOLDER / effect / "effect.toml")
    settled = settle(described.params, params)
    return Shot(frames=frames, fps=described.output.fps, seed=seed, params=settled)


def filmed(look: Look, scene: Scene, shot: Shot) -> Frames:
    """All frames of a shot."""
    return np.concatenate(list(look(scene, shot)))
