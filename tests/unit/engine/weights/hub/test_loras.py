"""LoRAs are fetched by where they are, kept by what they are, and locked like bases."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from engine.errors import NotFetched, WeightsRefused
from engine.weights.hub.client import HuggingFaceHub
from engine.weights.hub.loras import Loras
from engine.weights.hub.reference import LoraRef
from tests.fakes.hub import FakeHub
from tests.unit.engine.weights.hub.repository import quiet, tensors

REPO = "effects/squish"
FILE = "squish/effect.safetensors"
REF = LoraRef(repo=REPO, file=FILE)
SHA256 = hashlib.sha256(tensors(1)).hexdigest()


@pytest.mark.parametrize(
    "ref",
    [
        LoraRef(repo=REPO),
        REF,
        LoraRef(repo=REPO, file=FILE, revision="v1.2"),
        LoraRef(repo=REPO, revision="0123abc"),
    ],
)
def test_what_is_written_of_a_reference_is_read_back(ref: LoraRef) -> None:
    assert LoraRef.parse(str(ref)) == ref


@pytest.mark.parametrize("text", ["", "squish", "effects/", "effects/squish@", "../../etc/passwd"])
def test_what_is_no_reference_is_not_read(text: str) -> None:
    with pytest.raises(ValueError, match="validation error"):
        LoraRef.parse(text)


def test_a_lora_lies_under_its_own_sha256(
    hub: FakeHub, client: HuggingFaceHub, tmp_path: Path
) -> None:
    hub.publish(REPO, {FILE: tensors(1), "other.safetensors": tensors(2)})

    path = Loras(tmp_path).fetch(REF, client, quiet)

    assert path == tmp_path / "loras" / f"{SHA256}.safetensors"
    assert path.read_bytes() == tensors(1)
    assert Loras(tmp_path).path(REF) == path
    assert [it.name for it in path.parent.iterdir()] == [path.name]


def test_a_lora_that_is_not_fetched_is_named_with_the_command(tmp_path: Path) -> None:
    with pytest.raises(NotFetched, match=f"run `zoetrope models fetch --lora {REPO}/{FILE}`"):
        Loras(tmp_path).path(REF)


def test_a_lora_named_by_its_sha256_is_found_without_a_lock(
    hub: FakeHub, client: HuggingFaceHub, tmp_path: Path
) -> None:
    hub.publish(REPO, {FILE: tensors(1)})
    path = Loras(tmp_path).fetch(REF, client, quiet)
    (tmp_path / "bases.lock.toml").unlink()

    assert Loras(tmp_path).path(REF.model_copy(update={"sha256": SHA256})) == path


def test_the_only_file_need_not_be_named(
    hub: FakeHub, client: HuggingFaceHub, tmp_path: Path
) -> None:
    hub.publish(REPO, {FILE: tensors(1), "README.md": b"squish"})

    assert Loras(tmp_path).fetch(LoraRef(repo=REPO), client, quiet).read_bytes() == tensors(1)


def test_which_of_several_files_has_to_be_said(
    hub: FakeHub, client: HuggingFaceHub, tmp_path: Path
) -> None:
    hub.publish(REPO, {"a.safetensors": tensors(1), "b.safetensors": tensors(2)})

    with pytest.raises(WeightsRefused, match=r"name a file: there are a\.safetensors, b\.safe"):
        Loras(tmp_path).fetch(LoraRef(repo=REPO), client, quiet)


@pytest.mark.parametrize(
    ("file", "told"), [("effect.pt", "no safetensors file"), ("none.pt", "there is no such file")]
)
def test_a_file_of_another_kind_is_refused(
    file: str, told: str, hub: FakeHub, client: HuggingFaceHub, tmp_path: Path
) -> None:
    hub.publish(REPO, {"effect.pt": b"a pickle"})

    with pytest.raises(WeightsRefused, match=told):
        Loras(tmp_path).fetch(LoraRef(repo=REPO, file=file), client, quiet)
    assert hub.downloads() == []


def test_another_file_than_the_one_that_is_meant_is_not_even_downloaded(
    hub: FakeHub, client: HuggingFaceHub, tmp_path: Path
) -> None:
    hub.publish(REPO, {FILE: tensors(1)})

    with pytest.raises(WeightsRefused, match="its sha256 has to be 0000"):
        Loras(tmp_path).fetch(REF.model_copy(update={"sha256": "0" * 64}), client, quiet)
    assert hub.downloads() == []


def test_the_locked_revision_is_fetched_again_although_there_is_a_newer_one(
    hub: FakeHub, client: HuggingFaceHub, tmp_path: Path
) -> None:
    hub.publish(REPO, {FILE: tensors(1)})
    Loras(tmp_path).fetch(REF, client, quiet).unlink()
    hub.publish(REPO, {FILE: tensors(2)})

    assert Loras(tmp_path).fetch(REF, client, quiet).read_bytes() == tensors(1)


def test_a_damaged_lora_is_found_and_mended(
    hub: FakeHub, client: HuggingFaceHub, tmp_path: Path
) -> None:
    hub.publish(REPO, {FILE: tensors(1)})
    loras = Loras(tmp_path)
    path = loras.fetch(REF, client, quiet)
    assert loras.fault(REF) is None
    path.write_bytes(tensors(1)[:-10])
    assert "is cut short: 10 bytes are missing: run `zoetrope models" in (loras.fault(REF) or "")

    assert loras.fetch(REF, client, quiet).read_bytes() == tensors(1)


def test_what_is_whole_is_not_downloaded_again(
    hub: FakeHub, client: HuggingFaceHub, tmp_path: Path
) -> None:
    hub.publish(REPO, {FILE: tensors(1)})
    Loras(tmp_path).fetch(REF, client, quiet)

    Loras(tmp_path).fetch(REF, client, quiet)

    assert hub.downloads() == [FILE]


def test_a_lora_is_pinned_without_being_fetched_and_held_to_from_then_on(
    hub: FakeHub, client: HuggingFaceHub, tmp_path: Path
) -> None:
    hub.publish(REPO, {FILE: tensors(1)})
    loras = Loras(tmp_path)
    pinned = loras.pin(LoraRef(repo=REPO), client)
    assert (pinned.file, pinned.sha256) == (FILE, SHA256)
    assert not (tmp_path / "loras").exists()
    hub.publish(REPO, {FILE: tensors(2)})
    assert loras.pin(LoraRef(repo=REPO), client) == pinned
    assert loras.fetch(LoraRef(repo=REPO), client, quiet).stem == SHA256


def test_a_lora_of_another_sha256_is_not_pinned(
    hub: FakeHub, client: HuggingFaceHub, tmp_path: Path
) -> None:
    hub.publish(REPO, {FILE: tensors(1)})
    with pytest.raises(WeightsRefused, match="its sha256 has to be 000"):
        Loras(tmp_path).pin(LoraRef(repo=REPO, file=FILE, sha256="0" * 64), client)
