"""Looks of tests, put where the engine finds its own."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import ModuleType

import numpy as np
import pytest

from engine.effects.catalogue import Effect, load_effects
from engine.effects.look import Frames, Look, Shot
from engine.effects.variants import LookVariant
from engine.vision.scene import Scene
from engine.worker.ability import ability_of
from engine.worker.bench import Bench

EFFECT = "head_turn"


def looking(bench: Bench, monkeypatch: pytest.MonkeyPatch, look: Look) -> Bench:
    """The same parts with another look, which `look:broken` needs."""
    effects = _with_look(monkeypatch, look)
    return replace(bench, effects=effects, ability=ability_of(effects, "cpu"))


def _with_look(monkeypatch: pytest.MonkeyPatch, look: Look) -> Mapping[str, Effect]:
    module = ModuleType("engine.effects.broken.look")
    module.__dict__["broken"] = look
    monkeypatch.setitem(sys.modules, module.__name__, module)
    effects = dict(load_effects())
    variant = LookVariant(name=EFFECT, look="broken", cost_per_s=0.01)
    effects[EFFECT] = effects[EFFECT].model_copy(update={"variants": (variant,)})
    return effects


def photo_for_ever(scene: Scene, shot: Shot) -> Iterator[Frames]:
    """The photo, and nothing happens to it."""
    for _ in range(shot.frames):
        yield np.repeat(scene.pixels[np.newaxis], 1, axis=0)
