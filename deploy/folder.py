"""The data folder of one `zoetrope up`, and the lock that keeps a second one off it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.errors import AlreadyRunning, CommandFailed


def make(folder: Path) -> None:
    """Make the data folder, for its owner's eyes only.

    Raises:
        CommandFailed: it cannot be made, or nothing can be written into it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise CommandFailed(
            f"the data folder {folder} cannot be made ({error.strerror}): set ZOETROPE_DATA"
        ) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise CommandFailed(f"the data folder {folder} cannot be written: set ZOETROPE_DATA")


@contextmanager
def held(folder: Path, holder: str) -> Iterator[None]:
    """Hold the data folder; the lock goes when the process does, however it ends.

    Raises:
        AlreadyRunning: another process holds it; says who.
    """
    with (folder / "up.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            raise AlreadyRunning(folder, lock.read()) from error
        lock.truncate(0)
        lock.write(holder)
        lock.flush()
        yield


def is_held(folder: Path) -> bool:
    """Say whether a running process holds the data folder."""
    if not folder.is_dir():
        return False
    try:
        with held(folder, ""):
            return False
    except AlreadyRunning:
        return True
