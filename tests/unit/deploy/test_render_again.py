"""A clip that was made before is made again: by its receipt in a file, or by its job's id."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from skimage.data import astronaut

from deploy.cli import main
from engine.effects.catalogue import load_effects
from engine.jobs.intake import Intake
from engine.jobs.job import OUTCOME_JSON, ClipFormat, JobId
from engine.jobs.media.store import MediaStore, clip_keys, photo_key
from engine.jobs.note import write_note
from engine.jobs.receipt import RECEIPT_JSON, PhotoUsed, Receipt
from tests.fakes.photos import mirrored
from tests.job_samples import SAMPLE, success

JOB = JobId("0123456789abcdef0123456789abcdef")
Edit = Callable[[Receipt], Receipt]


@pytest.fixture(autouse=True)
def weights(own_data: Path, weights_folder: Path) -> None:
    own_data.mkdir()
    (own_data / "models").symlink_to(weights_folder)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "astronaut.png"
    Image.fromarray(astronaut()).save(path)
    return path


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory, weights_folder: Path) -> tuple[bytes, bytes]:
    """A clip, and its receipt."""
    folder = tmp_path_factory.mktemp("first")
    (folder / "models").symlink_to(weights_folder)
    Image.fromarray(astronaut()).save(folder / "astronaut.png")
    clip, saved = folder / "first.mp4", folder / "receipt.json"
    chosen = ("--effect", "robot", "--size", "128", "--param", "glow=#00ff00")
    files = ("--photo", folder / "astronaut.png", "--out", clip, "--save-receipt", saved)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ZOETROPE_DATA", str(folder))
        assert main(["render", *chosen, *map(str, files)]) == 0
    return clip.read_bytes(), saved.read_bytes()


@pytest.fixture
def receipt(first: tuple[bytes, bytes], tmp_path: Path) -> Path:
    """The receipt of the clip in first.mp4."""
    path = tmp_path / "receipt.json"
    (tmp_path / "first.mp4").write_bytes(first[0])
    path.write_bytes(first[1])
    return path


def again(of: object, *more: object) -> int:
    return main(["render", "--receipt", str(of), "--out", "again.mp4", *map(str, more)])


def is_the_same(tmp_path: Path) -> bool:
    return (tmp_path / "again.mp4").read_bytes() == (tmp_path / "first.mp4").read_bytes()


def edited(path: Path, edit: Edit) -> None:
    path.write_bytes(RECEIPT_JSON.dump_json(edit(RECEIPT_JSON.validate_json(path.read_bytes()))))


def complaint(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> str:
    """The one sentence that was said; nothing was made."""
    said = capsys.readouterr()
    assert said.err.count("\n") == 1
    assert list(tmp_path.glob("*again*")) == []
    return said.err.removeprefix("zoetrope: ")


def test_the_command_makes_the_very_same_file_again(photo: Path, tmp_path: Path) -> None:
    def zoetrope(*arguments: str) -> str:
        command = (sys.executable, "-P", "-m", "deploy", "render", *arguments)
        ended = subprocess.run(command, capture_output=True, text=True, check=True, env=env)
        assert ended.stderr == ""
        return ended.stdout

    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    chosen = ("--effect", "robot", "--size", "128", "--photo", str(photo))
    zoetrope(*chosen, "--out", "first.mp4", "--save-receipt", "receipt.json")
    files = ("--receipt", "receipt.json", "--photo", str(photo), "--out", "again.mp4")
    report = json.loads(zoetrope(*files, "--save-receipt", "other.json", "--json"))

    assert is_the_same(tmp_path)
    assert (tmp_path / "other.json").read_bytes() == (tmp_path / "receipt.json").read_bytes()
    assert report["differs"] == []


def test_a_receipt_says_all_that_was_chosen(receipt: Path) -> None:
    made = RECEIPT_JSON.validate_json(receipt.read_bytes())
    robot = load_effects()["robot"]
    assert (made.effect, made.effect_version, made.look) == ("robot", robot.version, "robot")
    assert made.params == {"glow": "#00ff00", "paint": "#b3241a", "shell": "steel", "sparks": True}
    assert made.format == ClipFormat(size=128)
    assert (made.width, made.height, made.frames, made.fps) == (128, 128, 96, 24)
    assert made.model is None


@pytest.fixture
def kept(own_data: Path, photo: Path, receipt: Path) -> Path:
    """The photo of that clip, in the media of this installation beside the clip's note."""
    media, key = MediaStore.at(own_data / "media"), photo_key()
    jpeg = asyncio.run(Intake().clean(photo.read_bytes())).jpeg
    asyncio.run(media.put(key, jpeg))
    made = RECEIPT_JSON.validate_json(receipt.read_bytes())
    made = replace(made, photos=(PhotoUsed.of(jpeg, key),))
    asyncio.run(write_note(JOB, success(SAMPLE), made, media))
    return own_data / "media" / key


@pytest.mark.usefixtures("kept")
def test_a_clip_that_is_kept_is_made_again_of_the_photo_that_is_kept(tmp_path: Path) -> None:
    assert again(JOB) == 0
    assert is_the_same(tmp_path)


def test_once_its_photo_is_gone_it_has_to_be_given(
    kept: Path, photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    saved = kept.rename(tmp_path / "kept.jpg")
    assert again(JOB) == 2
    assert "not kept here: give it with --photo" in complaint(capsys, tmp_path)
    for given in (photo, saved):
        assert again(JOB, "--photo", given) == 0
        assert is_the_same(tmp_path)


def test_a_photo_that_is_another_by_now_is_as_good_as_gone(
    kept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Image.fromarray(mirrored()).save(kept, "JPEG")
    assert again(JOB) == 2
    assert "not kept here: give it with --photo" in complaint(capsys, tmp_path)


def test_a_note_that_does_not_say_how_a_clip_was_made_is_said_to_be_one(
    own_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    note = OUTCOME_JSON.dump_json(success(SAMPLE))
    asyncio.run(MediaStore.at(own_data / "media").put(clip_keys(JOB).receipt, note))
    assert again(JOB) == 2
    assert "another version of Zoetrope made it" in complaint(capsys, tmp_path)


@pytest.mark.parametrize("of", ["nowhere.json", JOB, "../../etc/passwd", "."])
def test_what_is_neither_a_file_nor_a_job_is_named(
    of: str, own_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert again(of) == 2
    assert f"there is no file {of}, and no clip is kept" in complaint(capsys, tmp_path)
    assert not (own_data / "media").exists()


@pytest.mark.parametrize("content", ["", "not JSON", "{}", '{"v": 2}'])
def test_a_file_that_is_no_receipt_is_named(
    content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.json").write_text(content)
    assert again("mine.json") == 2
    assert "mine.json is no receipt of a clip" in complaint(capsys, tmp_path)


def test_another_photo_is_refused(
    receipt: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Image.fromarray(mirrored()).save(tmp_path / "other.png")
    assert again(receipt, "--photo", "other.png") == 2
    said = complaint(capsys, tmp_path)
    assert said == "other.png is not a photo that the clip was made of\n"


def test_a_photo_that_is_not_given_is_asked_for(
    receipt: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert again(receipt) == 2
    assert "give it with --photo" in complaint(capsys, tmp_path)


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        (lambda it: replace(it, effect="unicorn"), "there is no effect 'unicorn': choose one of"),
        (lambda it: replace(it, effect_version="0.0.1"), "there is no version '0.0.1' of robot"),
        (lambda it: replace(it, variant="melted"), "is not made here by melted, as the clip was"),
        (lambda it: replace(it, look="symbiote"), "is not made here by robot, as the clip was"),
        (lambda it: replace(it, params={"wings": 2}), "wings"),
    ],
    ids=["effect", "version", "variant", "look", "option"],
)
def test_what_cannot_be_the_same_clip_is_refused_in_a_sentence(
    edit: Edit,
    sentence: str,
    receipt: Path,
    photo: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    edited(receipt, edit)
    assert again(receipt, "--photo", photo) == 2
    assert sentence in complaint(capsys, tmp_path)


def test_what_may_look_different_is_said_when_it_is_made(
    receipt: Path, photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edited(receipt, lambda it: replace(it, device="an abacus"))
    assert again(receipt, "--photo", photo) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("the clip was made on an abacus, and this is ")
    assert last.endswith(": it may look a bit different")


def test_a_receipt_leaves_nothing_to_choose(
    receipt: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert again(receipt, "--effect", "robot", "--seed", 0, "--max-bytes", 10**6) == 2
    said = complaint(capsys, tmp_path)
    assert said.endswith("is made with: leave out --effect, --seed, --max-bytes\n")


def test_without_effect_and_receipt_it_is_asked_what_to_make(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["render", "--out", "again.mp4"]) == 2
    assert "with --effect, or a clip to make again with --receipt" in complaint(capsys, tmp_path)
