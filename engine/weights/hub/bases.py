"""The folder of bases: a base is there under its id, whole, or it is not there."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from engine.errors import NotFetched
from engine.weights.hub.hub import Hub
from engine.weights.hub.inspection import fault_of, is_whole
from engine.weights.hub.lock import NAME, Lock, LockedBase, LockedFile
from engine.weights.hub.obtaining import (
    Report,
    Source,
    check_room,
    held,
    obtain,
    still_missing,
)
from engine.weights.hub.pinning import obtain_converted, pin
from engine.weights.hub.reference import Origin

BaseState = Literal["fetched", "begun", "missing"]

_UNFINISHED = ".unfinished"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A file of a base that is not as it was fetched, or its lock."""

    base: str
    path: str
    what: str

    def __str__(self) -> str:
        return f"{self.path} of {self.base} {self.what}: run `{fetching(self.base)}`"


def fetching(name: str) -> str:
    """Name the command that fetches or mends a base or a LoRA."""
    return f"zoetrope models fetch {name}"


class BaseFiles:
    """Bases by id, in the folder of all weights."""

    def __init__(self, models: Path) -> None:
        self._models = models
        self._folder = models / "bases"

    def path(self, name: str) -> Path:
        """Tell where a base lies, as diffusers reads it.

        Raises:
            NotFetched: it is not there.
        """
        path = self._folder / name
        if not path.is_dir():
            raise NotFetched(name, fetching(name))
        return path

    def state(self, name: str) -> BaseState:
        """Tell whether a base is there."""
        if (self._folder / name).is_dir():
            return "fetched"
        unfinished = self._unfinished(name)
        return "begun" if unfinished.is_dir() and any(unfinished.iterdir()) else "missing"

    def names(self) -> list[str]:
        """List those that are there."""
        if not self._folder.is_dir():
            return []
        found = (path.name for path in self._folder.iterdir() if path.is_dir())
        return sorted(name for name in found if not name.endswith(_UNFINISHED))

    def faults(self, name: str, origin: Origin, *, thorough: bool = True) -> list[Fault]:
        """Check a base that is there against its lock; unless thorough, without reading it all.

        Raises:
            NotFetched: it is not there.
        """
        folder, locked = self.path(name), Lock.read(self._models).bases.get(name)
        if locked is None:
            return [Fault(base=name, path=NAME, what="does not say what the files have to be")]
        if not _suits(locked, origin):
            return [Fault(base=name, path=NAME, what="is of another repository than it has now")]
        return [
            Fault(base=name, path=path, what=what)
            for path, file in _expected(origin, locked).items()
            if (what := fault_of(folder / path, file, thorough=thorough))
        ]

    def fetch(self, name: str, origin: Origin, hub: Hub, report: Report) -> Path:
        """Fetch what is missing of a base, or mend it; `report` is told in a line what is done.

        Raises:
            HubUnreachable: the hub does not answer; what is fetched by then is kept.
            WeightsRefused: it says no, or has what may not be used.
            NoRoomForWeights: the base is too large for the disk.
            FetchingAlready: another process is fetching.
            LockInvalid: the lock cannot be read.
        """
        with held(self._models):
            folder, unfinished = self._folder / name, self._unfinished(name)
            if folder.is_dir():
                report(f"looking through {name}")
                if not self.faults(name, origin):
                    return folder
                shutil.rmtree(unfinished, ignore_errors=True)
                folder.replace(unfinished)
            unfinished.mkdir(parents=True, exist_ok=True)
            locked = self._locked(name, origin, hub, unfinished, report)
            _complete(name, origin, locked, hub, unfinished, report)
            _clear(unfinished, _expected(origin, locked))
            unfinished.replace(folder)
            return folder

    def _locked(
        self, name: str, origin: Origin, hub: Hub, folder: Path, report: Report
    ) -> LockedBase:
        lock = Lock.read(self._models)
        locked = lock.bases.get(name)
        if locked is None or not _suits(locked, origin):
            report(f"looking up {origin.repo}")
            locked = pin(name, origin, hub, folder)
            lock.with_base(name, locked).write(self._models)
        return locked

    def _unfinished(self, name: str) -> Path:
        return self._folder / f"{name}{_UNFINISHED}"


def _suits(locked: LockedBase, origin: Origin) -> bool:
    """Tell whether a lock is still of where a base is from."""
    pickles = {file.pickle for file in locked.files.values() if file.pickle is not None}
    repos = {origin.repo, *origin.parts.values()}
    return set(locked.revisions) == repos and pickles == set(origin.pickles)


def _complete(
    name: str, origin: Origin, locked: LockedBase, hub: Hub, folder: Path, report: Report
) -> None:
    """Fetch each file that is not there as it should be, and write those that we make."""
    missing = {
        path: file for path, file in locked.files.items() if not is_whole(folder / path, file)
    }
    for path in missing:
        (folder / path).unlink(missing_ok=True)
    needed = sum(still_missing(folder / path, file.bytes) for path, file in missing.items())
    check_room(name, folder, needed)
    for number, (path, file) in enumerate(missing.items(), start=1):
        report(f"{number} of {len(missing)}: {path}, {file.bytes / 1e6:.1f} MB")
        _fetch(origin, locked, path, hub, folder)
    for path, content in origin.made.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_bytes(_as_json(content))


def _fetch(origin: Origin, locked: LockedBase, path: str, hub: Hub, folder: Path) -> None:
    file = locked.files[path]
    if file.pickle is not None:
        listing = hub.listing(origin.repo, locked.revisions[origin.repo])
        source = Source.listed(listing, file.pickle)
        obtain_converted(hub, replace(source, sha256=origin.pickles[file.pickle]), folder / path)
        return
    part, _, name = path.rpartition("/")
    repo, inside = (origin.parts[part], name) if part in origin.parts else (origin.repo, path)
    source = Source(
        repo=repo,
        revision=locked.revisions[repo],
        path=inside,
        bytes=file.bytes,
        sha256=file.sha256,
    )
    obtain(hub, source, folder / path)


def _expected(origin: Origin, locked: LockedBase) -> dict[str, LockedFile]:
    made = {path: _as_json(content) for path, content in origin.made.items()}
    return {**locked.files} | {
        path: LockedFile(sha256=hashlib.sha256(data).hexdigest(), bytes=len(data))
        for path, data in made.items()
    }


def _clear(folder: Path, expected: Mapping[str, LockedFile]) -> None:
    """Remove what does not belong to a base, such as what an earlier revision had."""
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and not path.is_symlink():
            if not any(path.iterdir()):
                path.rmdir()
        elif path.relative_to(folder).as_posix() not in expected:
            path.unlink()


def _as_json(content: Mapping[str, Any]) -> bytes:
    return (json.dumps(content, indent=2, sort_keys=True) + "\n").encode()
