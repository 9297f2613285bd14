"""A hub that is away, cuts off or sends something else never leaves half a base."""

from __future__ import annotations

import errno
from pathlib import Path

import huggingface_hub.constants
import pytest

import engine.weights.hub.client
from engine.errors import HubUnreachable, NoRoomForWeights
from engine.weights.hub.bases import BaseFiles
from engine.weights.hub.client import HuggingFaceHub
from engine.weights.hub.lock import NAME
from tests.fakes.hub import FakeHub
from tests.unit.engine.weights.hub.in_vain import refusal
from tests.unit.engine.weights.hub.repository import (
    LARGEST,
    ORIGIN,
    REPO,
    published,
    quiet,
    tensors,
)


def test_a_hub_that_does_not_answer_is_not_waited_for_for_ever(
    hub: FakeHub, tmp_path: Path
) -> None:
    hub.is_silent = True

    said = refusal(HuggingFaceHub(hub.address, timeout_s=0.2), tmp_path)

    assert isinstance(said, HubUnreachable)
    assert f"{hub.address} does not answer in time" in str(said)


def test_where_nothing_listens_the_address_is_named(hub: FakeHub, tmp_path: Path) -> None:
    said = refusal(HuggingFaceHub("http://127.0.0.1:9"), tmp_path)

    assert "nothing answers at http://127.0.0.1:9" in str(said)
    assert "run the same command again" in str(said)


@pytest.mark.parametrize("answer", ["<html>", "[]", "{}", '{"id": "makers/films"}'])
def test_what_is_no_hub_is_told_from_one(
    answer: str, hub: FakeHub, client: HuggingFaceHub, tmp_path: Path
) -> None:
    hub.answer = answer

    said = refusal(client, tmp_path)

    assert f"{hub.address} does not answer as a model hub does" in str(said)


def test_a_setting_that_forbids_every_hub_is_named(
    hub: FakeHub, client: HuggingFaceHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)

    assert "HF_HUB_OFFLINE is set" in str(refusal(client, tmp_path))


def test_a_cut_connection_is_gone_on_with(
    hub: FakeHub, client: HuggingFaceHub, tmp_path: Path
) -> None:
    hub.publish(REPO, published())
    hub.cuts[LARGEST] = [50_000]

    folder = BaseFiles(tmp_path).fetch("films", ORIGIN, client, quiet)

    assert (folder / LARGEST).read_bytes() == published()[LARGEST]
    assert (LARGEST, "bytes=50000-") in hub.requests


def test_a_connection_that_is_reset_is_told(
    hub: FakeHub, client: HuggingFaceHub, tmp_path: Path
) -> None:
    hub.publish(REPO, published())
    hub.cuts[LARGEST], hub.is_rude = [50_000], True

    said = refusal(client, tmp_path)

    assert isinstance(said, HubUnreachable)
    assert f"the connection to {hub.address} broke off" in str(said)


def test_what_was_fetched_before_the_hub_failed_is_not_fetched_again(
    hub: FakeHub, client: HuggingFaceHub, tmp_path: Path
) -> None:
    hub.publish(REPO, published())
    hub.cuts[LARGEST] = [50_000]
    hub.statuses[LARGEST] = [503]
    assert "answers with status 503" in str(refusal(client, tmp_path))
    hub.requests.clear()

    folder = BaseFiles(tmp_path).fetch("films", ORIGIN, client, quiet)

    assert hub.requests == [(LARGEST, "bytes=50000-")]
    assert (folder / LARGEST).read_bytes() == published()[LARGEST]


def test_the_beginning_of_another_file_is_not_gone_on_with(
    hub: FakeHub, client: HuggingFaceHub, tmp_path: Path
) -> None:
    hub.publish(REPO, published() | {LARGEST: tensors(77, 30_000)})
    hub.cuts[LARGEST], hub.statuses[LARGEST] = [50_000], [503]
    refusal(client, tmp_path)
    (tmp_path / NAME).unlink()
    hub.publish(REPO, published())

    folder = BaseFiles(tmp_path).fetch("films", ORIGIN, client, quiet)

    assert (folder / LARGEST).read_bytes() == published()[LARGEST]


def test_a_disk_that_fills_up_meanwhile_is_told_from_a_hub_that_fails(
    hub: FakeHub, client: HuggingFaceHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    hub.publish(REPO, published())
    monkeypatch.setattr(engine.weights.hub.client, "http_get", fill)

    assert isinstance(refusal(client, tmp_path), NoRoomForWeights)


@pytest.mark.parametrize("path", [LARGEST, "tokenizer/tokenizer.json"])
def test_bytes_that_are_not_those_listed_are_thrown_away(
    path: str, hub: FakeHub, client: HuggingFaceHub, tmp_path: Path
) -> None:
    hub.publish(REPO, published())
    genuine = published()[path]
    hub.lies[path] = genuine[:-2] + b"??"
    assert f"{path} of {REPO} is not fetched: the hub sent other bytes" in str(
        refusal(client, tmp_path)
    )
    hub.lies.clear()

    folder = BaseFiles(tmp_path).fetch("films", ORIGIN, client, quiet)

    assert (folder / path).read_bytes() == genuine


def test_a_file_that_was_cut_short_at_the_hub_itself_is_refused(
    hub: FakeHub, client: HuggingFaceHub, tmp_path: Path
) -> None:
    hub.publish(REPO, published() | {LARGEST: tensors(3)[:-400]})

    assert "the file at the hub is cut short: 400 bytes are missing" in str(
        refusal(client, tmp_path)
    )
