"""All that is exact is turned on together, and of the rest it is said why not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from engine.errors import NotHere
from engine.pipelines.check import a_take
from engine.pipelines.families import family
from engine.pipelines.loaded import Loaded
from engine.pipelines.speed.decoder import ChannelsLast
from engine.pipelines.speed.tuning import exact, lossy, try_switch, tune, tuned
from engine.pipelines.take import Mode

CPU = torch.device("cpu")


@pytest.fixture
def loaded() -> Loaded:
    """A tiny Wan 2.1."""
    torch.manual_seed(0)
    of = family("wan2.1")
    return Loaded(of, of.checkpoints["text"], of.checkpoints["text"].tiny())


class Breaks:
    """Can be turned on, but then nothing can be filmed."""

    name = "breaks"
    is_lossy = False
    is_reversible = True

    def turn_on(self, loaded: Loaded) -> None:
        """Take the network's first block away."""
        self._kept: Any = loaded.pipeline.transformer.blocks
        loaded.pipeline.transformer.blocks = None

    def turn_off(self, loaded: Loaded) -> None:
        """Put it back."""
        loaded.pipeline.transformer.blocks = self._kept


def test_tuning_says_of_every_switch_whether_it_is_on_or_why_not(loaded: Loaded) -> None:
    tried = tune(loaded, CPU, has_loras=False)

    assert [each.switch.name for each in tried if each.is_on] == [
        "fused QKV",
        "channels last",
        "compiled blocks",
    ]
    assert all(bool(each.why_not) != each.is_on for each in tried)


def test_matrices_stay_single_where_loras_come_and_go() -> None:
    assert "fused QKV" not in [switch.name for switch in exact(CPU)]


def test_what_is_lossy_is_listed_apart() -> None:
    assert not any(switch.is_lossy for switch in exact(CPU, has_loras=False))
    assert all(switch.is_lossy for switch in lossy(CPU, steps=50))


def test_what_cannot_film_is_turned_off_again(loaded: Loaded) -> None:
    take = a_take(loaded.family, Mode.TEXT, seed=1)
    before = loaded.film(take)

    tried = try_switch(Breaks(), loaded, take)

    assert not tried.is_on
    assert "NoneType" in tried.why_not
    assert np.array_equal(before.frames, loaded.film(take).frames)


def test_what_films_stays_on(loaded: Loaded) -> None:
    tried = try_switch(ChannelsLast(), loaded, a_take(loaded.family, Mode.TEXT, seed=1))

    assert tried.is_on
    assert tried.why_not == ""


def test_a_refusal_is_passed_on_as_it_is(loaded: Loaded) -> None:
    class Refuses(Breaks):
        def turn_on(self, loaded: Loaded) -> None:
            raise NotHere("there is no tensor core")

    assert try_switch(Refuses(), loaded).why_not == "there is no tensor core"


def test_nothing_is_compiled_where_weights_come_and_go(loaded: Loaded) -> None:
    names = [each.switch.name for each in tuned(loaded, CPU, is_whole=False)]
    assert "compiled blocks" not in names
    assert "channels last" in names
    assert loaded.film(a_take(loaded.family, Mode.TEXT, seed=1)).frames.any()
