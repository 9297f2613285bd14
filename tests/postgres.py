"""A real PostgreSQL server for tests, where its programs are installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

_OPTIONS = "-c listen_addresses='' -c fsync=off -c full_page_writes=off"


def programs() -> Path | None:
    """Find the folder of initdb and pg_ctl, newest version first."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return folders[0] if folders else None


class PostgresProcess:
    """A server on a folder of its own, reached through a socket in it."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        # It refuses to run as root, and its user must be able to reach its folder.
        self._user = "postgres" if os.geteuid() == 0 else None
        self._folder = Path(tempfile.mkdtemp(prefix="zoetrope-postgres-"))
        if self._user:
            shutil.chown(self._folder, self._user)
        self._databases = 0

    def start(self) -> None:
        """Make the server's files, and start it."""
        data = str(self._folder / "data")
        self._run("initdb", "-D", data, "-U", "zoetrope", "-A", "trust", "-E", "UTF8", "--no-sync")
        options = f"{_OPTIONS} -c unix_socket_directories='{self._folder}'"
        log = str(self._folder / "log")
        self._run("pg_ctl", "-D", data, "-l", log, "-o", options, "-w", "start")

    def stop(self) -> None:
        """End it, and remove its files."""
        self._run("pg_ctl", "-D", str(self._folder / "data"), "-m", "immediate", "stop")
        shutil.rmtree(self._folder)

    def new_database(self) -> str:
        """Make an empty database; its URL."""
        self._databases += 1
        name = f"test{self._databases}"
        self._run("createdb", "-h", str(self._folder), "-U", "zoetrope", name)
        return f"postgresql+asyncpg://zoetrope@/{name}?host={self._folder}"

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self._programs / program, *arguments],
            user=self._user,
            cwd="/",
            env={"LC_ALL": "C"},
            stdout=subprocess.DEVNULL,
            check=True,
        )
