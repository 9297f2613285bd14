"""What is wrong in an effect's folder is said all at once, with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.effects.catalogue import FOLDER, load_effects
from engine.effects.checking import check_effect
from engine.pipelines.bases import Bases

SQUISH = (FOLDER / "squish" / "effect.toml").read_text(encoding="utf-8")


def complaints(folder: Path, text: str, name: str = "squish") -> list[str]:
    file = folder / name / "effect.toml"
    file.parent.mkdir()
    file.write_text(text, encoding="utf-8")
    return [f"{each.where}: {each.what}" for each in check_effect(file, Bases.built_in())]


@pytest.mark.parametrize("name", sorted(load_effects()))
def test_nothing_is_wrong_in_what_is_shipped(name: str) -> None:
    assert check_effect(FOLDER / name / "effect.toml", Bases.built_in()) == []


@pytest.mark.parametrize(
    ("written", "instead", "said"),
    [
        ("wan2-1-i2v-14b-480p", "wan-9", "variant.0.base: there is no base wan-9 in bases.toml"),
        ("wan2-1-i2v-14b-480p", "wan2-1-t2v-1-3b", "cannot begin from 1 photos"),
        ("frames = 81", "frames = 80", "variant.0.frames: "),
        ("{subject}", "{thing}", "variant.0.prompt: {thing} is neither {prompt} nor an option"),
        ("{subject}", "{subject", "variant.0.prompt: "),
        (
            'trigger = "sq41sh squish effect"',
            'trigger = "sq41sh"\nweight = 9',
            "variant.0.recipe.lora.0.weight: ",
        ),
        (
            'trigger = "sq41sh squish',
            'trigger = "squ1sh',
            "variant.0.lora.0.trigger: the",
        ),
        ('name = "squish_fine"', 'name = "squish"', "squish extends squish, which is no other"),
        ('extends = "squish"', 'extends = "melt"', "squish_fine extends melt, which is no other"),
        ('schema = "effect/1"', 'schema = "effect/1', "Illegal character"),
        ('id = "squish"', 'id = "squash"', "effect.id: is squash, the folder is not"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(
    tmp_path: Path, written: str, instead: str, said: str
) -> None:
    assert written in SQUISH
    found = complaints(tmp_path, SQUISH.replace(written, instead))
    assert any(said in each for each in found), found


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    wrong = SQUISH.replace("frames = 81", "frames = 80").replace("{subject}", "{thing}")
    places = [each.split(":")[0] for each in complaints(tmp_path, wrong)]
    assert places == [f"variant.{at}.{part}" for at in (0, 1) for part in ("prompt", "frames")]


def test_a_folder_without_a_file_is_named(tmp_path: Path) -> None:
    (problem,) = check_effect(tmp_path / "none" / "effect.toml", Bases.built_in())
    assert str(problem) == f"{tmp_path}/none/effect.toml: No such file or directory"


def shipped(effect: str) -> str:
    return (FOLDER / effect / "effect.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("effect", "written", "instead", "said"),
    [
        (
            "imagine",
            "up_to_s = 5\n",
            "",
            "variant.0.up_to_s: Wan 2.1, 1.3B films 5 seconds at once and cannot go on from what it"
            " filmed, not 60",
        ),
        ("imagine", "up_to_s = 60", "up_to_s = 30", "seconds.maximum: no variant is made in more"),
        ("imagine", "frames = 81", "frames = 81\nlongest = 90", "variant.0.longest: "),
        ("imagine", "frames = 81\n", "", "variant.0.frames: has to be said"),
        ("animate", "maximum = 60", "maximum = 70", "up_to_s: a film is at most 60 seconds long"),
        ("animate", "default = 5", "default = 6", "params.seconds.default: has to be 5, as output"),
        (
            "animate",
            'kind = "int"\nminimum = 3\nmaximum = 60\ndefault = 5',
            'kind = "choice"\nchoices = ["5", "6"]\ndefault = "5"',
            "params.seconds.kind: has to be int",
        ),
        (
            "transition",
            "maximum = 5",
            "maximum = 6",
            "variant.0.up_to_s: Wan 2.2 photo to video, 2 x 14B films 5 seconds at once from photo"
            " to photo, not 6",
        ),
        (
            "journey",
            "wan2-2-i2v-a14b",
            "wan2-1-i2v-14b-480p",
            "variant.0.base: Wan 2.1 photo to video, 14B cannot begin from 2 photos",
        ),
        ("journey", "most_photos = 7", "most_photos = 1", "effect.most_photos: is 1, and it needs"),
        ("journey", "most_photos = 7", "most_photos = 8", "effect.most_photos: Input should be"),
        ("morph", "photos = 2", "photos = 2\nmost_photos = 3", "a look takes no more photos than"),
    ],
)
def test_what_is_longer_or_of_more_photos_than_it_can_be_is_said_with_its_place(
    tmp_path: Path, effect: str, written: str, instead: str, said: str
) -> None:
    assert written in shipped(effect)
    found = complaints(tmp_path, shipped(effect).replace(written, instead, 1), effect)
    assert any(said in each for each in found), found


def test_a_film_of_seven_photos_has_to_end_within_a_minute(tmp_path: Path) -> None:
    text = shipped("journey").replace("maximum = 5", "maximum = 11")
    found = complaints(tmp_path, text, "journey")
    assert any("a film is at most 60 seconds long, not 66" in each for each in found), found
