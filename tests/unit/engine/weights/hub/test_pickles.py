"""A pickle is taken only if the engine names its sha256, and only its tensors are."""

from __future__ import annotations

import hashlib
import io
import os
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from engine.errors import WeightsRefused
from engine.weights.hub.bases import BaseFiles
from engine.weights.hub.client import HuggingFaceHub
from engine.weights.hub.reference import Origin
from tests.fakes.hub import FakeHub
from tests.unit.engine.weights.hub.repository import (
    LARGEST,
    REPO,
    WANTED,
    files_in,
    published,
    quiet,
)

PICKLE = "transformer/diffusion_pytorch_model.bin"


class Program:
    """Runs a program when it is read."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.abort, ()


def pickled(content: Any) -> bytes:
    file = io.BytesIO()
    torch.save(content, file)
    return file.getvalue()


def publish(hub: FakeHub, content: Any, *, sha256: str | None = None) -> Origin:
    """Publish weights as a pickle alone, and give where they are."""
    files, data = published(), pickled(content)
    del files[LARGEST]
    hub.publish(REPO, files | {PICKLE: data})
    return Origin(repo=REPO, pickles={PICKLE: sha256 or hashlib.sha256(data).hexdigest()})


def test_the_tensors_of_a_known_pickle_are_kept_as_safetensors(
    hub: FakeHub, client: HuggingFaceHub, tmp_path: Path
) -> None:
    weight = torch.arange(12.0).reshape(3, 4)
    origin = publish(hub, {"weight": weight, "tied": weight.T})

    folder = BaseFiles(tmp_path).fetch("films", origin, client, quiet)

    assert files_in(folder) == WANTED
    read = load_file(folder / LARGEST)
    assert torch.equal(read["weight"], weight)
    assert torch.equal(read["tied"], weight.T)
    assert BaseFiles(tmp_path).faults("films", origin) == []


def test_a_converted_file_that_is_damaged_is_made_again(
    hub: FakeHub, client: HuggingFaceHub, tmp_path: Path
) -> None:
    origin = publish(hub, {"weight": torch.ones(3)})
    folder = BaseFiles(tmp_path).fetch("films", origin, client, quiet)
    (folder / LARGEST).unlink()

    BaseFiles(tmp_path).fetch("films", origin, client, quiet)

    assert BaseFiles(tmp_path).faults("films", origin) == []


def test_another_pickle_than_the_known_one_is_not_read(
    hub: FakeHub, client: HuggingFaceHub, tmp_path: Path
) -> None:
    origin = publish(hub, {"weight": Program()}, sha256="0" * 64)

    with pytest.raises(WeightsRefused, match="the hub sent other bytes than it names"):
        BaseFiles(tmp_path).fetch("films", origin, client, quiet)


def test_a_program_in_a_known_pickle_is_not_run(
    hub: FakeHub, client: HuggingFaceHub, tmp_path: Path
) -> None:
    origin = publish(hub, {"weight": Program()})

    with pytest.raises(WeightsRefused, match="it holds something else than tensors"):
        BaseFiles(tmp_path).fetch("films", origin, client, quiet)
