from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from deploy import folder
from deploy.cli import main


def nobody_listens() -> int:
    with socket.create_server(("127.0.0.1", 0)) as closed_soon:
        return closed_soon.getsockname()[1]


def refusal(capsys: pytest.CaptureFixture[str]) -> str:
    """What `zoetrope up` says instead of starting."""
    assert main(["up"]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    return said


def test_a_second_up_on_the_same_data_says_so(
    own_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder.make(own_data)
    with folder.held(own_data, "process 42"):
        assert f"already runs on {own_data} (process 42)" in refusal(capsys)


def test_a_port_that_was_asked_for_and_is_taken_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        monkeypatch.setenv("ZOETROPE_WEB_PORT", str(port))

        assert f"port {port} is taken: set ZOETROPE_WEB_PORT" in refusal(capsys)


def test_a_web_chat_for_everyone_needs_a_password_first(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ZOETROPE_WEB_HOST", "0.0.0.0")

    assert "ZOETROPE_WEB_PASSWORD" in refusal(capsys)


def test_data_that_cannot_be_kept_is_said_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("ZOETROPE_DATA", os.fspath(tmp_path / "file" / "data"))

    assert "set ZOETROPE_DATA" in refusal(capsys)


def test_a_queue_server_of_ones_own_must_answer(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ZOETROPE_REDIS_URL", f"redis://127.0.0.1:{nobody_listens()}/0")

    assert "no queue server answers at ZOETROPE_REDIS_URL" in refusal(capsys)
