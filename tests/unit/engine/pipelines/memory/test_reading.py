"""A base that is damaged is a sentence: which file, what is wrong with it, what mends it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from engine.errors import WeightsUnreadable
from engine.pipelines.families import family
from engine.pipelines.memory.reading import read_base
from tests.unit.engine.effects.tiny_bases import a_base

WEIGHTS = Path("transformer/diffusion_pytorch_model.safetensors")
BASE = a_base("wan2.1", "text")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    torch.manual_seed(0)
    family("wan2.1").checkpoints["text"].tiny().save_pretrained(folder)
    return folder


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    return shutil.copytree(whole, tmp_path / "tiny")


def cut(folder: Path) -> None:
    data = (folder / WEIGHTS).read_bytes()
    (folder / WEIGHTS).write_bytes(data[:-1000])


def pickle_alone(folder: Path) -> None:
    (folder / WEIGHTS).unlink()
    torch.save({"weight": torch.ones(2)}, (folder / WEIGHTS).with_suffix(".bin"))


def pickle_by_another_name(folder: Path) -> None:
    torch.save({"weight": torch.ones(2)}, folder / WEIGHTS)


def change(folder: Path, file: str, **values: Any) -> None:
    told = json.loads((folder / file).read_text())
    (folder / file).write_text(json.dumps(told | values))


def code_of_its_own(folder: Path) -> None:
    change(folder, "model_index.json", transformer=["evil", "Evil"])
    sprung = folder.parent / "sprung"
    (folder / "transformer" / "evil.py").write_text(f"open({str(sprung)!r}, 'w')")


DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "cut": (cut, f"{WEIGHTS} is cut short: 1000 bytes are missing"),
    "empty": (lambda it: (it / WEIGHTS).write_bytes(b""), f"{WEIGHTS} is cut short"),
    "gone": (lambda it: (it / WEIGHTS).unlink(), "diffusion_pytorch_model.safetensors"),
    "a pickle alone": (pickle_alone, "transformer/diffusion_pytorch_model.bin is a pickle"),
    "a pickle renamed": (pickle_by_another_name, f"{WEIGHTS} is a pickle, which could run any"),
    "code of its own": (code_of_its_own, "transformer/evil.py would have to be run, and no code"),
    "no JSON": (lambda it: (it / "model_index.json").write_text("{"), "model_index.json"),
    "deeper": (
        lambda it: change(it, "transformer/config.json", num_layers=9),
        "transformer lacks some of its weights",
    ),
    "wider": (lambda it: change(it, "transformer/config.json", ffn_dim=9), "ffn"),
}


@pytest.mark.parametrize(("damage", "told"), DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_base_is_one_sentence(
    damage: Callable[[Path], object], told: str, folder: Path
) -> None:
    damage(folder)

    with pytest.raises(WeightsUnreadable) as caught:
        read_base(BASE, folder, torch.float32)

    said = str(caught.value)
    assert said.startswith("tiny cannot be read (")
    assert told in said
    assert said.endswith("run `zoetrope models fetch tiny`, which mends what is damaged")
    assert "\n" not in said
    assert len(said) < 400
    assert not (folder.parent / "sprung").exists()


def test_a_base_that_is_whole_is_read(folder: Path) -> None:
    assert read_base(BASE, folder, torch.float32).family.name == "wan2.1"
