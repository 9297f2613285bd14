"""A newer version of the job layer, in processes of its own: same layout, other functions and wire.

It is ours, copied and changed as a next version might be: a comment in the Lua, which gives the
functions other names, and a second version of the job's JSON, which only it can read.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import engine.jobs

ROOT = Path(__file__).parents[1]
CHANGES = {
    "lua/queue.lua": ("-- What is done with jobs.", "-- What is done with jobs, newly told."),
    "job.py": ("v: Literal[1] = 1", "v: Literal[1, 2] = 1"),
    "wire.py": ("READABLE = (1,)", "READABLE = (1, 2)"),
}
PATIENCE_S = 60


class NewerVersion:
    """Our job layer as of a later release, in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        ours, theirs = Path(engine.jobs.__file__).parent, folder / "engine" / "jobs"
        shutil.copytree(ours, theirs, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ours.parent / "__init__.py", theirs.parent)
        for name, (old, new) in CHANGES.items():
            text = (theirs / name).read_text()
            assert text.count(old) == 1, f"{name} does not say {old!r} once any more"
            (theirs / name).write_text(text.replace(old, new))

    def start(self, url: str, role: str, number: int) -> subprocess.Popen[bytes]:
        """Start a process of that version; `two_versions.py` has the roles."""
        return subprocess.Popen(
            [sys.executable, "-m", "tests.two_versions", url, role, str(number)],
            cwd=self._folder,  # so that this is where `engine` comes from
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )

    def run(self, url: str, role: str, number: int) -> None:
        """Have a process of that version do something."""
        assert self.start(url, role, number).wait(PATIENCE_S) == 0
