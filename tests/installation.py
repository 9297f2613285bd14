"""`zoetrope up` in processes of its own, as a person starts it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from tests.processes import children, is_running

STARTS_S = 120
STOPS_S = 60
PROGRAMS = {"worker": "-m engine", "web": "-m bots web", "queue": "valkey-server"}


class Installation:
    """One `zoetrope up`, and what it prints."""

    def __init__(self, data: Path, **settings: str) -> None:
        self.data = data
        self._screen = data.with_name(f"{data.name}-screen")
        here = {"ZOETROPE_DATA": str(data), "ZOETROPE_WEB_PORT": "0"}
        with self._screen.open("wb") as screen:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "deploy", "up"],
                stdout=screen,
                stderr=screen,
                cwd=data.parent,
                env={**os.environ, **here, **settings},
            )

    @property
    def screen(self) -> str:
        """What is printed so far."""
        return self._screen.read_text()

    @property
    def pid(self) -> int:
        """Of `up` itself."""
        return self._process.pid

    def address(self) -> str:
        """Wait until it says where the web chat is."""
        deadline = time.monotonic() + STARTS_S
        while not (found := re.search(r"^Zoetrope is ready: (http\S+)/$", self.screen, re.M)):
            assert self._process.poll() is None, self.screen
            assert time.monotonic() < deadline, self.screen
            time.sleep(0.05)
        return found[1]

    def programs(self) -> dict[str, int]:
        """Process ids of what runs under it, by name."""
        ours = children(self.pid)
        return {name: pid for name, command in PROGRAMS.items() for pid, c in ours if command in c}

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        self._process.send_signal(signal.SIGINT)

    def wait(self) -> int:
        """Wait until it has ended; answers its exit code."""
        return self._process.wait(STOPS_S)

    def kill(self) -> None:
        """End it as the kernel does when memory runs out."""
        self._process.kill()
        self._process.wait()


@contextmanager
def installed(data: Path, weights: Path, **settings: str) -> Generator[Installation]:
    """Run Zoetrope on a data folder, with weights that are there already."""
    data.mkdir(exist_ok=True)
    if not (data / "models").exists():
        (data / "models").symlink_to(weights)
    installation = Installation(data, **settings)
    try:
        yield installation
    finally:
        programs = installation.programs()
        installation.interrupt()
        installation.wait()
        assert not any(is_running(pid) for pid in programs.values())
