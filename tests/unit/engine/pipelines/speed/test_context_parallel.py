"""One film by two processes is the film of one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from engine.pipelines.families import family
from engine.pipelines.loaded import Loaded
from tests.unit.engine.pipelines.speed import two_processes

_ROOT = Path(two_processes.__file__).parents[5]


@pytest.mark.parametrize(
    ("name", "kind", "why"),
    [
        ("wan2.1", "text", ""),
        # its plan is for as many blocks as the published one has
        ("helios", "any", "'2' is not a submodule of 'ModuleList'"),
    ],
)
def test_two_processes_share_a_film_where_they_can_and_can_film_alone_again(
    tmp_path: Path, name: str, kind: str, why: str
) -> None:
    of = family(name)
    checkpoint = of.checkpoints[kind]
    Loaded(of, checkpoint, checkpoint.tiny()).write(tmp_path / "checkpoint")
    running = [
        subprocess.Popen(
            [sys.executable, "-m", two_processes.__name__, str(rank), str(tmp_path), name, kind],
            stdout=subprocess.PIPE,
            cwd=_ROOT,
            text=True,
        )
        for rank in range(2)
    ]

    said = [process.communicate(timeout=220)[0] for process in running]

    for line in said:
        apart, is_as_before, why_not = line.split(" ", 2)
        assert int(apart) <= 1
        assert is_as_before == "True"
        assert why_not == why
