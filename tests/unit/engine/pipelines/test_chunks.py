from __future__ import annotations

from itertools import accumulate
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import CannotFilm
from engine.pipelines.check import a_take
from engine.pipelines.families.animatediff import AnimateDiff
from engine.pipelines.families.anyflow import AnyFlow
from engine.pipelines.families.helios import Helios, HeliosPyramid
from engine.pipelines.family import Family
from engine.pipelines.take import Frames, Mode, Take

LENGTHS = st.integers(5, 60).map(lambda steps: 4 * steps + 1)
PYRAMID = SimpleNamespace(scheduler=SimpleNamespace(config=SimpleNamespace(stages=3)))


def numbered(first: int, count: int) -> Frames:
    """Frames, each as bright as its number."""
    numbers = np.arange(first, first + count, dtype=np.uint8)
    return np.broadcast_to(numbers[:, None, None, None], (count, 2, 2, 3)).copy()


def given_back(frames: Frames) -> Any:
    """Frames as a pipeline gives them."""
    return SimpleNamespace(frames=frames[None] / 255)


def a_take_of(frames: int, *, after: int = 0, steps: int = 3) -> Take:
    """A take that begins with some frames, or with words alone."""
    return Take(
        prompt="rain",
        width=64,
        height=64,
        frames=frames,
        fps=16,
        steps=steps,
        guidance=1,
        seed=1,
        before=numbered(0, after) if after else None,
    )


@pytest.fixture(scope="module")
def causal() -> Any:
    """AnyFlow's pipeline that films in chunks."""
    return AnyFlow.checkpoints["causal"].tiny()


def test_anyflow_films_81_frames_in_the_chunks_it_was_trained_on(causal: Any) -> None:
    chunks = AnyFlow().arguments(causal, a_take_of(81))["chunk_partition"]

    assert chunks == list(causal.transformer.config.chunk_partition)


@settings(deadline=None, max_examples=60)
@given(frames=LENGTHS, after=st.integers(0, 16))
def test_a_chunk_of_anyflow_ends_where_the_known_frames_end(
    causal: Any, frames: int, after: int
) -> None:
    take = a_take_of(frames, after=after)

    called = AnyFlow().arguments(causal, take)

    chunks = called["chunk_partition"]
    assert sum(chunks) == (frames - 1) // 4 + 1
    assert max(chunks) <= 3
    known = called["video"].shape[1] if after else 0
    assert (known - 1) % 4 == 0 or not after
    assert not after or (known - 1) // 4 + 1 in accumulate(chunks)
    to_make = sum(chunks) - (known + 3) // 4
    assert sum(chunks[-AnyFlow().rounds(causal, take) :]) == to_make


def test_anyflow_puts_frames_that_fill_no_latent_frame_back_in_front() -> None:
    footage = AnyFlow().footage(given_back(numbered(2, 17)), a_take_of(17, after=7))

    assert footage.frames[:, 0, 0, 0].tolist() == list(range(17))


@pytest.mark.parametrize(
    ("frames", "after", "chunks"), [(33, 0, 1), (37, 0, 2), (81, 0, 3), (81, 48, 1), (81, 47, 2)]
)
def test_helios_makes_as_many_chunks_as_the_new_frames_need(
    frames: int, after: int, chunks: int
) -> None:
    assert Helios().rounds(None, a_take_of(frames, after=after)) == chunks


def test_helios_goes_on_from_what_there_was_and_ends_where_it_was_asked_to() -> None:
    footage = Helios().footage(given_back(numbered(9, 33)), a_take_of(37, after=9))

    assert footage.frames[:, 0, 0, 0].tolist() == list(range(37))


@pytest.mark.parametrize(("after", "shown"), [(9, 33), (33, 33), (50, 50)])
def test_helios_is_shown_at_least_a_chunk_of_what_was_before(after: int, shown: int) -> None:
    called = Helios().arguments(None, a_take_of(81, after=after))

    assert len(called["video"]) == shown


@pytest.mark.parametrize(("steps", "shares"), [(3, [1, 1, 1]), (6, [2, 2, 2]), (50, [17, 17, 16])])
def test_a_pyramid_takes_as_many_steps_as_were_asked_for(steps: int, shares: list[int]) -> None:
    called = HeliosPyramid().arguments(PYRAMID, a_take_of(33, steps=steps))

    assert called["pyramid_num_inference_steps_list"] == shares


def test_a_pyramid_needs_a_step_for_each_size() -> None:
    with pytest.raises(CannotFilm, match="at least 3 steps"):
        HeliosPyramid().arguments(PYRAMID, a_take_of(33, steps=2))


@pytest.mark.parametrize("family", [Helios(), HeliosPyramid(), AnyFlow()], ids=lambda it: it.name)
def test_what_is_tried_of_a_family_is_a_shape_of_it(family: Family) -> None:
    take = a_take(family, Mode.EXTEND, seed=1)

    assert family.grid.fits(take.width, take.height, take.frames)


def test_animatediff_goes_over_a_long_take_in_windows_and_over_a_short_one_at_once() -> None:
    family = AnimateDiff()
    pipeline = family.checkpoints["text"].tiny()
    known = pipeline.motion_adapter.config.motion_max_seq_length

    windowed: list[bool] = []
    for frames in (known, known + 1, known):
        family.arguments(pipeline, a_take_of(frames))
        windowed.append(pipeline.free_noise_enabled)

    assert windowed == [False, True, False]
