from __future__ import annotations

from collections.abc import Generator

import huggingface_hub.constants
import pytest

from engine.weights.hub.client import HuggingFaceHub
from tests.fakes.hub import FakeHub, running_hub


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Generator[FakeHub]:
    # whoever films in this process has asked for no hub, and it is told when it is imported
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
    monkeypatch.delenv("HF_TOKEN", raising=False)
    # so much is lost when a connection breaks off, and files are small here
    monkeypatch.setattr(huggingface_hub.constants, "DOWNLOAD_CHUNK_SIZE", 1000)
    with running_hub() as running:
        yield running


@pytest.fixture
def client(hub: FakeHub) -> HuggingFaceHub:
    return HuggingFaceHub(hub.address, timeout_s=5)
