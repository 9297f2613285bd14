"""Programs started for a fault: their output is kept, and they end with us, whatever happens."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

_LEASH = ("setpriv", "--pdeathsig", "KILL", "--") if shutil.which("setpriv") else ()
"""Has the system kill a program whose starter was killed; there is a tool for it on Linux only."""


class DidNotHappen(Exception):
    """A fault could not be brought about, so its row would prove nothing."""


class NotInstalled(DidNotHappen):
    """A program that a fault is made with is not on this machine."""

    def __init__(self, program: str, package: str) -> None:
        super().__init__(f"{program} is not installed (Debian: apt install {package})")


class Process:
    """One running program."""

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        folder: Path,
        log: Path,
        environment: Mapping[str, str],
        user: str | None = None,
    ) -> None:
        self.name = name
        self.log = log
        with log.open("ab") as output:
            self._started = subprocess.Popen(
                [*_LEASH, *command],
                cwd=folder,
                env={"PATH": os.environ["PATH"], **environment},
                user=user,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # Python ignores SIGXFSZ; so a server hears as an error that its file may not grow.
                restore_signals=False,
            )

    @property
    def pid(self) -> int:
        """Its number."""
        return self._started.pid

    @property
    def is_running(self) -> bool:
        """Whether it has not ended; a frozen one has not."""
        return self._started.poll() is None

    async def kill(self) -> None:
        """End it at once, without a chance to say goodbye; one that has ended is fine."""
        self._started.kill()
        await asyncio.to_thread(self._started.wait)

    def freeze(self) -> None:
        """Let it take no more steps."""
        self._started.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._started.send_signal(signal.SIGCONT)
