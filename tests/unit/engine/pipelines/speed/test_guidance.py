"""Leading by the words only for the first steps of a film."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from engine.errors import NotHere
from engine.pipelines.check import a_take
from engine.pipelines.families import family
from engine.pipelines.loaded import Loaded
from engine.pipelines.speed.guidance import GuidanceInterval
from engine.pipelines.speed.switch import denoisers
from engine.pipelines.take import Take

STEPS = 4
LED = [
    ("wan2.1", "text"),
    ("wan2.1", "photo"),
    ("wan2.1", "vace"),
    ("wan2.2", "text"),
    ("wan2.2-5b", "any"),
    ("skyreels-v2", "text"),
    ("skyreels-v2", "photo"),
    ("kandinsky5", "text"),
    ("kandinsky5", "photo"),
    ("kandinsky6", "any"),
]


def tiny(name: str, kind: str) -> Loaded:
    torch.manual_seed(0)
    of = family(name)
    return Loaded(of, of.checkpoints[kind], of.checkpoints[kind].tiny())


def a_short_take(loaded: Loaded) -> Take:
    mode = next(iter(loaded.checkpoint.pipelines))
    return replace(a_take(loaded.family, mode, seed=1), steps=STEPS)


def runs(loaded: Loaded, take: Take) -> int:
    """How many times denoisers run for a take."""
    counted: list[object] = []
    hooks = [
        network.register_forward_pre_hook(lambda *_: counted.append(None))
        for network in denoisers(loaded)
    ]
    loaded.film(take)
    for hook in hooks:
        hook.remove()
    return len(counted)


@pytest.mark.parametrize(("name", "kind"), LED)
def test_the_second_half_of_the_steps_runs_once(name: str, kind: str) -> None:
    loaded = tiny(name, kind)
    take = a_short_take(loaded)
    assert runs(loaded, take) == 2 * STEPS

    GuidanceInterval(until=0.5).turn_on(loaded)

    assert runs(loaded, take) == STEPS + STEPS // 2


def test_the_film_differs_and_is_the_same_once_the_words_lead_to_the_end_again() -> None:
    loaded = tiny("wan2.1", "text")
    take = a_short_take(loaded)
    before = loaded.film(take).frames
    switch = GuidanceInterval()

    switch.turn_on(loaded)
    assert not np.array_equal(loaded.film(take).frames, before)

    switch.turn_off(loaded)
    assert np.array_equal(loaded.film(take).frames, before)


def test_a_film_that_is_not_led_by_the_words_is_the_same() -> None:
    loaded = tiny("wan2.1", "text")
    take = replace(a_short_take(loaded), guidance=1.0)
    before = loaded.film(take).frames

    GuidanceInterval().turn_on(loaded)

    assert np.array_equal(loaded.film(take).frames, before)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("ltx", "first"), ("minimax-h3", "any"), ("wan-animate2", "motion")],
)
def test_a_model_that_runs_no_step_twice_is_refused(name: str, kind: str) -> None:
    with pytest.raises(NotHere, match="second time"):
        GuidanceInterval().turn_on(tiny(name, kind))
