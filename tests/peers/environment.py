"""Each peer's own virtual environment: what it needs excludes what we need."""

from __future__ import annotations

import fcntl
import subprocess
import venv
from pathlib import Path

from deploy.errors import CommandFailed

_FOLDER = Path(__file__).parents[2] / "build" / "peers"
_PINS = Path(__file__).parent


def python_of(peer: str) -> Path:
    """Say which Python has a peer; its environment is made when it is missing.

    Raises:
        CommandFailed: it could not be installed.
    """
    pins, folder = (_PINS / f"{peer}.txt").read_text(), _FOLDER / peer
    stamp, python = folder / "pins.txt", folder / "bin" / "python"
    _FOLDER.mkdir(parents=True, exist_ok=True)
    with (_FOLDER / f"{peer}.lock").open(
        "w"
    ) as lock:  # of test runs at the same time, one installs
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not stamp.exists() or stamp.read_text() != pins:
            _install(folder, python, _PINS / f"{peer}.txt")
            stamp.write_text(pins)
    return python


def _install(folder: Path, python: Path, pins: Path) -> None:
    venv.create(folder, clear=True, with_pip=True)
    install = [python, "-m", "pip", "install", "--quiet", "--no-deps", "--requirement", pins]
    done = subprocess.run(install, check=False, capture_output=True, text=True)
    if done.returncode:
        why = (done.stderr.strip().splitlines() or ["pip said nothing"])[-1]
        raise CommandFailed(f"{folder.name} cannot be installed to test against: {why}")
