"""A real queue server for tests: password, append-only file, and a kill that is one."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from deploy.valkey import binary, prepare

START_S = 20

# The shell holds the other end of a pipe to us, so the server goes even when the tests are killed.
UNTIL_WE_ARE_GONE = '"$0" valkey.conf & cat > /dev/null; kill -KILL $!; wait'


class ValkeyProcess:
    """A server on a folder: what is written survives a kill and a new start."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.url = prepare(folder).url
        self._shell: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, and return once it answers."""
        self._shell = subprocess.Popen(
            ["sh", "-c", UNTIL_WE_ARE_GONE, binary()],
            cwd=self._folder,
            env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + START_S
        while not self._answers():
            assert time.monotonic() < deadline, "the queue server does not answer"
            time.sleep(0.01)

    def kill(self) -> None:
        """End it at once, without a chance to say goodbye."""
        if self._shell is not None:
            self._shell.communicate()
            self._shell = None

    def _answers(self) -> bool:
        with Redis.from_url(self.url, socket_timeout=1, retry=None) as client:
            try:
                return bool(client.ping())
            except RedisError:
                return False
