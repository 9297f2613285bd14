"""A few faults of `make faults`, so that every run of the tests has some."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.faults.matrix import FAULTS
from tests.faults.world import Trial

A_FEW = (
    "worker-killed",
    "worker-killed-while-it-films-and-finishes",
    "everything-killed",
    "lost-replies-and-delays",
)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("fault", A_FEW)
async def test_nothing_is_lost_or_doubled_or_charged_wrong(fault: str, tmp_path: Path) -> None:
    row = await FAULTS[fault](Trial(fault, tmp_path, asyncio.Lock()))
    assert row.is_clean, row
