"""One film by two processes is the film of one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from engine.pipelines.families import family
from tests.unit.engine.pipelines.speed import two_processes

_ROOT = Path(two_processes.__file__).parents[5]


def test_two_processes_share_a_film_and_can_film_alone_again(tmp_path: Path) -> None:
    family("wan2.1").checkpoints["text"].tiny().save_pretrained(tmp_path / "checkpoint")
    running = [
        subprocess.Popen(
            [sys.executable, "-m", two_processes.__name__, str(rank), str(tmp_path)],
            stdout=subprocess.PIPE,
            cwd=_ROOT,
            text=True,
        )
        for rank in range(2)
    ]

    said = [process.communicate(timeout=200)[0] for process in running]

    for line in said:
        apart, is_as_before = line.split()
        assert int(apart) <= 1
        assert is_as_before == "True"
