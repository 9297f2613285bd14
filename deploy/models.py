"""`zoetrope models`: the weight files on the terminal, and fetching them."""

from __future__ import annotations

from collections.abc import Callable

from deploy import folder
from deploy.tables import table as lay_out
from engine.settings import EngineSettings
from engine.weights import Weights


def table(settings: EngineSettings) -> str:
    """One line per weight file, and whether it is there."""
    return lay_out(
        ("weights", "state", "MB", "licence", "what for"),
        [
            (file.name, file.state, f"{file.bytes / 1e6:.1f}", file.licence, file.purpose)
            for file in Weights(settings.models).status()
        ],
    )


def fetch(settings: EngineSettings, say: Callable[[str], None]) -> None:
    """Fetch the weight files that are missing.

    Raises:
        CommandFailed: the data folder cannot be made.
        WeightsUnreachable: they cannot be downloaded.
        WeightsCorrupt: they are not what models.toml names.
    """
    folder.make(settings.folder)
    Weights(settings.models).fetch(progress=say)
