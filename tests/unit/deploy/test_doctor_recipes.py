"""The doctor on what recipes are made with: what is lacking, damaged, or for something else."""

from __future__ import annotations

import json
from collections.abc import Generator
from pathlib import Path

import huggingface_hub.constants
import pytest
import torch

from bots.settings import BotSettings
from deploy.cli import main
from deploy.doctor.bases import look_at_bases
from deploy.doctor.examination import examine
from deploy.doctor.finding import Finding
from deploy.doctor.recipes import could_be_made, misfits
from engine.effects.catalogue import Effect, load_effects
from engine.effects.variants import LoraRow
from engine.pipelines.bases import Bases
from engine.pipelines.families import family
from engine.pipelines.loaded import Loaded
from engine.pipelines.memory.fitting import Machine
from engine.settings import EngineSettings
from engine.weights.hub.hashing import sha256_of
from tests.fakes.hub import FakeHub, running_hub
from tests.unit.engine.pipelines.making_loras import write_lora
from tests.unit.engine.weights.hub.repository import published

BASE = "wan2-1-i2v-14b-480p"
LORA = "Remade-AI/Squish"
GPU = Machine(gpu_gb=141, ram_gb=200, cores=16)
SMALL = Machine(gpu_gb=4, ram_gb=8, cores=4)
SQUISH = load_effects()["squish"]


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Generator[FakeHub]:
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
    with running_hub() as running:
        monkeypatch.setenv("ZOETROPE_HUB", running.address)
        running.publish(Bases.built_in().by_id[BASE].repo, published())
        yield running


def waiting(effects: list[Effect], machine: Machine = GPU) -> list[Finding]:
    return list(could_be_made(EngineSettings.read(), effects, machine))


def by_one_base(*names: str) -> list[Effect]:
    """Effects of our own that the same base makes, and no look."""
    recipe = SQUISH.recipes[0]
    about = SQUISH.about
    return [
        SQUISH.model_copy(
            update={"about": about.model_copy(update={"id": name}), "variants": (recipe,)}
        )
        for name in names
    ]


def test_where_nothing_is_fetched_the_command_that_helps_most_is_named(hub: FakeHub) -> None:
    (found,) = waiting(by_one_base("squish", "melt"))

    assert found == Finding(
        what="models",
        found=f"2 could be made with {BASE}: run zoetrope models fetch --effect squish"
        " --effect melt",
    )


def test_effects_that_a_look_makes_wait_for_nothing(hub: FakeHub) -> None:
    looks = [effect for effect in load_effects().values() if effect.looks]

    assert looks
    assert waiting(looks) == []


def test_what_this_machine_could_not_hold_is_not_told_of(hub: FakeHub) -> None:
    assert waiting(by_one_base("squish"), SMALL) == []


def test_what_the_operator_has_not_agreed_to_is_not_told_of(hub: FakeHub) -> None:
    recipe = SQUISH.recipes[0].model_copy(update={"base": "hunyuan-video-i2v"})

    assert waiting([SQUISH.model_copy(update={"variants": (recipe,)})]) == []


def test_a_hub_that_cannot_be_reached_is_told_of_with_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setenv("ZOETROPE_HUB", "http://127.0.0.1:9")

    _, found = waiting(by_one_base("squish"))

    assert found.what == "hub"
    assert found.found == "nothing answers at http://127.0.0.1:9"
    assert "ZOETROPE_HUB" in found.mend


def test_without_a_gpu_there_is_nothing_to_fetch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOETROPE_DEVICE", "cpu")
    said: list[str] = []
    examine(BotSettings.read(), EngineSettings.read(), said.append)

    assert not any("models fetch --effect" in line or line[4:].startswith("hub") for line in said)


def test_a_damaged_lora_is_named_with_the_command_that_mends_it(
    hub: FakeHub, own_data: Path
) -> None:
    hub.publish("someone/dogs", {"dogs.safetensors": published()["text_encoder/model.safetensors"]})
    assert main(["models", "fetch", "--lora", "someone/dogs/dogs.safetensors"]) == 0
    found = {it.what: it for it in look_at_bases(EngineSettings.read())}
    assert found["LoRAs"] == Finding(what="LoRAs", found="1 fetched")

    (file,) = (own_data / "models/loras").glob("*.safetensors")
    file.write_bytes(file.read_bytes()[:-100])

    found = {it.what: it for it in look_at_bases(EngineSettings.read())}
    assert found["LoRAs"] == Finding(
        what="LoRAs",
        found="someone/dogs/dogs.safetensors is cut short: 100 bytes are missing",
        mend="run zoetrope models fetch --lora someone/dogs/dogs.safetensors",
    )


def test_a_changed_file_that_is_no_weights_is_found_without_reading_them(
    hub: FakeHub, own_data: Path
) -> None:
    hub.publish("lightx2v/Wan2.1-Distill-Loras", {LORA_OF_STEPS: published()[TENSORS]})
    assert main(["models", "fetch", BASE]) == 0
    config = own_data / "models/bases" / BASE / "transformer/config.json"
    config.write_text("[]")

    found = [it.found for it in look_at_bases(EngineSettings.read()) if it.mend]

    assert found == [
        f"transformer/config.json of {BASE} is not the file that was fetched: its sha256 differs"
    ]


LORA_OF_STEPS = "wan2.1_i2v_lora_rank64_lightx2v_4step.safetensors"
TENSORS = "text_encoder/model.safetensors"


@pytest.mark.parametrize(("made_for", "told"), [("wan2.1", ""), ("cogvideox", "another base")])
def test_a_lora_of_an_effect_is_tried_on_its_base(own_data: Path, made_for: str, told: str) -> None:
    models = own_data / "models"
    torch.manual_seed(0)
    family("wan2.1").checkpoints["photo"].tiny().save_pretrained(models / "bases" / BASE)
    of = family(made_for)
    checkpoint = of.checkpoints["photo" if made_for == "wan2.1" else next(iter(of.checkpoints))]
    (models / "loras").mkdir()
    written = write_lora(Loaded(of, checkpoint, checkpoint.tiny()), models / "loras/a.safetensors")
    row = LoraRow(repo=LORA, sha256=sha256_of(written), licence="Apache-2.0")
    written.rename(written.with_stem(row.sha256 or ""))
    recipe = SQUISH.recipes[0].model_copy(update={"loras": (row,), "distilled": False})
    effect = SQUISH.model_copy(update={"variants": (recipe,)})

    found = list(misfits(EngineSettings.read(), [effect], GPU))

    assert len(found) == (1 if told else 0)
    assert all(told in each.found and each.mend for each in found)


def test_a_lock_that_cannot_be_read_is_said_once(own_data: Path) -> None:
    (own_data / "models").mkdir(parents=True)
    (own_data / "models/bases.lock.toml").write_text("[bases")
    said: list[str] = []
    examine(BotSettings.read(), EngineSettings.read(), said.append)

    assert len([line for line in said if "bases.lock.toml" in line]) == 1
    assert json.dumps(said).count("mend it, or remove it") == 1
