from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from bots.settings import BotSettings
from deploy import folder
from deploy.doctor.examination import examine, examine_as_json
from deploy.doctor.machine import room
from deploy.libraries import missing_libraries
from engine.settings import EngineSettings


def findings() -> dict[str, str]:
    said: list[str] = []
    examine(BotSettings.read(), EngineSettings.read(), said.append)
    return {line[4:].split(":")[0]: line for line in said}


def test_missing_weights_are_reported_with_the_command_that_fetches_them() -> None:
    assert findings()["weights"].endswith("run zoetrope models fetch")


def test_something_to_mend_is_told_by_the_exit_code() -> None:
    assert examine(BotSettings.read(), EngineSettings.read(), lambda _line: None) == 1


def test_looking_leaves_no_data_folder_behind(own_data: Path) -> None:
    findings()

    assert not own_data.exists()


def test_every_library_that_running_needs_is_looked_for() -> None:
    assert missing_libraries() == []


def test_a_data_folder_of_somebody_else_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    assert "ZOETROPE_DATA" in room(tmp_path / "file" / "data").mend


def test_a_queue_server_that_does_not_answer_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        monkeypatch.setenv("ZOETROPE_REDIS_URL", f"redis://127.0.0.1:{nobody.getsockname()[1]}/0")

        assert "start that server" in findings()["queue"]


def test_programs_get_the_same_as_json() -> None:
    said: list[str] = []
    code = examine_as_json(BotSettings.read(), EngineSettings.read(), said.append)

    rows = {row["what"]: row for row in json.loads("".join(said))}
    assert code == 1
    assert rows["weights"]["mend"] == "run zoetrope models fetch"
    assert [row["what"] for row in rows.values() if not row["ok"]] == ["weights"]


def test_a_running_zoetrope_is_not_taken_for_a_stranger_on_its_port(
    own_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        monkeypatch.setenv("ZOETROPE_WEB_PORT", str(listening.getsockname()[1]))
        assert "is taken" in findings()["web chat"]

        folder.make(own_data)
        with folder.held(own_data, "process 42"):
            assert "zoetrope up is running" in findings()["web chat"]
