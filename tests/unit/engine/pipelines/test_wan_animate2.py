"""Wan-Animate-2 has whoever is in a photo move as somebody else does in a film."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np
import pytest
import torch

from engine.errors import CannotFilm
from engine.pipelines.check import a_take
from engine.pipelines.families import family
from engine.pipelines.families.wan_animate2 import WanAnimate2
from engine.pipelines.loaded import Loaded
from engine.pipelines.speed.compiling import CompiledBlocks
from engine.pipelines.take import Frames, Mode, Take


class InShortSegments(WanAnimate2):
    """The same, with segments that a test can wait for."""

    segment: ClassVar[int] = 9


@pytest.fixture(scope="module")
def loaded() -> Loaded:
    of = InShortSegments()
    torch.manual_seed(0)
    return Loaded(of, of.checkpoints["motion"], of.checkpoints["motion"].tiny())


@pytest.fixture
def take() -> Take:
    return replace(a_take(InShortSegments(), Mode.MOTION, seed=1), frames=9, steps=1)


def motion_of(take: Take) -> Frames:
    assert take.motion is not None
    return take.motion


def test_the_photo_and_the_motion_both_change_the_film(loaded: Loaded, take: Take) -> None:
    plain = loaded.film(take).frames
    turned = {0: np.ascontiguousarray(take.pictures[0][::-1])}

    for other in (replace(take, motion=motion_of(take)[::-1]), replace(take, pictures=turned)):
        assert not np.array_equal(loaded.film(other).frames, plain)


def test_a_motion_that_is_too_short_begins_again(loaded: Loaded, take: Take) -> None:
    short = motion_of(take)[:4]
    whole = np.concatenate([short, short, short[:1]])

    begun_again, at_length = (
        loaded.film(replace(take, motion=motion)).frames for motion in (short, whole)
    )

    assert np.array_equal(begun_again, at_length)


@pytest.mark.parametrize(("frames", "segments"), [(5, 1), (9, 1), (17, 2), (21, 3)])
def test_a_longer_film_is_made_in_segments_that_are_told_as_one(
    loaded: Loaded, take: Take, frames: int, segments: int
) -> None:
    told: list[float] = []

    film = loaded.film(replace(take, frames=frames), lambda it: told.append(it) or True)

    assert len(film.frames) == frames
    assert told == sorted(told)
    assert len(set(told)) == segments
    assert max(told) < 1


def test_a_size_whose_area_has_a_root_that_would_be_rounded_down_is_kept(
    loaded: Loaded, take: Take
) -> None:
    tall = np.zeros((144, 112, 3), np.uint8)

    film = loaded.film(replace(take, frames=5, width=112, height=144, pictures={0: tall}))

    assert film.frames.shape == (5, 144, 112, 3)


def test_nobody_moves_without_a_photo(loaded: Loaded, take: Take) -> None:
    with pytest.raises(CannotFilm, match="a photo of who is to move"):
        loaded.film(replace(take, pictures={}))


def test_other_families_say_that_they_take_no_motion(take: Take) -> None:
    other = family("wan2.1")
    kind = other.checkpoints["photo"]

    with pytest.raises(CannotFilm, match="cannot begin from another's motion"):
        Loaded(other, kind, kind.tiny()).film(take)


def test_it_says_nothing_while_it_films(
    loaded: Loaded, take: Take, capfd: pytest.CaptureFixture[str]
) -> None:
    loaded.film(take)

    assert capfd.readouterr() == ("", "")


@pytest.mark.filterwarnings("ignore:.torch.jit.script_method:DeprecationWarning")
@pytest.mark.filterwarnings("ignore:Torchinductor does not support:UserWarning")
def test_blocks_that_are_compiled_in_pieces_film_the_same(loaded: Loaded, take: Take) -> None:
    switch = CompiledBlocks(torch.device("cpu"))
    before = loaded.film(take).frames.astype(int)

    switch.turn_on(loaded)
    try:
        compiled = loaded.film(take).frames.astype(int)
    finally:
        switch.turn_off(loaded)

    assert np.abs(compiled - before).max() <= 1
