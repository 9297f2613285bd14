"""Steps, decoding and the whole of a take are told apart."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from engine.pipelines.check import a_take
from engine.pipelines.families import family
from engine.pipelines.loaded import Loaded
from engine.pipelines.speed.decoder import HalfDecoder
from engine.pipelines.speed.stopwatch import FEWEST_TIMED, decibels, timed
from engine.pipelines.take import Mode, Take

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def loaded() -> Loaded:
    """A tiny Wan 2.1."""
    torch.manual_seed(0)
    of = family("wan2.1")
    return Loaded(of, of.checkpoints["text"], of.checkpoints["text"].tiny())


@pytest.fixture
def take(loaded: Loaded) -> Take:
    """One of twelve steps, read once each."""
    return replace(a_take(loaded.family, Mode.TEXT, seed=1), steps=12, guidance=1.0)


def runs_of(loaded: Loaded, take: Take, *, is_whole: bool) -> int:
    """How often the denoiser runs while a take is timed."""
    runs: list[None] = []
    network = loaded.pipeline.transformer
    hook = network.register_forward_hook(lambda *_: runs.append(None))
    timed(loaded, take, CPU, is_whole=is_whole)
    hook.remove()
    return len(runs)


def test_only_as_many_steps_are_filmed_as_are_timed(loaded: Loaded, take: Take) -> None:
    warm_up = 2

    assert runs_of(loaded, take, is_whole=False) == warm_up + 1 + FEWEST_TIMED


def test_a_whole_take_is_filmed_twice(loaded: Loaded, take: Take) -> None:
    assert runs_of(loaded, take, is_whole=True) == 2 * take.steps


def test_steps_that_were_left_out_are_said_to_be_extrapolated(loaded: Loaded, take: Take) -> None:
    found = timed(loaded, take, CPU)

    assert found.is_extrapolated
    assert found.whole_s > take.steps * found.step_s * 0.5
    assert not timed(loaded, replace(take, steps=4), CPU).is_extrapolated


def test_a_whole_is_more_than_its_parts(loaded: Loaded, take: Take) -> None:
    found = timed(loaded, take, CPU, is_whole=True)

    assert found.step_s > 0
    assert found.decode_s > 0
    assert found.whole_s > found.decode_s + found.step_s
    assert found.frames.shape == (take.frames, take.height, take.width, 3)
    assert found.latents.ndim == 5


def test_a_decoder_that_is_timed_stays_as_it_is(loaded: Loaded, take: Take) -> None:
    vae, switch = loaded.pipeline.vae, HalfDecoder()
    timed(loaded, take, CPU)
    assert "decode" not in vars(vae)

    switch.turn_on(loaded)
    rounded = vae.decode
    timed(loaded, take, CPU)
    assert vae.decode is rounded
    switch.turn_off(loaded)


def test_noise_is_told_in_decibels_below_the_span_of_what_is_exact() -> None:
    exact = np.array([0.0, 1.0])

    assert decibels(exact, exact + 0.1) == pytest.approx(20)
    assert decibels(exact, exact) is None
    assert decibels(torch.tensor([0.0, 10.0]), torch.tensor([0.1, 10.1])) == pytest.approx(40)
