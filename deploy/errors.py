"""Errors of the command line and of `zoetrope up`.

CommandFailed              the command cannot do what was asked; exit code 2
├── AlreadyRunning         another `zoetrope up` holds the data folder
├── NoEmbeddedServer       no Valkey ships for this platform
├── NoFreePort             the wanted port is taken
└── ProgramFailed          a program that `up` starts cannot start

Each message is one sentence for the operator.
"""

from __future__ import annotations

from pathlib import Path


class CommandFailed(Exception):
    """The command cannot do what was asked; the message says why and what to do."""


class AlreadyRunning(CommandFailed):
    """Another `zoetrope up` holds the data folder."""

    def __init__(self, folder: Path, holder: str) -> None:
        super().__init__(
            f"Zoetrope already runs on {folder} ({holder}): use that one, stop it, "
            "or set ZOETROPE_DATA to another folder"
        )
        self.folder = folder


class NoEmbeddedServer(CommandFailed):
    """No Valkey ships for this platform."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"there is no embedded Valkey for this machine ({why}): run a Redis 7 or Valkey "
            "server and set ZOETROPE_REDIS_URL to it"
        )


class NoFreePort(CommandFailed):
    """The wanted port is taken."""

    def __init__(self, port: int) -> None:
        super().__init__(
            f"port {port} is taken: set ZOETROPE_WEB_PORT to a free one, or stop what uses it"
        )
        self.port = port


class NoQueueServer(CommandFailed):
    """The server named in the settings does not answer."""

    def __init__(self) -> None:
        super().__init__(
            "no queue server answers at ZOETROPE_REDIS_URL: start it, or unset that setting "
            "for the one that Zoetrope brings"
        )


class ProgramFailed(CommandFailed):
    """A program that `up` starts cannot start."""

    def __init__(self, name: str, last_words: str, log: Path) -> None:
        super().__init__(f"{name} cannot start: {last_words or 'it said nothing'} (see {log})")
        self.name = name
        self.log = log
