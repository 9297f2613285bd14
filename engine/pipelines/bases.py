"""The checkpoints that recipes are made with: bases.toml, read."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Gigabytes(_Record):
    """What a base takes in 16 bits: denoisers, encoders of words and pictures, decoder."""

    denoiser: float = Field(gt=0)
    encoder: float = Field(ge=0)
    decoder: float = Field(gt=0)

    @property
    def whole(self) -> float:
        """All of it."""
        return self.denoiser + self.encoder + self.decoder


class Base(_Record):
    """One published checkpoint, and how its authors use it."""

    title: str
    family: str
    checkpoint: str
    repo: str = Field(pattern=r"^[\w.-]+/[\w.-]+$")
    licence: str
    terms: str = ""
    gb: Gigabytes
    width: int
    height: int
    frames: int
    fps: float
    steps: int
    guidance: float
    shift: float | None = None


@dataclass(frozen=True, slots=True)
class Bases:
    """All of them, by id."""

    by_id: Mapping[str, Base]

    @classmethod
    def built_in(cls) -> Bases:
        """Read the engine's own bases.toml."""
        text = (resources.files("engine.pipelines") / "bases.toml").read_text(encoding="utf-8")
        return cls(TypeAdapter(dict[str, Base]).validate_python(tomllib.loads(text)))
