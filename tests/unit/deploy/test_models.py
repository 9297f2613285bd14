"""`zoetrope models` fetches bases from a hub, lists what there is, and checks what it has."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import huggingface_hub.constants
import pytest

from bots.settings import BotSettings
from deploy.cli import main
from deploy.doctor.examination import examine
from deploy.model_list import fit
from engine.pipelines.bases import Bases
from engine.pipelines.memory.fitting import Machine
from engine.settings import EngineSettings
from tests.fakes.hub import FakeHub, running_hub
from tests.unit.engine.weights.hub.repository import LARGEST, published, tensors

ROOT = Path(__file__).parents[3]
BASE, OWN_TERMS = "wan2-1-i2v-14b-480p", "ltx-2-19b"
LORA = "lightx2v/Wan2.1-Distill-Loras"
FILE = "wan2.1_i2v_lora_rank64_lightx2v_4step.safetensors"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Generator[FakeHub]:
    """A hub that is set, with two bases and the LoRA of one of them."""
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
    monkeypatch.delenv("HF_TOKEN", raising=False)
    with running_hub() as running:
        monkeypatch.setenv("ZOETROPE_HUB", running.address)
        for name in (BASE, OWN_TERMS):
            running.publish(Bases.built_in().by_id[name].repo, published())
        running.publish(LORA, {FILE: tensors(5), "other.safetensors": tensors(6)})
        yield running


def listed(capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, object]]:
    """List the bases as programs see them."""
    capsys.readouterr()
    assert main(["models", "list", "--json"]) == 0
    return {row["base"]: row for row in json.loads(capsys.readouterr().out)["bases"]}


def said_of_bases() -> list[str]:
    """Ask the doctor, and give what it says of bases."""
    said: list[str] = []
    examine(BotSettings.read(), EngineSettings.read(), said.append)
    return [line[4:] for line in said if line[4:].startswith("bases")]


def test_a_base_is_fetched_with_what_teaches_it_few_steps(
    hub: FakeHub, own_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["models", "fetch", BASE]) == 0

    assert capsys.readouterr().out.endswith(f"{BASE} is ready\n")
    assert (own_data / "models/bases" / BASE / LARGEST).is_file()
    assert len(list((own_data / "models/loras").iterdir())) == 1
    assert listed(capsys)[BASE]["state"] == "fetched"


def test_whoever_fetches_what_is_of_no_use_here_is_told_so(
    hub: FakeHub, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ZOETROPE_DEVICE", "cpu")
    monkeypatch.setenv("ZOETROPE_THREADS", "4")

    assert main(["models", "fetch", BASE]) == 0

    first, *_ = capsys.readouterr().out.splitlines()
    assert first == (
        f"{BASE} is of no use on this machine: without a GPU a clip of it takes 6 hours or more"
    )


def test_the_address_that_others_use_too_is_kept_to(
    hub: FakeHub, monkeypatch: pytest.MonkeyPatch, own_data: Path
) -> None:
    monkeypatch.delenv("ZOETROPE_HUB")
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.setenv("HF_ENDPOINT", hub.address)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))

    # it is read when the library is imported
    done = subprocess.run(
        [sys.executable, "-m", "deploy", "models", "fetch", BASE], capture_output=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert (own_data / "models/bases" / BASE / LARGEST).is_file()


def test_terms_that_nobody_agreed_to_are_told_before_anything_is_fetched(
    hub: FakeHub, own_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["models", "fetch", BASE, OWN_TERMS]) == 2

    said = capsys.readouterr().err
    assert "LTX-2 Community License (free below 10 million dollars" in said
    assert f"add {OWN_TERMS} to ZOETROPE_ACCEPT_LICENCES" in said
    assert not own_data.exists()


def test_terms_that_are_agreed_to_are_no_obstacle(
    hub: FakeHub, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ZOETROPE_ACCEPT_LICENCES", f"mochi-1, {OWN_TERMS}")

    assert main(["models", "fetch", OWN_TERMS]) == 0

    row = listed(capsys)[OWN_TERMS]
    assert (row["state"], row["accepted"]) == ("fetched", True)


def test_a_lora_is_fetched_by_where_it_is(
    hub: FakeHub, own_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["models", "fetch", "--lora", f"{LORA}/{FILE}"]) == 0

    (file,) = (own_data / "models/loras").iterdir()
    assert file.read_bytes() == tensors(5)
    assert f"{LORA}/{FILE} is ready" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["fetch", "wan9"], "there is no wan9: see `zoetrope models list`"),
        (["verify", "wan9"], "there is no wan9: see `zoetrope models list`"),
        (["verify", BASE], f"{BASE} is not fetched: run `zoetrope models fetch {BASE}`"),
        (["fetch", "--lora", "squish"], '"squish" is no LoRA: write owner/name/file'),
    ],
)
def test_what_there_is_not_is_one_sentence(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["models", *arguments]) == 2

    assert capsys.readouterr().err.startswith(f"zoetrope: {told}")


def test_what_is_whole_is_said_to_be(hub: FakeHub, capsys: pytest.CaptureFixture[str]) -> None:
    main(["models", "fetch", BASE])
    capsys.readouterr()

    assert main(["models", "verify"]) == 0

    assert capsys.readouterr().out.splitlines() == [
        f"{BASE} is as it was fetched",
        f"{LORA}/{FILE} is as it was fetched",
    ]


def test_each_damaged_file_is_a_sentence_with_the_command_that_mends_it(
    hub: FakeHub, own_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["models", "fetch", BASE])
    folder = own_data / "models/bases" / BASE
    os.truncate(folder / LARGEST, 1000)
    (folder / "tokenizer/spiece.model").unlink()
    capsys.readouterr()

    assert main(["models", "verify", BASE]) == 2

    said = capsys.readouterr().err.splitlines()
    assert len(said) == 2
    assert all(line.endswith(f": run `zoetrope models fetch {BASE}`") for line in said)
    assert main(["models", "fetch", BASE]) == 0
    assert main(["models", "verify", BASE]) == 0


def test_the_doctor_is_silent_of_bases_where_nobody_wants_any() -> None:
    assert said_of_bases() == []


def test_the_doctor_names_the_bases_there_are_and_those_of_no_use_here(
    hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZOETROPE_DEVICE", "cpu")
    monkeypatch.setenv("ZOETROPE_THREADS", "4")
    main(["models", "fetch", BASE])

    assert said_of_bases() == [
        f"bases: {BASE}",
        f"bases: {BASE} is not used on this machine: without a GPU a clip of it takes"
        " 6 hours or more",
    ]


def test_the_doctor_sees_a_base_that_is_damaged(hub: FakeHub, own_data: Path) -> None:
    main(["models", "fetch", BASE])
    os.truncate(own_data / "models/bases" / BASE / LARGEST, 1000)

    said, *_ = said_of_bases()

    assert "is cut short" in said
    assert said.endswith(f"run zoetrope models fetch {BASE}")


def test_the_doctor_sees_a_base_that_is_fetched_in_part(hub: FakeHub) -> None:
    hub.statuses[LARGEST] = [503]
    main(["models", "fetch", BASE])

    (said,) = said_of_bases()

    assert f"{BASE} is fetched in part" in said


def test_bases_are_listed_for_people_with_their_terms(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "list"]) == 0

    _, bases = capsys.readouterr().out.split("\n\n")
    head, *lines = bases.splitlines()
    rows = {line.split()[0]: re.split(r"  +", line) for line in lines}
    assert re.split(r"  +", head) == [
        "base",
        "state",
        "GB",
        "this machine",
        "what it is",
        "licence",
    ]
    assert list(rows) == list(Bases.built_in().by_id)
    assert rows[BASE][1:3] == ["missing", "45.8"]
    assert rows[BASE][-1] == "Apache-2.0"
    assert rows["hunyuan-video"][-1].endswith(
        "not accepted: not for use in the European Union, the United Kingdom or South Korea"
    )


@pytest.mark.parametrize(
    ("base", "gpu_gb", "told"),
    [
        ("wan2-1-t2v-1-3b", 0, "too slow"),
        ("wan2-1-t2v-1-3b", 24, "fits"),
        ("wan2-1-t2v-1-3b", 8, "with offload"),
        (BASE, 141, "fits"),
        (BASE, 12, "with offload"),
        (BASE, 4, "too large"),
        ("wan2-2-i2v-a14b", 24, "with offload"),
        ("wan2-2-i2v-a14b", 141, "fits"),
    ],
)
def test_what_a_worker_would_use_is_told(base: str, gpu_gb: float, told: str) -> None:
    machine = Machine(gpu_gb=gpu_gb, ram_gb=128, cores=8)

    found, why = fit(base, Bases.built_in().by_id[base], machine)

    assert found == told
    assert bool(why) == (told in ("too slow", "too large"))


def test_loras_of_an_effect_are_locked_before_anything_is_fetched(
    hub: FakeHub, own_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hub.publish("Remade-AI/Squish", {"squish.safetensors": tensors(7)})
    assert main(["effects", "lock", "squish"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in said] == ["Remade-AI/Squish", f"{LORA}/{FILE}"]
    assert "squish.safetensors at " in said[0]
    assert not (own_data / "models" / "loras").exists()


def test_an_effect_is_fetched_with_all_that_its_recipes_are_made_with(
    hub: FakeHub, own_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hub.publish("Remade-AI/Squish", {"squish.safetensors": tensors(7)})
    assert main(["models", "fetch", "--effect", "squish"]) == 0
    assert f"{BASE} is ready" in capsys.readouterr().out
    assert len(list((own_data / "models" / "loras").glob("*.safetensors"))) == 2


def test_an_effect_that_no_model_makes_is_not_fetched(
    own_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["models", "fetch", "--effect", "morph"]) == 2
    assert "morph needs no model" in capsys.readouterr().err
