"""Every version of every effect, those in the operator's folder too."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from engine.effects.catalogue import FOLDER, effect_files, load_effects
from engine.effects.checking import check_effect
from engine.effects.versions import Versions, version_of
from engine.pipelines.bases import Bases
from tests.own_effects import ROBOT, write_version


def test_what_ships_is_there_in_every_version(tmp_path: Path) -> None:
    effects = Versions(tmp_path)
    assert len(effects) == len(effect_files(FOLDER))
    assert effects["imagine"] == load_effects()["imagine"]
    assert effects["imagine@2.0.0"].version == "2.0.0"
    assert not effects.faults


@pytest.mark.parametrize("file", effect_files(FOLDER), ids=str)
def test_nothing_is_wrong_in_any_version_that_ships(file: Path) -> None:
    assert check_effect(file, Bases.built_in()) == []


def test_a_version_is_found_and_where_it_is_not_the_usual_one(tmp_path: Path) -> None:
    effects = Versions(tmp_path)
    for asked, found in (("2.0.0", "2.0.0"), ("1.0.0", "1.0.0"), ("7.0.0", "1.0.0")):
        effect = version_of(effects, "imagine", asked)
        assert effect is not None
        assert effect.version == found
    assert version_of(effects, "nothing", "1.0.0") is None


def test_a_version_of_the_operators_is_beside_the_one_that_ships(tmp_path: Path) -> None:
    write_version(tmp_path, "2.0.0")
    effects = Versions(tmp_path)
    assert effects["robot"].version == ROBOT.version
    assert effects["robot@2.0.0"].version == "2.0.0"
    assert effects["robot@2.0.0"].preview == FOLDER / "robot" / "preview.mp4"


def test_an_effect_of_the_operators_is_usual_with_pictures_of_its_own(tmp_path: Path) -> None:
    write_version(tmp_path, "1.0.0", effect="android", usual=True)
    write_version(tmp_path, "1.1.0", effect="android")
    picture = tmp_path / "android" / "preview.mp4"
    picture.write_bytes(b"moving")
    effects = Versions(tmp_path)
    assert effects["android"].version == "1.0.0"
    assert effects["android@1.1.0"].preview == picture


def test_without_an_effect_toml_the_newest_version_is_usual(tmp_path: Path) -> None:
    for version in ("1.9.0", "1.10.0", "1.2.0"):
        write_version(tmp_path, version, effect="android")
    effects = Versions(tmp_path)
    assert effects["android"].version == "1.10.0"
    assert {"android@1.9.0", "android@1.2.0"} <= set(effects)


def test_an_effect_toml_of_one_that_ships_is_a_version_beside(tmp_path: Path) -> None:
    write_version(tmp_path, "3.0.0", usual=True)
    effects = Versions(tmp_path)
    assert effects["robot"].version == ROBOT.version
    assert effects["robot@3.0.0"].version == "3.0.0"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('version = "2.0.0"', f'version = "{ROBOT.version}"', "effect.version is 1.1.0"),
        ('id = "robot"', 'id = "robo"', "effect.id is robo, the folder is not"),
        ('schema = "effect/1"', "schema = ", "Invalid value"),
        ("photos = 1", "photos = 2", "it takes 2 photos, the usual version 1"),
        ('look = "robot"', 'look = "os"', "there is no look os"),
        ("[params.glow]", "[params.version]", "an option cannot be called version"),
        ('version = "2.0.0"', 'version = "2"', "effect.version"),
    ],
)
def test_a_broken_file_is_named_and_everything_else_is_there(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, old: str, new: str, said: str
) -> None:
    write_version(tmp_path, "3.0.0")
    broken = write_version(tmp_path, "2.0.0")
    text = broken.read_text(encoding="utf-8")
    assert old in text
    broken.write_text(text.replace(old, new), encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        effects = Versions(tmp_path)
    assert "robot@3.0.0" in effects
    assert "robot@2.0.0" not in effects
    (fault,) = effects.faults
    assert str(fault).startswith(str(broken))
    assert said in str(fault)
    assert str(fault) in caplog.text


@pytest.mark.parametrize("text", ["", "variant = 3", "variant = [1]", "a = [", "\x00"])
def test_a_file_that_is_none_at_all_is_left_out(tmp_path: Path, text: str) -> None:
    write_version(tmp_path, "2.0.0").write_text(text)
    assert len(Versions(tmp_path).faults) == 1


def test_a_version_that_ships_already_is_left_out(tmp_path: Path) -> None:
    write_version(tmp_path, ROBOT.version)
    effects = Versions(tmp_path)
    assert f"robot@{ROBOT.version}" not in effects
    (fault,) = effects.faults
    assert "there is a version 1.1.0 already" in str(fault)


def test_what_changes_is_seen_when_it_is_looked_at_again(tmp_path: Path) -> None:
    effects = Versions(tmp_path / "not made yet")
    assert not effects.look_again()
    file = write_version(tmp_path / "not made yet", "2.0.0")
    assert effects.look_again()
    assert "robot@2.0.0" in effects
    assert not effects.look_again()
    file.write_text(file.read_text(encoding="utf-8").replace("cost_per_s = 2.3", "cost_per_s = 3"))
    assert effects.look_again()
    assert effects["robot@2.0.0"].looks[0].cost_per_s == 3
    file.unlink()
    assert effects.look_again()
    assert "robot@2.0.0" not in effects


def test_a_file_that_cannot_be_read_is_left_out(tmp_path: Path) -> None:
    file = write_version(tmp_path, "2.0.0")
    file.unlink()
    file.symlink_to("/nowhere")
    assert [fault.where for fault in Versions(tmp_path).faults] == [str(file)]


def test_checking_a_version_compares_it_with_the_others(tmp_path: Path) -> None:
    file = write_version(tmp_path, ROBOT.version)
    text = file.read_text(encoding="utf-8")
    file.write_text(
        text.replace("photos = 1", "photos = 2").replace('look = "robot"', 'look = "x"')
    )
    said = [f"{each.where}: {each.what}" for each in check_effect(file, Bases.built_in())]
    assert any(each.startswith("effect.version: is 1.1.0, as that of") for each in said)
    assert "effect.photos: is 2, but usual 1" in said
    assert any(each.endswith("there is no look x") for each in said)
