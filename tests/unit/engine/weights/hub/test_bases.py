"""Bases are fetched from a hub whole, and locked to what was fetched first."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from engine.errors import FetchingAlready, NoRoomForWeights, NotFetched, WeightsMissing
from engine.weights.hub.bases import BaseFiles
from engine.weights.hub.client import HuggingFaceHub
from engine.weights.hub.lock import NAME
from engine.weights.hub.obtaining import held
from engine.weights.hub.reference import Origin
from tests.fakes.hub import FakeHub
from tests.unit.engine.weights.hub.repository import (
    LARGEST,
    ORIGIN,
    REPO,
    WANTED,
    files_in,
    published,
    quiet,
    tensors,
)


def test_only_safetensors_and_what_describes_them_are_fetched(
    hub: FakeHub, client: HuggingFaceHub, tmp_path: Path
) -> None:
    hub.publish(REPO, published())

    folder = BaseFiles(tmp_path).fetch("films", ORIGIN, client, quiet)

    assert files_in(folder) == WANTED
    assert set(hub.downloads()) == WANTED
    assert all((folder / path).read_bytes() == published()[path] for path in WANTED)


def test_what_is_done_is_told_in_lines(
    hub: FakeHub, client: HuggingFaceHub, tmp_path: Path
) -> None:
    hub.publish(REPO, published())
    said: list[str] = []

    BaseFiles(tmp_path).fetch("films", ORIGIN, client, said.append)

    assert said[0] == f"looking up {REPO}"
    assert said[-1] == f"2 of 2: {LARGEST}, 0.1 MB"


def test_the_lock_names_the_revision_and_every_file(
    hub: FakeHub, client: HuggingFaceHub, tmp_path: Path
) -> None:
    revision = hub.publish(REPO, published())

    BaseFiles(tmp_path).fetch("films", ORIGIN, client, quiet)

    lock = tomllib.loads((tmp_path / NAME).read_text())["bases"]["films"]
    assert lock["revisions"] == {REPO: revision}
    assert set(lock["files"]) == WANTED
    assert all(len(file["sha256"]) == 64 for file in lock["files"].values())
    assert lock["files"][LARGEST]["bytes"] == len(published()[LARGEST])


def test_with_a_lock_the_same_is_fetched_again_and_not_the_newest(
    hub: FakeHub, client: HuggingFaceHub, tmp_path: Path
) -> None:
    hub.publish(REPO, published())
    BaseFiles(tmp_path / "here").fetch("films", ORIGIN, client, quiet)
    hub.publish(REPO, published() | {LARGEST: tensors(77)})
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / NAME).write_bytes((tmp_path / "here" / NAME).read_bytes())

    folder = BaseFiles(tmp_path / "there").fetch("films", ORIGIN, client, quiet)

    assert (folder / LARGEST).read_bytes() == published()[LARGEST]


def test_without_its_entry_in_the_lock_the_newest_is_fetched(
    hub: FakeHub, client: HuggingFaceHub, tmp_path: Path
) -> None:
    hub.publish(REPO, published() | {"text_encoder/old.json": b"{}"})
    BaseFiles(tmp_path).fetch("films", ORIGIN, client, quiet)
    hub.publish(REPO, published() | {LARGEST: tensors(77)})
    (tmp_path / NAME).unlink()

    folder = BaseFiles(tmp_path).fetch("films", ORIGIN, client, quiet)

    assert (folder / LARGEST).read_bytes() == tensors(77)
    assert files_in(folder) == WANTED


def test_what_is_there_is_not_fetched_again(
    hub: FakeHub, client: HuggingFaceHub, tmp_path: Path
) -> None:
    hub.publish(REPO, published())
    BaseFiles(tmp_path).fetch("films", ORIGIN, client, quiet)
    asked = len(hub.requests)

    BaseFiles(tmp_path).fetch("films", ORIGIN, client, quiet)

    assert len(hub.requests) == asked


def test_a_base_is_missing_until_it_is_whole(
    hub: FakeHub, client: HuggingFaceHub, tmp_path: Path
) -> None:
    hub.publish(REPO, published())
    files = BaseFiles(tmp_path)
    with pytest.raises(NotFetched, match="run `zoetrope models fetch films`") as missing:
        files.path("films")
    assert isinstance(missing.value, WeightsMissing)
    assert (files.state("films"), files.names()) == ("missing", [])

    folder = files.fetch("films", ORIGIN, client, quiet)

    assert files.path("films") == folder
    assert (files.state("films"), files.names()) == ("fetched", ["films"])


def test_nothing_is_fetched_that_has_no_room(
    hub: FakeHub, client: HuggingFaceHub, tmp_path: Path
) -> None:
    hub.publish(REPO, published())
    hub.listed_bytes[LARGEST] = 10**18

    with pytest.raises(NoRoomForWeights, match=r"needs 1000000000\.0 GB and .* make room"):
        BaseFiles(tmp_path).fetch("films", ORIGIN, client, quiet)

    assert hub.downloads() == ["model_index.json"]


def test_two_do_not_fetch_at_once(hub: FakeHub, client: HuggingFaceHub, tmp_path: Path) -> None:
    hub.publish(REPO, published())

    with held(tmp_path), pytest.raises(FetchingAlready, match="wait until it is done"):
        BaseFiles(tmp_path).fetch("films", ORIGIN, client, quiet)


def test_a_base_is_put_together_from_two_repositories(
    hub: FakeHub, client: HuggingFaceHub, tmp_path: Path
) -> None:
    made = {"_class_name": "AnimateDiffPipeline", "motion_adapter": ["diffusers", "MotionAdapter"]}
    adapter = {"config.json": b"{}", "README.md": b"moves", "weights.safetensors": tensors(5)}
    hub.publish(REPO, published())
    hub.publish("movers/motion", adapter)
    origin = Origin(
        repo=REPO,
        parts={"motion_adapter": "movers/motion"},
        made={"model_index.json": {**made, "transformer": ["diffusers", "WanTransformer3DModel"]}},
    )

    folder = BaseFiles(tmp_path).fetch("films", origin, client, quiet)

    assert files_in(folder) == {
        "LICENSE",
        "model_index.json",
        "motion_adapter/config.json",
        "motion_adapter/weights.safetensors",
        "transformer/config.json",
        LARGEST,
    }
    assert (
        json.loads((folder / "model_index.json").read_text())["_class_name"] == made["_class_name"]
    )
    assert (folder / "motion_adapter/weights.safetensors").read_bytes() == tensors(5)
    assert BaseFiles(tmp_path).faults("films", origin) == []
