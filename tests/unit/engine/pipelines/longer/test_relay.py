from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from engine.errors import CannotFilm, Stopped
from engine.pipelines.check import a_take
from engine.pipelines.families import family
from engine.pipelines.loaded import Loaded
from engine.pipelines.longer.relay import relay
from engine.pipelines.preview import Develop
from engine.pipelines.take import Footage, Mode, Picture, Take
from tests.unit.engine.pipelines.filming import RATE, SIDE, Counting, a_shot, frame, numbers

EXTENDS = (Mode.TEXT, Mode.PHOTO, Mode.EXTEND)


def relayed(loaded: Any, *shots: Take, longest: int = 33) -> Footage:
    return relay(loaded, shots, longest=longest)


@pytest.mark.parametrize("modes", [EXTENDS, (Mode.TEXT, Mode.PHOTO)])
@pytest.mark.parametrize("lengths", [(33,), (1,), (40, 7), (601,), (5, 17, 2, 60)])
def test_no_frame_is_seen_twice_or_left_out(modes: Any, lengths: tuple[int, ...]) -> None:
    footage = relayed(Counting(*modes), *(a_shot(length) for length in lengths))

    assert numbers(footage.frames) == list(range(sum(lengths)))


def test_weights_that_go_on_are_given_a_second_of_motion() -> None:
    loaded = Counting(*EXTENDS)

    relayed(loaded, a_shot(49))

    first, second = loaded.takes[:2]
    assert first.before is None
    assert second.before is not None
    assert len(second.before) == 17
    assert second.pictures == {}
    assert [take.frames for take in loaded.takes] == [33, 33]


def test_weights_that_know_photos_only_are_given_the_last_frame() -> None:
    loaded = Counting(Mode.PHOTO)

    relayed(loaded, a_shot(9, pictures={0: frame(100)}), a_shot(9))

    (last,) = loaded.takes[1].pictures.values()
    assert numbers(last[None]) == [108]


def test_each_shot_has_its_words_and_each_take_its_seed() -> None:
    loaded = Counting(*EXTENDS)
    shots = [a_shot(16, prompt=prompt) for prompt in ("sun", "rain", "snow")]

    relayed(loaded, *shots)
    again = Counting(*EXTENDS)
    relayed(again, *shots)

    assert [take.prompt for take in loaded.takes] == ["sun", "rain", "snow"]
    assert loaded.takes[0].seed == 7
    assert len({take.seed for take in loaded.takes}) == 3
    assert [take.seed for take in again.takes] == [take.seed for take in loaded.takes]


def test_a_shot_with_a_picture_is_a_cut_that_nothing_goes_on_across() -> None:
    loaded = Counting(*EXTENDS)

    footage = relayed(loaded, a_shot(30), a_shot(6, pictures={0: frame(500)}), a_shot(4))

    assert numbers(footage.frames) == [*range(30), *range(500, 510)]
    assert loaded.takes[-1].before is not None
    assert numbers(loaded.takes[-1].before) == [501, 502, 503, 504, 505]


def test_the_sound_goes_on_without_a_gap() -> None:
    footage = relayed(Counting(*EXTENDS, has_sound=True), a_shot(40), a_shot(13))

    assert footage.sound is not None
    samples = footage.sound.samples
    assert samples.shape == (2, 53 * RATE // 10)
    heard = np.arange(53).repeat(RATE // 10) / SIDE**2
    # at even loudness two sounds that are alike become louder while one fades into the other
    assert np.abs(samples[0] - heard).max() < 0.5 * heard.max()
    away_from_joins = np.r_[0:3250, 3300:3950, 4000:5300]
    np.testing.assert_allclose(samples[0, away_from_joins], heard[away_from_joins], atol=1e-6)


def test_the_whole_is_watched_and_can_be_stopped_within_any_take() -> None:
    loaded: Any = Counting(*EXTENDS)
    told: list[float] = []

    def watch(fraction: float) -> bool:
        told.append(fraction)
        return fraction < 0.7

    with pytest.raises(Stopped):
        relay(loaded, [a_shot(20), a_shot(20)], watch, longest=41)

    assert told == pytest.approx([0, 0.25, 0.5, 0.75])


def test_every_take_is_shown_while_it_is_filmed() -> None:
    loaded: Any = Counting(*EXTENDS)
    shown: list[Picture] = []

    def show(develop: Develop) -> None:
        shown.append(develop())

    relay(loaded, [a_shot(33), a_shot(16)], longest=33, show=show)

    assert numbers(np.stack(shown)) == [0, 1, 0, 1]


@pytest.mark.parametrize(
    ("modes", "shots", "why"),
    [
        ((Mode.TEXT,), [a_shot(20), a_shot(20)], "cannot go on"),
        ((Mode.TEXT,), [a_shot(60)], "cannot go on"),
        ((Mode.PHOTO,), [a_shot(20)], "cannot begin a film from text"),
        (EXTENDS, [a_shot(300), a_shot(302)], "at most 60 seconds"),
        (EXTENDS, [a_shot(9, pictures={8: frame(1)})], "from words or from a picture"),
    ],
)
def test_what_weights_cannot_is_said_before_anything_is_filmed(
    modes: Any, shots: list[Take], why: str
) -> None:
    loaded = Counting(*modes)

    with pytest.raises(CannotFilm, match=why):
        relayed(loaded, *shots)
    assert loaded.takes == []


@pytest.mark.parametrize(
    ("name", "kind", "mode"),
    [
        ("wan2.1", "photo", Mode.PHOTO),
        ("wan2.1", "vace", Mode.TEXT),
        ("ltx2", "2.3", Mode.TEXT),
        ("anyflow", "causal", Mode.TEXT),
        ("skyreels-v2", "forcing", Mode.PHOTO),
    ],
)
def test_tiny_weights_film_longer_than_one_take(name: str, kind: str, mode: Mode) -> None:
    of = family(name)
    torch.manual_seed(0)
    loaded = Loaded(of, of.checkpoints[kind], of.checkpoints[kind].tiny())
    opening = a_take(of, mode, seed=1)
    shots = [opening, a_take(of, Mode.TEXT, seed=2)]
    told: list[float] = []

    def watch(fraction: float) -> bool:
        told.append(fraction)
        return True

    footage = relay(loaded, shots, watch, longest=33)

    assert footage.frames.shape == (34, opening.height, opening.width, 3)
    np.testing.assert_array_equal(footage.frames[:17], loaded.film(opening).frames)
    assert told == sorted(told)
    assert of.has_sound == (footage.sound is not None)
    np.testing.assert_array_equal(relay(loaded, shots, longest=33).frames, footage.frames)
