"""The next release: a copy of the code that differs where releases do, run beside this one."""

from __future__ import annotations

import shutil
from pathlib import Path

_PARTS = ("bots", "engine", "deploy", "tests")
_CHANGES = {
    "engine/jobs/lua/queue.lua": ("\nlocal ", "\n-- Changed in the next release.\nlocal "),
    "engine/jobs/job.py": ("v: Literal[1] = 1", "v: Literal[1, 2] = 2"),
    "engine/jobs/wire.py": ("READABLE = (1,)", "READABLE = (1, 2)"),
}
"""Other functions on the server, and jobs that this release cannot read."""


def make_next_release(code: Path, folder: Path) -> Path:
    """Copy the code into a folder and change it; the folder."""
    for part in _PARTS:
        shutil.copytree(code / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    for name, (now, then) in _CHANGES.items():
        file = folder / name
        text = file.read_text()
        assert now in text, f"{name} has changed: say anew how the next release differs"
        file.write_text(text.replace(now, then, 1))
    return folder
