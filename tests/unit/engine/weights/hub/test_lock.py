"""The lock is read back as it was written, whatever things are called."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.weights.hub.lock import NAME, Lock, LockedBase, LockedFile, LockedLora

FILE = LockedFile(sha256="0" * 64, bytes=12)
BASE = LockedBase(revisions={"makers/films": "abc"}, files={"vae/config.json": FILE})


@given(name=st.text(min_size=1), file=st.text(), size=st.integers(0, 10**12))
def test_any_name_is_read_back(name: str, file: str, size: int) -> None:
    lora = LockedLora(file=file, revision="abc", sha256="1" * 64, bytes=size)
    lock = Lock().with_base(name, BASE).with_lora(name, lora)

    with tempfile.TemporaryDirectory() as folder:
        lock.write(Path(folder))

        assert Lock.read(Path(folder)) == lock


def test_what_a_file_is_made_from_is_read_back(tmp_path: Path) -> None:
    made = FILE.model_copy(update={"pickle": "vae/weights.bin"})
    base = BASE.model_copy(update={"files": {"vae/weights.safetensors": made}})

    Lock().with_base("films", base).write(tmp_path)

    assert Lock.read(tmp_path).bases["films"] == base


def test_a_folder_without_a_lock_has_an_empty_one(tmp_path: Path) -> None:
    assert Lock.read(tmp_path) == Lock()


def test_a_lock_that_cannot_be_written_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Lock().with_base("films", BASE).write(tmp_path)
    monkeypatch.setattr(Path, "replace", _fail)

    with pytest.raises(OSError, match="the disk is full"):
        Lock().write(tmp_path)

    assert Lock.read(tmp_path).bases == {"films": BASE}
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


def _fail(*_: object) -> None:
    raise OSError("the disk is full")
