"""A real PostgreSQL server for tests, where its programs are installed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from deploy.polling import PAUSE_S
from deploy.ports import free_port
from tests.processes import children, is_running
from tests.tls import Certificates

_OPTIONS = "-c listen_addresses='' -c fsync=off -c full_page_writes=off"


def programs() -> Path | None:
    """Find the folder of initdb and pg_ctl, newest version first."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return folders[0] if folders else None


class PostgresProcess:
    """A server on a folder of its own, reached through a socket in it.

    With certificates it listens on loopback too, for those who come over TLS with a password.
    """

    def __init__(self, programs: Path, tls: Certificates | None = None) -> None:
        self._programs = programs
        self._tls = tls
        self.port = free_port(0) if tls else 5432
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
        self.start_again()

    def start_again(self) -> None:
        """Start the server on the files it has."""
        data = str(self._folder / "data")
        options = f"{_OPTIONS} -c unix_socket_directories='{self._folder}' {self._tls_options()}"
        log = str(self._folder / "log")
        self._run("pg_ctl", "-D", data, "-l", log, "-o", options, "-w", "start")

    def stop(self) -> None:
        """End it, and remove its files."""
        self._run("pg_ctl", "-D", str(self._folder / "data"), "-m", "immediate", "stop")
        shutil.rmtree(self._folder)

    def kill(self) -> None:
        """End it at once; return when no part of it is left, so that it can be started again."""
        number = (self._folder / "data" / "postmaster.pid").read_text().split()[0]
        parts = [int(number), *(pid for pid, _ in children(int(number)))]
        os.kill(parts[0], signal.SIGKILL)
        while any(map(is_running, parts)):
            time.sleep(PAUSE_S)
        # Until somebody has reaped it, its number would pass for that of a running server.
        for lock in ("data/postmaster.pid", f".s.PGSQL.{self.port}.lock"):
            (self._folder / lock).unlink(missing_ok=True)

    def new_database(self) -> str:
        """Make an empty database; its URL."""
        self._databases += 1
        name = f"test{self._databases}"
        self._run("createdb", *self._as_owner(), name)
        return f"postgresql+asyncpg://zoetrope@/{name}?host={self._folder}&port={self.port}"

    def new_owner(self, user: str, password: str) -> str:
        """Make a database for a user who needs a password; its name."""
        make = f"CREATE ROLE {user} LOGIN PASSWORD '{password}'"
        self._run("psql", *self._as_owner(), "-d", "postgres", "-c", make)
        self._run("createdb", *self._as_owner(), "-O", user, user)
        return user

    def _as_owner(self) -> tuple[str, ...]:
        return ("-h", str(self._folder), "-p", str(self.port), "-U", "zoetrope")

    def _tls_options(self) -> str:
        if self._tls is None:
            return ""
        key, rules = self._folder / "server.key", self._folder / "hba.conf"
        shutil.copy(self._tls.key, key)
        key.chmod(0o600)
        shutil.copy(self._tls.certificate, self._folder / "server.pem")
        rules.write_text("local all all trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n")
        if self._user:
            for path in self._folder.iterdir():
                shutil.chown(path, self._user)
        return (
            f"-c listen_addresses=127.0.0.1 -c port={self.port} -c hba_file={rules}"
            f" -c ssl=on -c ssl_key_file={key} -c ssl_cert_file={self._folder / 'server.pem'}"
        )

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self._programs / program, *arguments],
            user=self._user,
            cwd="/",
            env={"LC_ALL": "C"},
            stdout=subprocess.DEVNULL,
            check=True,
        )
