from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.cli import main
from engine.effects.catalogue import load_effects


def test_the_effects_as_json_say_what_programs_ask(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["effects", "--json"]) == 0

    rows = json.loads(capsys.readouterr().out)
    assert [row["id"] for row in rows] == list(load_effects())
    assert all(set(row) == {"id", "version", "look", "variants", "photos"} for row in rows)


def test_the_effects_are_listed_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["effects"]) == 0

    head, *lines = capsys.readouterr().out.splitlines()
    assert head.split()[:2] == ["effect", "version"]
    assert [line.split()[0] for line in lines] == list(load_effects())


def test_missing_weights_are_listed_as_missing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "list"]) == 0

    for table in capsys.readouterr().out.split("\n\n"):
        _, *lines = table.splitlines()
        assert lines
        assert all(line.split()[1] == "missing" for line in lines)


def test_a_bad_setting_is_one_sentence_that_names_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ZOETROPE_THREADS", "many")

    assert main(["models", "list"]) == 2

    said = capsys.readouterr().err
    assert said.startswith("zoetrope: ZOETROPE_THREADS: ")
    assert said.count("\n") == 1


def test_with_debug_an_error_shows_where_it_came_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOETROPE_THREADS", "many")

    with pytest.raises(Exception, match="ZOETROPE_THREADS"):
        main(["--debug", "models", "list"])


def test_somebody_who_is_no_person_cannot_be_blocked(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["people", "block", "ann"]) == 2

    assert "as in telegram:4211" in capsys.readouterr().err


@pytest.mark.parametrize(
    "command",
    [["people", "block", "web:1"], ["people", "credits", "web:1"], ["pause"], ["resume"]],
)
def test_what_the_operator_decides_works_without_anything_running(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(command) == 0

    assert capsys.readouterr().out.count("\n") == 1


def test_a_clip_that_is_no_video_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clip = tmp_path / "clip.mp4"
    clip.write_text("not a video")

    assert main(["sheet", "sheet.jpg", str(clip)]) == 2

    assert f"the clip {clip} cannot be read" in capsys.readouterr().err


@pytest.mark.parametrize(
    "command", [["effects"], ["models", "list"], ["models", "verify"], ["pause"]]
)
def test_commands_that_need_no_torch_start_without_it(command: list[str]) -> None:
    program = (
        f"from deploy.cli import main; main({command}); import sys; exit('torch' in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)

    assert done.returncode == 0, done.stderr
