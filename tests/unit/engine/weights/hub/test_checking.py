"""What is damaged on the disk is found, named, and mended by fetching again."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.errors import LockInvalid, NotFetched
from engine.weights.hub.bases import BaseFiles
from engine.weights.hub.client import HuggingFaceHub
from engine.weights.hub.lock import NAME
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

Damage = Callable[[Path], object]
WHOLE = len(published()[LARGEST])


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1000])


def cut_to_nothing(path: Path) -> None:
    path.write_bytes(b"")


def change(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)


def scribble(path: Path) -> None:
    path.write_bytes(b"\xff" * WHOLE)


def lengthen(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"more")


DAMAGES: dict[str, tuple[Damage, str]] = {
    "missing": (Path.unlink, "is missing"),
    "cut": (cut, "is cut short: 1000 bytes are missing"),
    "empty": (cut_to_nothing, "is cut short: not even its header is there"),
    "changed": (change, "is not the file that was fetched: its sha256 differs"),
    "scribbled": (scribble, "is no safetensors file"),
    "lengthened": (lengthen, f"has {WHOLE + 4} bytes and not {WHOLE}"),
}


@pytest.fixture
def files(hub: FakeHub, client: HuggingFaceHub, tmp_path: Path) -> BaseFiles:
    hub.publish(REPO, published())
    files = BaseFiles(tmp_path)
    files.fetch("films", ORIGIN, client, quiet)
    return files


@pytest.mark.parametrize(("damage", "told"), DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_file_is_named_with_the_command_that_mends_it(
    damage: Damage, told: str, files: BaseFiles
) -> None:
    damage(files.path("films") / LARGEST)

    said = [str(fault) for fault in files.faults("films", ORIGIN)]

    assert said == [f"{LARGEST} of films {told}: run `zoetrope models fetch films`"]


@pytest.mark.parametrize(("damage", "told"), DAMAGES.values(), ids=DAMAGES)
def test_fetching_again_mends_only_what_is_damaged(
    damage: Damage, told: str, files: BaseFiles, hub: FakeHub, client: HuggingFaceHub
) -> None:
    damage(files.path("films") / LARGEST)
    hub.requests.clear()

    folder = files.fetch("films", ORIGIN, client, quiet)

    assert files.faults("films", ORIGIN) == []
    assert hub.downloads() == [LARGEST]
    assert files_in(folder) == WANTED


def test_while_it_is_mended_a_damaged_base_is_not_there(
    files: BaseFiles, hub: FakeHub, client: HuggingFaceHub
) -> None:
    change(files.path("films") / LARGEST)
    hub.statuses[LARGEST] = [503]

    with pytest.raises(Exception, match="503"):
        files.fetch("films", ORIGIN, client, quiet)

    with pytest.raises(NotFetched):
        files.path("films")


def test_a_quick_look_counts_bytes_and_reads_none(files: BaseFiles) -> None:
    change(files.path("films") / LARGEST)
    assert files.faults("films", ORIGIN, thorough=False) == []

    cut(files.path("films") / LARGEST)
    assert len(files.faults("films", ORIGIN, thorough=False)) == 1


def test_a_base_without_its_lock_is_a_fault(files: BaseFiles, tmp_path: Path) -> None:
    (tmp_path / NAME).unlink()

    (fault,) = files.faults("films", ORIGIN)

    assert str(fault).startswith(f"{NAME} of films does not say what the files have to be")


@pytest.mark.parametrize(
    "content", [b"[bases", b"\xff\xfe", b'[bases.films]\nrevisions = "none"', b"[dogs]"]
)
def test_a_lock_that_cannot_be_read_is_named(
    content: bytes, files: BaseFiles, tmp_path: Path
) -> None:
    (tmp_path / NAME).write_bytes(content)

    with pytest.raises(LockInvalid, match=r"bases\.lock\.toml cannot be read \(.+\): mend it"):
        files.faults("films", ORIGIN)


def test_a_lock_never_leads_out_of_the_folder(files: BaseFiles, tmp_path: Path) -> None:
    lock = (tmp_path / NAME).read_text()
    (tmp_path / NAME).write_text(lock.replace(LARGEST, "../../escape.safetensors"))

    with pytest.raises(LockInvalid, match="String should match pattern"):
        files.faults("films", ORIGIN)


def test_a_base_that_has_moved_to_another_repository_is_fetched_from_there(
    files: BaseFiles, hub: FakeHub, client: HuggingFaceHub
) -> None:
    moved = Origin(repo="makers/other")
    hub.publish(moved.repo, published() | {LARGEST: tensors(77)})
    (fault,) = files.faults("films", moved)
    assert fault.path == NAME

    folder = files.fetch("films", moved, client, quiet)

    assert (folder / LARGEST).read_bytes() == tensors(77)
    assert files.faults("films", moved) == []


def test_a_folder_that_was_removed_by_hand_is_fetched_again(
    files: BaseFiles, client: HuggingFaceHub
) -> None:
    shutil.rmtree(files.path("films"))

    assert files_in(files.fetch("films", ORIGIN, client, quiet)) == WANTED
