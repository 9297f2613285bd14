"""What models.toml says: every weight file and the package it comes from."""

from __future__ import annotations

import tomllib
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Form = Literal["tflite", "face_mesh", "rife", "ncnn_compact"]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class WheelSource(_Record):
    """A published wheel of which only data files are read."""

    kind: Literal["wheel"]
    package: str
    version: str
    platform: str
    python: str
    licence: str


class ModelEntry(_Record):
    """One weight file: where it is inside its source, what it must hash to, how it is read.

    `optional` ones are fetched only when they are asked for: no look needs them.
    """

    source: str
    member: str
    sha256: Sha256
    bytes: int
    form: Form
    purpose: str
    optional: bool = False


class ModelCatalogue(_Record):
    """All sources and models, by name."""

    sources: dict[str, WheelSource]
    models: dict[str, ModelEntry]

    @model_validator(mode="after")
    def _sources_are_named(self) -> Self:
        for name, entry in self.models.items():
            if entry.source not in self.sources:
                raise ValueError(f"{name} names the unknown source {entry.source}")
        return self

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a catalogue file."""
        return cls.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))

    @classmethod
    def built_in(cls) -> Self:
        """Read the engine's own models.toml."""
        with resources.as_file(resources.files("engine") / "models.toml") as path:
            return cls.read(path)
