"""Whether the bot's calls are what the Bot API describes, by somebody else's reading of it."""

from __future__ import annotations

import atexit
import functools
import json
import subprocess
import threading
from collections.abc import Iterable
from pathlib import Path

from tests.fakes.telegram.calls import Call
from tests.peers.environment import python_of

_PROGRAM = Path(__file__).parents[2] / "peers" / "aiogram_schema.py"


class Schema:
    """The models of aiogram, in a process of their own."""

    def __init__(self, python: Path) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, list[str]] = {}
        self._process = subprocess.Popen(
            [python, _PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def complaints(self, calls: Iterable[Call]) -> list[str]:
        """List what is wrong with calls."""
        said: list[str] = []
        for call in calls:
            line = json.dumps(
                {"method": call.method, "params": call.params, "files": sorted(call.files)}
            )
            said += [f"{call.method}: {complaint}" for complaint in self._ask(line)]
        return list(dict.fromkeys(said))

    def close(self) -> None:
        """End the process."""
        self._process.communicate()

    def _ask(self, line: str) -> list[str]:
        with self._lock:
            if line not in self._known:
                stdin, stdout = self._process.stdin, self._process.stdout
                assert stdin is not None
                assert stdout is not None
                stdin.write(line + "\n")
                stdin.flush()
                self._known[line] = json.loads(stdout.readline())
            return self._known[line]


@functools.cache
def schema() -> Schema:
    """Start the models, once for all tests of a process.

    Raises:
        CommandFailed: they cannot be installed.
    """
    started = Schema(python_of("aiogram"))
    atexit.register(started.close)
    return started
