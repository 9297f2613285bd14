"""Each client's own virtual environment: their Redis clients exclude one another."""

from __future__ import annotations

import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

from deploy.errors import CommandFailed


@dataclass(frozen=True, slots=True)
class Client:
    """A client under test: its name, the module that drives it, and the pins of its environment.

    Without pins it runs in our own.
    """

    name: str
    driver: str
    pins: str = ""


OURS = Client("zoetrope", "zoetrope_client")
PEERS = (
    Client("streaq", "streaq_client", "streaq.txt"),
    Client("saq", "saq_client", "saq.txt"),
    Client("taskiq-redis", "taskiq_client", "taskiq-redis.txt"),
)
PREFETCHING = Client("taskiq-redis, 100 at a time", "taskiq_prefetching_client", "taskiq-redis.txt")
"""Fast with one slot, as it keeps 99 jobs from others while it makes one: measured aside."""

_FOLDER = Path("build/bench-queue")
_PINS = Path(__file__).parent / "clients"


def python_for(client: Client) -> Path:
    """Say which Python runs a client's driver; a peer's environment is made when it is missing.

    Raises:
        CommandFailed: it could not be installed.
    """
    if not client.pins:
        return Path(sys.executable)
    pins = _PINS / client.pins
    folder = _FOLDER / pins.stem
    stamp, python = folder / "pins.txt", folder / "bin" / "python"
    if not stamp.exists() or stamp.read_text() != pins.read_text():
        _install(folder, python, pins)
        stamp.write_text(pins.read_text())
    return python


def _install(folder: Path, python: Path, pins: Path) -> None:
    venv.create(folder, clear=True, with_pip=True)
    install = [python, "-m", "pip", "install", "--quiet", "--no-deps", "--requirement", pins]
    done = subprocess.run(install, check=False, capture_output=True, text=True)
    if done.returncode:
        why = (done.stderr.strip().splitlines() or ["pip said nothing"])[-1]
        raise CommandFailed(f"{folder.name} cannot be installed to measure against: {why}")
