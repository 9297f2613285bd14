"""A film is made again by its receipt, as long as it is by the same files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from deploy.cli import main
from engine.pipelines.bases import Bases
from engine.pipelines.families import family
from engine.video import read_frames
from engine.weights.hub.lock import Lock, LockedBase
from tests.unit.engine.effects.tiny_bases import a_base

EFFECT = """
schema = "effect/1"

[effect]
id = "dreams"
version = "1.0.0"
title = { en = "Dreams", zh = "梦" }
summary = { en = "What you dream of.", zh = "你的梦。" }
photos = 0
license = "Apache-2.0"

[output]
seconds = 1.0
fps = 16

[[variant]]
name = "dreams"
base = "tiny"
prompt = "a dream of {prompt}"
steps = 2
cost_s = 1.0
"""


@pytest.fixture(autouse=True)
def models(own_data: Path, weights_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of weights, with a base so small that a test films with it."""
    bases = Bases({"tiny": a_base("wan2.1", "text")})
    monkeypatch.setattr(Bases, "built_in", lambda: bases)
    folder, effect = own_data / "models", own_data / "effects" / "dreams" / "effect.toml"
    folder.mkdir(parents=True)
    for file in weights_folder.iterdir():
        if file.name not in ("bases", "bases.lock.toml"):
            (folder / file.name).symlink_to(file)
    effect.parent.mkdir(parents=True)
    effect.write_text(EFFECT, encoding="utf-8")
    torch.manual_seed(0)
    family("wan2.1").checkpoints["text"].tiny().save_pretrained(folder / "bases" / "tiny")
    lock(folder, "r1")
    return folder


def lock(models: Path, revision: str) -> None:
    Lock(bases={"tiny": LockedBase(revisions={"tests/tiny": revision}, files={})}).write(models)


def frames(file: Path) -> np.ndarray:
    return np.concatenate(list(read_frames(file)))


def test_the_command_films_the_same_again_by_the_same_files_alone(
    models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, again, saved = (tmp_path / name for name in ("first.mp4", "again.mp4", "receipt.json"))
    asked = ("--effect", "dreams", "--prompt", "the sea")
    assert main(["render", *asked, "--out", str(first), "--save-receipt", str(saved)]) == 0

    repeat = ["render", "--receipt", str(saved), "--out", str(again)]
    assert main(repeat) == 0
    assert np.array_equal(frames(first), frames(again))
    assert again.read_bytes() == first.read_bytes()
    assert "look a bit different" not in capsys.readouterr().out

    again.unlink()
    lock(models, "r2")
    assert main(repeat) == 2
    said = capsys.readouterr().err
    assert said.endswith("it was filmed by tests/tiny at revision r1, and here is r2\n")
    assert not again.exists()
