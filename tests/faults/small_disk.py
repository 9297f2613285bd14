"""A disk without room: a small one of its own where one may be mounted, else a limit on files."""

from __future__ import annotations

import resource
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from tests.faults.queue_server import QueueServer

_FILLER = "filler"
_APART = ("unshare", "--mount")
_MOUNT = 'mkdir -p disk && mount -t tmpfs -o size=4m tmpfs disk && exec "$@" --dir disk'


class SmallDisk(Protocol):
    """Where a server's files are, and how to leave it no room.

    `wrapper` goes before the command line of the server; `how` tells what is done to it.
    """

    wrapper: Sequence[str]
    how: str

    def fill(self, server: QueueServer) -> None:
        """Leave the server no room."""
        ...

    def empty(self, server: QueueServer) -> None:
        """Give the room back."""
        ...


class Mounted:
    """A disk in memory, which only the server sees and which ends with it."""

    wrapper: Sequence[str] = (*_APART, "sh", "-c", _MOUNT, "sh")
    how: str = "something large is on it"

    def fill(self, server: QueueServer) -> None:
        with self._filler(server).open("wb", buffering=0) as filler:
            try:
                while True:
                    filler.write(bytes(4096))
            except OSError:
                return

    def empty(self, server: QueueServer) -> None:
        self._filler(server).unlink()

    def _filler(self, server: QueueServer) -> Path:
        return Path(f"/proc/{server.pid}/cwd") / _FILLER


class Limited:
    """A limit on the size of the server's files."""

    wrapper: Sequence[str] = ()
    how: str = "no file of the server's may grow"

    def fill(self, server: QueueServer) -> None:
        self._limit(server, 1)

    def empty(self, server: QueueServer) -> None:
        self._limit(server, resource.RLIM_INFINITY)

    def _limit(self, server: QueueServer, most: int) -> None:
        _, hardest = resource.prlimit(server.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (most, hardest))


def small_disk() -> SmallDisk:
    """Take what this machine allows."""
    trial = (*_APART, "mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", "/mnt")
    if shutil.which(_APART[0]) is None:
        return Limited()
    mounts = subprocess.run(trial, capture_output=True, check=False).returncode == 0
    return Mounted() if mounts else Limited()
