"""What a hub has not, does not give, or should not give is told in one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import WeightsRefused
from engine.weights.hub.bases import BaseFiles
from engine.weights.hub.client import HuggingFaceHub
from tests.fakes.hub import FakeHub
from tests.unit.engine.weights.hub.in_vain import refusal
from tests.unit.engine.weights.hub.repository import (
    LARGEST,
    ORIGIN,
    REPO,
    WANTED,
    files_in,
    published,
    quiet,
)


def test_a_gated_base_says_that_a_token_is_needed(
    hub: FakeHub, client: HuggingFaceHub, tmp_path: Path
) -> None:
    hub.publish(REPO, published(), gated=True)

    said = refusal(client, tmp_path)

    assert isinstance(said, WeightsRefused)
    assert "its terms have to be agreed to" in str(said)
    assert "ZOETROPE_HUB_TOKEN" in str(said)


def test_a_token_opens_a_gated_base(hub: FakeHub, tmp_path: Path) -> None:
    hub.publish(REPO, published(), gated=True)
    hub.tokens.add("hf_us")

    folder = BaseFiles(tmp_path).fetch("films", ORIGIN, HuggingFaceHub(hub.address, "hf_us"), quiet)

    assert files_in(folder) == WANTED


def test_a_token_of_somebody_who_may_not_is_refused(hub: FakeHub, tmp_path: Path) -> None:
    hub.publish(REPO, published(), gated=True)

    said = refusal(HuggingFaceHub(hub.address, "hf_them"), tmp_path)

    assert "its terms have to be agreed to" in str(said)


def test_a_base_that_the_hub_does_not_have_is_named(hub: FakeHub, tmp_path: Path) -> None:
    hub.tokens.add("hf_us")

    said = refusal(HuggingFaceHub(hub.address, "hf_us"), tmp_path)

    assert str(said) == f"{REPO} is not fetched: {hub.address} has no such model"


def test_strangers_are_not_told_whether_there_is_a_base(
    hub: FakeHub, client: HuggingFaceHub, tmp_path: Path
) -> None:
    said = str(refusal(client, tmp_path))

    assert "has no such model, or shows it only to some" in said


def test_a_revision_that_is_gone_is_not_replaced_by_another(
    hub: FakeHub, client: HuggingFaceHub, tmp_path: Path
) -> None:
    hub.publish(REPO, published())
    hub.statuses[LARGEST] = [503]
    refusal(client, tmp_path)
    hub.repos.clear()
    hub.publish(REPO, {})
    hub.publish(REPO, published())
    del hub.repos[REPO].revisions[next(iter(hub.repos[REPO].revisions))]

    said = refusal(client, tmp_path)

    assert "remove its entry from bases.lock.toml for the newest" in str(said)


def test_a_base_whose_owner_is_called_otherwise_now_is_found(
    hub: FakeHub, client: HuggingFaceHub, tmp_path: Path
) -> None:
    hub.publish("others/films", published())
    hub.renamed[REPO] = "others/films"

    assert files_in(BaseFiles(tmp_path).fetch("films", ORIGIN, client, quiet)) == WANTED


def test_weights_that_are_a_pickle_alone_are_refused(
    hub: FakeHub, client: HuggingFaceHub, tmp_path: Path
) -> None:
    files = published()
    del files[LARGEST]
    files["transformer/diffusion_pytorch_model.bin"] = b"a pickle"
    hub.publish(REPO, files)

    said = str(refusal(client, tmp_path))

    assert "transformer/diffusion_pytorch_model.bin is a pickle" in said
    assert "can run any program" in said
    assert hub.downloads() == ["model_index.json"]


def test_a_repository_that_lacks_a_part_is_refused(
    hub: FakeHub, client: HuggingFaceHub, tmp_path: Path
) -> None:
    hub.publish(REPO, {path: it for path, it in published().items() if "tokenizer" not in path})

    assert "names tokenizer, and it has none" in str(refusal(client, tmp_path))


@pytest.mark.parametrize("index", [b"[1, 2]", b"not JSON", None])
def test_a_repository_in_another_layout_is_refused(
    index: bytes | None, hub: FakeHub, client: HuggingFaceHub, tmp_path: Path
) -> None:
    files = published()
    del files["model_index.json"]
    hub.publish(REPO, files | ({"model_index.json": index} if index else {}))

    assert "model_index.json" in str(refusal(client, tmp_path))
