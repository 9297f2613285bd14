"""Every family films, stops, and films the same again, by tiny checkpoints of random numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.pipelines.check import check
from engine.pipelines.families import NAMES, family


@pytest.mark.parametrize("name", NAMES)
def test_a_family_works(name: str, tmp_path: Path) -> None:
    found = check(family(name), tmp_path)
    assert found.is_fine, found.faults
    assert found.family == name
