from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

import av
import pytest
from PIL import Image
from skimage.data import astronaut

from deploy.cli import main
from tests.fakes.photos import mirrored


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "astronaut.png"
    Image.fromarray(astronaut()).save(path)
    return path


@pytest.fixture
def weights(own_data: Path, weights_folder: Path) -> None:
    own_data.mkdir()
    (own_data / "models").symlink_to(weights_folder)


def render(effect: str, photo: Path, out: str = "clip.mp4", *more: str) -> int:
    return main(["render", "--effect", effect, "--photo", str(photo), "--out", out, *more])


@pytest.mark.usefixtures("weights")
def test_a_photo_becomes_a_clip_and_a_report(
    photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "clip.mp4"

    assert render("head_turn", photo, str(out), "--size", "128", "--json") == 0

    report = json.loads(capsys.readouterr().out)
    with av.open(str(out)) as clip:
        video = clip.streams.video[0]
        assert (video.width, video.height) == (report["width"], report["height"]) == (128, 128)
        assert video.frames == report["seconds"] * 24
    assert report["bytes"] == out.stat().st_size
    assert all(report[stage] > 0 for stage in ("load_s", "prepare_s", "render_s", "encode_s"))


@pytest.mark.usefixtures("weights")
def test_an_effect_of_two_photos_is_given_both(
    photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.png"
    Image.fromarray(mirrored()).save(other)
    out = tmp_path / "clip.mp4"

    assert render("morph", photo, str(out), "--photo", str(other), "--size", "128", "--json") == 0

    assert json.loads(capsys.readouterr().out)["photos"] == [str(photo), str(other)]
    assert out.stat().st_size > 0


@pytest.mark.parametrize(("effect", "more"), [("morph", 0), ("head_turn", 1)])
def test_too_few_or_too_many_photos_are_counted(
    photo: Path, capsys: pytest.CaptureFixture[str], effect: str, more: int
) -> None:
    others = ["--photo", str(photo)] * more

    assert render(effect, photo, "clip.mp4", *others) == 2

    assert f"{effect} takes {2 - more} of --photo, not {1 + more}" in complaint(capsys)


def complaint(capsys: pytest.CaptureFixture[str]) -> str:
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    return said.err


def test_without_weights_the_command_that_fetches_them_is_named(
    photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert render("head_turn", photo) == 2

    assert "run `zoetrope models fetch`" in complaint(capsys)


@pytest.mark.usefixtures("weights")
def test_an_effect_that_this_machine_cannot_make_is_not_worth_fetching(
    photo: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ZOETROPE_DEVICE", "cpu")
    monkeypatch.setenv("ZOETROPE_THREADS", "2")

    assert render("squish", photo) == 2

    said = complaint(capsys)
    assert "squish cannot be made on this machine, as it needs wan2-1-i2v-14b-480p: " in said
    assert "without a GPU a clip of it takes" in said
    assert "fetch" not in said


def test_an_unknown_effect_is_answered_with_those_there_are(
    photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert render("headturn", photo) == 2

    assert "no effect 'headturn': choose one of" in complaint(capsys)


def test_a_photo_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert render("head_turn", Path("nowhere.jpg")) == 2

    assert "nowhere.jpg cannot be read: No such file" in complaint(capsys)


def test_a_file_that_is_no_photo_is_refused_as_the_bots_would(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "me.jpg").write_text("not a photo")

    assert render("head_turn", tmp_path / "me.jpg") == 2

    assert "not a picture" in complaint(capsys)


def test_a_folder_that_is_not_there_is_named_before_any_work(
    photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert render("head_turn", photo, "nowhere/clip.mp4") == 2

    assert "no folder nowhere to write clip.mp4 into" in complaint(capsys)


def test_an_option_without_a_value_is_shown_how(
    photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert render("head_turn", photo, "clip.mp4", "--param", "speed") == 2

    assert "--param takes NAME=VALUE, not 'speed'" in complaint(capsys)


@pytest.mark.usefixtures("weights")
def test_a_refused_photo_leaves_no_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wall = BytesIO()
    Image.new("RGB", (400, 400), "grey").save(wall, "PNG")
    (tmp_path / "wall.png").write_bytes(wall.getvalue())

    assert render("head_turn", tmp_path / "wall.png") == 2

    assert "face" in complaint(capsys)
    assert list(tmp_path.glob("*clip*")) == []
