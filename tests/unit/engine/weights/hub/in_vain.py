"""Fetching that has to fail."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import EngineError
from engine.weights.hub.bases import BaseFiles
from engine.weights.hub.client import HuggingFaceHub
from engine.weights.hub.reference import Origin
from tests.unit.engine.weights.hub.repository import ORIGIN, quiet


def refusal(client: HuggingFaceHub, models: Path, origin: Origin = ORIGIN) -> EngineError:
    """Fetch in vain, and give why; nothing is taken for a base."""
    files = BaseFiles(models)
    with pytest.raises(EngineError) as error:
        files.fetch("films", origin, client, quiet)
    assert files.names() == []
    assert str(error.value).count("\n") == 0
    return error.value
