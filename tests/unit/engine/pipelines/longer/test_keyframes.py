from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from engine.errors import CannotFilm
from engine.pipelines.families import family
from engine.pipelines.loaded import Loaded
from engine.pipelines.longer.keyframes import through
from engine.pipelines.take import Mode, Picture
from tests.unit.engine.pipelines.filming import Counting, a_shot, frame, numbers


def a_film(*places: int) -> Any:
    """A take that leads through pictures, numbered as their frames are."""
    return a_shot(places[-1] + 1, pictures={place: frame(place) for place in places})


def a_slope(colour: int) -> Picture:
    picture = np.full((64, 64, 3), colour, np.uint8)
    picture[..., 0] = np.linspace(0, 255, 64)
    return picture


def test_weights_that_know_pictures_in_between_film_at_once() -> None:
    loaded: Any = Counting(Mode.ENDS, Mode.KEYFRAMES)

    footage = through(loaded, a_film(0, 6, 11, 20), longest=33)

    assert [sorted(take.pictures) for take in loaded.takes] == [[0, 6, 11, 20]]
    assert numbers(footage.frames) == list(range(21))


@pytest.mark.parametrize(("modes", "longest"), [((Mode.ENDS,), 33), (Mode, 13)])
def test_else_each_pair_of_pictures_is_a_take_of_its_own(modes: Any, longest: int) -> None:
    loaded: Any = Counting(*modes)

    footage = through(loaded, a_film(0, 4, 8, 20), longest=longest)

    assert [sorted(take.pictures) for take in loaded.takes] == [[0, 4], [0, 4], [0, 12]]
    assert len({take.seed for take in loaded.takes}) == 3
    assert numbers(footage.frames) == list(range(21))


@pytest.mark.parametrize("places", [(0, 10), (0, 1), (0, 3, 7, 8, 15), tuple(range(7))])
@pytest.mark.parametrize("mode", [Mode.ENDS, Mode.KEYFRAMES])
def test_a_film_has_the_length_and_begins_and_ends_as_asked(
    places: tuple[int, ...], mode: Mode
) -> None:
    loaded: Any = Counting(Mode.ENDS, mode)
    filmed = loaded.takes

    footage = through(loaded, a_film(*places), longest=33)

    assert len(footage.frames) == places[-1] + 1
    assert all(take.frames - 1 == max(take.pictures) for take in filmed)
    assert len(filmed) == (1 if len(places) == 2 or mode is Mode.KEYFRAMES else len(places) - 1)


def test_progress_is_that_of_the_whole_film() -> None:
    loaded: Any = Counting(Mode.ENDS)
    told: list[float] = []

    def watch(fraction: float) -> bool:
        told.append(fraction)
        return True

    through(loaded, a_film(0, 4, 8), watch, longest=33)

    assert told == pytest.approx([0, 0.25, 0.5, 0.75])


@pytest.mark.parametrize(
    ("modes", "take", "why"),
    [
        ((Mode.ENDS,), a_shot(9, pictures={0: frame(0)}), "2 to 7 pictures"),
        ((Mode.ENDS,), a_film(*range(8)), "2 to 7 pictures"),
        ((Mode.ENDS,), a_shot(9, pictures={0: frame(0), 4: frame(4)}), "first and the last"),
        ((Mode.PHOTO,), a_film(0, 8), "from one picture to another"),
        ((Mode.KEYFRAMES,), a_film(0, 4, 60), "from one picture to another"),
        ((Mode.ENDS,), a_film(0, 4, 60), "less than 33 frames apart"),
    ],
)
def test_what_weights_cannot_is_said_before_anything_is_filmed(
    modes: Any, take: Any, why: str
) -> None:
    loaded: Any = Counting(*modes)

    with pytest.raises(CannotFilm, match=why):
        through(loaded, take, longest=33)
    assert loaded.takes == []


@pytest.mark.parametrize(
    ("name", "kind", "places", "takes"),
    [
        ("wan2.1", "vace", (0, 5, 15), 1),
        ("wan2.1", "ends", (0, 8, 15), 2),
        ("ltx", "conditions", (0, 8, 15), 1),
        ("wan2.2", "photo", (0, 12), 1),
    ],
)
def test_tiny_weights_lead_from_picture_to_picture(
    name: str, kind: str, places: tuple[int, ...], takes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = family(name)
    torch.manual_seed(0)
    loaded = Loaded(of, of.checkpoints[kind], of.checkpoints[kind].tiny())
    pictures = {place: a_slope(20 * place // 2) for place in places}
    filmed: list[Any] = []
    film = loaded.film
    monkeypatch.setattr(loaded, "film", lambda *given: filmed.append(given) or film(*given))
    take = replace(a_shot(places[-1] + 1, pictures=pictures), width=64, height=64)

    footage = through(loaded, take, longest=33)

    assert footage.frames.shape == (places[-1] + 1, 64, 64, 3)
    assert len(filmed) == takes
    assert footage.frames.std() > 0
