from __future__ import annotations

import stat
from pathlib import Path

import pytest

from deploy import folder
from deploy.errors import AlreadyRunning, CommandFailed


def test_a_data_folder_is_for_its_owner_only(tmp_path: Path) -> None:
    folder.make(tmp_path / "deep" / "data")

    assert stat.S_IMODE((tmp_path / "deep" / "data").stat().st_mode) == 0o700


def test_a_data_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(CommandFailed, match=r"file/data cannot be made .* set ZOETROPE_DATA"):
        folder.make(tmp_path / "file" / "data")


def test_a_second_holder_hears_who_the_first_is(tmp_path: Path) -> None:
    with (
        folder.held(tmp_path, "process 42"),
        pytest.raises(AlreadyRunning, match=r"already runs on .*process 42"),
        folder.held(tmp_path, "process 43"),
    ):
        pass


def test_a_folder_is_free_again_when_its_holder_is_done(tmp_path: Path) -> None:
    with folder.held(tmp_path, "process 42"):
        assert folder.is_held(tmp_path)

    assert not folder.is_held(tmp_path)
