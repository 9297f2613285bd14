"""A recipe becomes a film: photos framed, words filled in, a tiny model behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.effects.catalogue import Effect, load_effect, load_effects
from engine.effects.finishing import Finishing
from engine.effects.look_camera import LookCamera
from engine.effects.maker import ClipMaker, Made
from engine.effects.order import Order, unwatched
from engine.effects.recipe_camera import RecipeCamera
from engine.effects.variants import RecipeVariant
from engine.errors import Stopped
from engine.jobs.errors import Refused
from engine.jobs.job import Aspect, ClipFormat, ParamValue
from engine.safety import OpenGate
from engine.video import read_frames, read_sound
from engine.vision.vision import Vision
from engine.weights import Weights
from tests.fakes.photos import astronaut, no_face, portrait
from tests.unit.engine.effects.tiny_models import BASES, TinyModels

EFFECT = """
schema = "effect/1"
[effect]
id = "melt"
version = "1.0.0"
title = {{ en = "Melt" }}
summary = {{ en = "You melt." }}
photos = {photos}
license = "Apache-2.0"
[output]
seconds = 1.0
fps = 16
[params.colour]
kind = "choice"
choices = ["red", "blue"]
default = "red"
label = {{ en = "Colour" }}
[[variant]]
name = "melt"
base = "{base}"
prompt = "A {{colour}} person melts. {{prompt}}"
steps = 2
cost_s = 1.0
"""


@pytest.fixture(scope="module")
def models() -> TinyModels:
    return TinyModels()


Make = Callable[..., Made]


@pytest.fixture
def make(models: TinyModels, vision: Vision, tmp_path: Path) -> Make:
    """Make a clip with a base of a number of photos."""
    maker = ClipMaker(
        LookCamera(vision), OpenGate(), RecipeCamera(models, vision, BASES, Finishing())
    )

    def effect(base: str, photos: int) -> Effect:
        file = tmp_path / "melt" / "effect.toml"
        file.parent.mkdir(exist_ok=True)
        file.write_text(EFFECT.format(base=base, photos=photos))
        return load_effect(file)

    def make(
        base: str,
        *photos: np.ndarray,
        words: str = "",
        params: Mapping[str, ParamValue] | None = None,
        report: Callable[[str, float], bool] = unwatched,
        **different: object,
    ) -> Made:
        described = effect(base, len(photos))
        order = Order(
            effect=described,
            variant=described.variants[0],
            photos=photos,
            seed=7,
            prompt=words,
            params=params or {},
            **different,  # pyright: ignore[reportArgumentType]
        )
        return maker.make(order, report)

    return make


def frames_of(made: Made, tmp_path: Path) -> np.ndarray:
    file = tmp_path / "clip.mp4"
    file.write_bytes(made.mp4)
    return np.concatenate(list(read_frames(file)))


def test_words_become_a_clip_in_the_shape_of_the_base(
    make: Make, models: TinyModels, tmp_path: Path
) -> None:
    made = make("words", words="slowly,\n  in the sun")
    assert frames_of(made, tmp_path).shape == (9, 64, 96, 3)
    take = models.last
    assert take.prompt == "A red person melts. slowly, in the sun"
    assert (take.steps, take.seed, take.pictures) == (2, 7, {})


def test_a_photo_becomes_a_clip_in_the_shape_of_the_photo(make: Make, models: TinyModels) -> None:
    made = make("photo", portrait())
    assert made.height > made.width
    take = models.last
    assert take.pictures[0].shape == (made.height, made.width, 3)
    assert (made.width % 16, made.height % 16) == (0, 0)


def test_a_photo_without_a_face_is_filmed_as_well(make: Make, models: TinyModels) -> None:
    make("photo", no_face())
    assert list(models.last.pictures) == [0]


def test_two_photos_are_the_first_and_the_last_frame(make: Make, models: TinyModels) -> None:
    make("ends", astronaut(), portrait())
    assert sorted(models.last.pictures) == [0, 8]


def test_options_are_filled_in_and_checked(make: Make, models: TinyModels) -> None:
    make("words", params={"colour": "blue"})
    assert models.last.prompt == "A blue person melts. "
    with pytest.raises(Refused):
        make("words", params={"colour": "green"})


def test_words_with_braces_stay_as_they_are(make: Make, models: TinyModels) -> None:
    make("words", words="a {sign} of {0}")
    assert models.last.prompt == "A red person melts. a {sign} of {0}"


def test_another_shape_is_filmed_where_it_is_asked_for(make: Make) -> None:
    made = make("words", format=ClipFormat(aspect=Aspect.TALL))
    assert made.height > made.width


def test_a_film_tells_how_far_it_is_and_stops_within_a_step(make: Make) -> None:
    told: list[tuple[str, float]] = []

    def report(stage: str, fraction: float) -> bool:
        told.append((stage, fraction))
        return fraction < 0.4

    with pytest.raises(Stopped):
        make("words", report=report)
    assert told == [("preparing", 0.0), ("rendering", 0.0), ("rendering", 0.45)]


def test_a_clip_that_would_be_too_large_is_refused(make: Make) -> None:
    with pytest.raises(Refused):
        make("words", format=ClipFormat(size=4096))


def test_a_film_never_goes_back(make: Make) -> None:
    told: list[float] = []
    make("words", report=lambda _, fraction: told.append(fraction) or True)
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_a_film_is_made_smooth_and_as_large_as_it_is_wanted(
    models: TinyModels, vision: Vision, weights: Weights, tmp_path: Path
) -> None:
    weights.fetch(["interpolation", "upscaling"])
    finishing = Finishing.load(weights, device="cpu")
    camera = RecipeCamera(models, vision, BASES, finishing)
    recipe = RecipeVariant(name="m", base="words", prompt="rain", cost_s=1.0, smooth=2, steps=1)
    effect = load_effects()["imagine"].model_copy(update={"variants": (recipe,)})
    order = Order(effect=effect, variant=recipe, photos=(), seed=1, prompt="rain")
    maker = ClipMaker(LookCamera(vision), OpenGate(), camera)
    plain = maker.make(replace(order, format=ClipFormat(size=96)))
    large = maker.make(replace(order, format=ClipFormat(size=192)))
    assert (plain.width, plain.height, plain.seconds) == (96, 64, 17 / 32)
    assert (large.width, large.height) == (192, 128)
    assert frames_of(large, tmp_path).shape == (17, 128, 192, 3)


def test_the_same_order_gives_the_same_clip(make: Make, tmp_path: Path) -> None:
    one, other = (frames_of(make("words", words="rain"), tmp_path) for _ in range(2))
    assert np.array_equal(one, other)


def test_a_model_that_makes_sound_is_heard(make: Make, tmp_path: Path) -> None:
    file = tmp_path / "clip.mp4"
    file.write_bytes(make("sound").mp4)
    samples, _ = read_sound(file)
    assert np.abs(samples).max() > 0
