"""Getting one file from a hub onto the disk: whole and what it should be, or not at all."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from engine.errors import FetchingAlready, NoRoomForWeights, WeightsRefused
from engine.weights.hub.hashing import git_blob_of, sha256_of
from engine.weights.hub.hub import Hub, Listing
from engine.weights.hub.inspection import fault_of_safetensors
from engine.weights.hub.lock import LockedFile

Report = Callable[[str], None]

ROOM_LEFT = 1_000_000_000
"""Bytes that stay free on the disk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One file at a hub, and as much as is known of what it has to be."""

    repo: str
    revision: str
    path: str
    bytes: int
    sha256: str | None = None
    blob: str | None = None

    @classmethod
    def listed(cls, listing: Listing, path: str) -> Source:
        """Take a file out of a listing."""
        file = listing.files[path]
        return cls(
            repo=listing.repo,
            revision=listing.revision,
            path=path,
            bytes=file.bytes,
            sha256=file.sha256,
            blob=file.blob,
        )

    def __str__(self) -> str:
        return f"{self.path} of {self.repo}"


def obtain(hub: Hub, source: Source, target: Path) -> LockedFile:
    """Download a file, going on from where an earlier try ended, and say what it is.

    Raises:
        HubUnreachable: the hub does not answer, or not to the end.
        WeightsRefused: it says no, or sends something else.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    part = part_of(target)
    # what is there may be the beginning of something else, so it gets a second try without
    for _ in range(1 + part.exists()):
        hub.download(source.repo, source.revision, source.path, part, source.bytes)
        sha256 = sha256_of(part)
        if _is_as_named(source, part, sha256):
            break
        part.unlink()
    else:
        raise WeightsRefused(str(source), "the hub sent other bytes than it names; try again")
    if target.suffix == ".safetensors" and (fault := fault_of_safetensors(part)):
        part.unlink()
        raise WeightsRefused(str(source), f"the file at the hub {fault}")
    size = part.stat().st_size
    part.replace(target)
    return LockedFile(sha256=sha256, bytes=size)


def part_of(target: Path) -> Path:
    """Name what is there of a file before it is whole."""
    return target.with_name(f"{target.name}.incomplete")


def check_room(what: str, folder: Path, needed: int) -> None:
    """See that so many bytes go into a folder.

    Raises:
        NoRoomForWeights: they do not.
    """
    free = max(0, shutil.disk_usage(folder).free - ROOM_LEFT)
    if needed > free:
        raise NoRoomForWeights(what, needed, free)


def still_missing(target: Path, size: int) -> int:
    """Count the bytes that are still to come of a file."""
    there = next((it.stat().st_size for it in (target, part_of(target)) if it.exists()), 0)
    return max(0, size - there)


@contextmanager
def held(models: Path) -> Iterator[None]:
    """Hold the folder of all weights for fetching; it is let go however the process ends.

    Raises:
        FetchingAlready: another process holds it.
    """
    models.mkdir(parents=True, exist_ok=True)
    with (models / "fetching.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FetchingAlready(str(models)) from None
        yield


def _is_as_named(source: Source, part: Path, sha256: str) -> bool:
    if part.stat().st_size != source.bytes:
        return False
    if source.sha256 is not None:
        return sha256 == source.sha256
    return source.blob is None or git_blob_of(part) == source.blob
