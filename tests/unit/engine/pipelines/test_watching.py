from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from engine.errors import Stopped
from engine.pipelines.watching import watched

TIMES = (900.0, 600.0, 300.0)


class Denoiser(nn.Module):
    """Runs at a time, as those of diffusers do."""

    def forward(self, sample: Tensor, timestep: Tensor) -> Tensor:
        """Give back what it is given."""
        return sample * timestep


class Pipeline(SimpleNamespace):
    """A denoiser and a scheduler, without anything around them."""

    def __init__(self) -> None:
        super().__init__(transformer=Denoiser(), scheduler=SimpleNamespace(timesteps=torch.ones(9)))

    def begins_a_round(self, *times: float) -> None:
        """Set the times of the steps that follow, as a scheduler does."""
        self.scheduler.timesteps = torch.tensor(times)

    def runs_at(self, *times: float) -> None:
        """Run the denoiser at these times."""
        for time in times:
            self.transformer(torch.ones(1), timestep=torch.tensor([time]))


def fractions_of(filming: Callable[[Any], None], *, rounds: int = 1) -> list[float]:
    """What a watch is told while a pipeline films."""
    pipeline, told = Pipeline(), list[float]()

    def watch(fraction: float) -> bool:
        told.append(fraction)
        return True

    with watched(pipeline, ["transformer"], watch, rounds=rounds):
        filming(pipeline)
    return told


def test_every_step_counts_once_however_often_the_denoiser_runs_in_it() -> None:
    def with_guidance(pipeline: Pipeline) -> None:
        pipeline.begins_a_round(*TIMES)
        for time in TIMES:
            pipeline.runs_at(time, time)

    assert fractions_of(with_guidance) == pytest.approx([0, 0, 1 / 3, 1 / 3, 2 / 3, 2 / 3])


def test_what_is_made_chunk_after_chunk_goes_on_where_the_last_chunk_ended() -> None:
    def two_chunks(pipeline: Pipeline) -> None:
        for _ in range(2):
            pipeline.begins_a_round(*TIMES)
            pipeline.runs_at(*TIMES)

    told = fractions_of(two_chunks, rounds=2)

    assert told == pytest.approx([step / 6 for step in range(6)])


def test_rounds_with_one_step_each_are_told_apart() -> None:
    def three_rounds(pipeline: Pipeline) -> None:
        for _ in range(3):
            pipeline.begins_a_round(900.0)
            pipeline.runs_at(900.0)

    assert fractions_of(three_rounds, rounds=3) == pytest.approx([0, 1 / 3, 2 / 3])


def test_rounds_of_unequal_length_never_go_back() -> None:
    def unequal(pipeline: Pipeline) -> None:
        for times in ((900.0, 800.0, 700.0), (700.0, 600.0), (600.0,)) * 2:
            pipeline.begins_a_round(*times)
            pipeline.runs_at(*times)

    told = fractions_of(unequal, rounds=6)

    assert told == sorted(told)
    assert told[-1] == pytest.approx(5 / 6)


def test_looking_again_at_what_is_made_already_is_no_step() -> None:
    def with_a_memory(pipeline: Pipeline) -> None:
        pipeline.runs_at(0.0)
        pipeline.begins_a_round(*TIMES)
        pipeline.runs_at(*TIMES, 0.0)

    assert fractions_of(with_a_memory) == pytest.approx([0, 0, 1 / 3, 2 / 3, 2 / 3])


def test_a_pipeline_that_is_stopped_is_no_longer_watched() -> None:
    pipeline = Pipeline()
    pipeline.begins_a_round(*TIMES)

    with pytest.raises(Stopped), watched(pipeline, ["transformer"], lambda _: False):
        pipeline.runs_at(*TIMES)

    pipeline.runs_at(*TIMES)
