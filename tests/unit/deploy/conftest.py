from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.jobs.settings import PREFIX


@pytest.fixture(autouse=True)
def own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder for this test, and no setting of the machine's owner."""
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    data = tmp_path / "data"
    monkeypatch.setenv(f"{PREFIX}DATA", str(data))
    monkeypatch.chdir(tmp_path)
    return data
