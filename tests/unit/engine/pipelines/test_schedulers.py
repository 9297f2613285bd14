from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from engine.errors import CannotFilm
from engine.pipelines.check import a_take
from engine.pipelines.families.kandinsky5 import Kandinsky5
from engine.pipelines.families.sana import Sana
from engine.pipelines.libraries import diffusers
from engine.pipelines.loaded import Loaded
from engine.pipelines.shift import set_shift
from engine.pipelines.take import Mode

SCHEDULERS = [
    (diffusers.FlowMatchEulerDiscreteScheduler(shift=5.0), "shift"),
    (diffusers.UniPCMultistepScheduler(use_flow_sigmas=True, flow_shift=5.0), "flow_shift"),
]


@pytest.fixture(scope="module")
def sana(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    """A tiny SANA-Video, read from a folder."""
    folder: Path = tmp_path_factory.mktemp("sana")
    torch.manual_seed(0)
    Sana.checkpoints["any"].tiny().save_pretrained(folder)
    return Loaded.read(Sana(), "any", folder)


@pytest.mark.parametrize(("scheduler", "name"), SCHEDULERS)
def test_the_noise_is_spread_as_a_take_says(scheduler: Any, name: str) -> None:
    pipeline = SimpleNamespace(scheduler=scheduler)

    set_shift(pipeline, 8.0)

    assert pipeline.scheduler.config[name] == 8.0
    assert type(pipeline.scheduler) is type(scheduler)


@pytest.mark.parametrize(("scheduler", "name"), SCHEDULERS)
def test_without_a_word_about_it_the_noise_is_spread_as_the_checkpoint_says(
    scheduler: Any, name: str
) -> None:
    pipeline = SimpleNamespace(scheduler=scheduler)

    set_shift(pipeline, None)

    assert pipeline.scheduler.config[name] == 5.0


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@pytest.mark.parametrize("mode", [Mode.TEXT, Mode.PHOTO])
def test_how_the_noise_was_spread_for_one_take_is_forgotten_by_the_next(
    sana: Loaded, mode: Mode
) -> None:
    take = a_take(sana.family, mode, seed=1)
    before = sana.film(take).frames

    other = sana.film(replace(take, shift=2.0)).frames
    after = sana.film(take).frames

    assert not np.array_equal(before, other)
    assert np.array_equal(before, after)


def test_sparse_attention_films_whole_blocks_only() -> None:
    pipeline = Kandinsky5.checkpoints["text"].tiny()
    pipeline.transformer.register_to_config(attention_type="nabla")
    take = a_take(Kandinsky5(), Mode.TEXT, seed=1)

    assert Kandinsky5().arguments(pipeline, replace(take, width=1280, height=768)) == {}
    with pytest.raises(CannotFilm, match="multiples of 128"):
        Kandinsky5().arguments(pipeline, replace(take, width=1280, height=720))
