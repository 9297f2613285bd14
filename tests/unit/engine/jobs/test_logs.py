"""Log lines as people and programs get them, and what is kept out of them."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Literal

import pytest
from pydantic import TypeAdapter, ValidationError

from engine.jobs.logs import bound, masked, set_up_logs

log = logging.getLogger("engine.tests")


@pytest.fixture(autouse=True)
def as_it_was(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Undo what setting logs up does to a process."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    for module in (sys, threading):
        monkeypatch.setattr(module, "excepthook", module.excepthook)
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(False)


def test_a_line_for_programs_is_one_object_that_names_its_job(
    capsys: pytest.CaptureFixture[str],
) -> None:
    set_up_logs("json")
    with bound(job="j1", attempt=2):
        log.warning("%s is late", "it")
    log.info("done")

    first, second = map(json.loads, capsys.readouterr().err.splitlines())
    assert first.pop("time").endswith("Z")
    assert first == {
        "level": "warning",
        "logger": "engine.tests",
        "event": "it is late",
        "job": "j1",
        "attempt": 2,
    }
    assert "job" not in second


def test_a_line_for_people_says_the_same_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs("text")
    with bound(job="j1"):
        log.warning("late")

    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith("[warning  ] late [engine.tests] job=j1")


def test_an_error_is_one_object_too(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs("json")
    try:
        raise KeyError("which")
    except KeyError:
        log.exception("failed")

    (line,) = map(json.loads, capsys.readouterr().err.splitlines())
    assert line["event"] == "failed"
    assert line["exception"].endswith("KeyError: 'which'")


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("redis://:s3cret@queue:6379/0 is away", "redis://...@queue:6379/0 is away"),
        ("postgresql://me:a@b@db/zoetrope", "postgresql://...@db/zoetrope"),
        ("GET https://api.example/bot12:AA-bb_c/getMe", "GET https://api.example/bot.../getMe"),
        ("GET https://s3/clip.mp4?X-Amz-Signature=ab&b=1 403", "GET https://s3/clip.mp4?... 403"),
        ("[SQL: SELECT 1]\n[parameters: ('my wish', 1)]", "[SQL: SELECT 1]\n[parameters: ..."),
        ("DETAIL: Key (person)=(telegram:42) is there", "DETAIL: ..."),
        ("nothing to hide? no: 1=1", "nothing to hide? no: 1=1"),
    ],
)
def test_what_opens_doors_and_what_people_wrote_is_masked(written: str, kept: str) -> None:
    assert masked(written) == kept


def test_what_a_check_was_given_is_masked() -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(Literal["cat", "dog"]).validate_python("a wish, input_type=never")

    assert "a wish" in str(caught.value)
    assert "a wish" not in masked(str(caught.value))


@pytest.mark.parametrize(
    "fail", ["1 / 0", "import threading; t = threading.Thread(target=lambda: 1 / 0); t.start()"]
)
def test_what_nobody_caught_is_logged(fail: str) -> None:
    program = f"from engine.jobs.logs import set_up_logs; set_up_logs('json'); {fail}"
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )

    (line,) = map(json.loads, ended.stderr.splitlines())
    assert line["level"] == "critical"
    assert "ZeroDivisionError" in line["exception"]
