"""The server that all clients are measured on: the one that ships with Zoetrope."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from redis import Redis
from redis.backoff import ConstantBackoff
from redis.retry import Retry

from deploy.valkey import binary, prepare


@contextmanager
def running_server() -> Generator[str]:
    """Run a server with an append-only file in a folder of its own; gives its URL."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        server = prepare(folder)
        process = subprocess.Popen(
            [binary(), "valkey.conf"],
            cwd=folder,
            env={"LC_ALL": "C"},
            stdout=subprocess.DEVNULL,
        )
        try:
            empty(server.url)
            yield server.url
        finally:
            process.terminate()
            process.wait()


def empty(url: str) -> None:
    """Forget everything, the functions of all clients included."""
    with Redis.from_url(url, retry=Retry(ConstantBackoff(0.1), 100)) as redis:
        redis.flushall()
        redis.function_flush()
