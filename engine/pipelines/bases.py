"""The checkpoints that recipes are made with: bases.toml, read."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from engine.weights.hub.reference import LoraRef, Origin

TAUGHT = "@"
"""Between a base and the number of steps that it was taught to take, in the name it is held by."""


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Gigabytes(_Record):
    """What a base takes in memory in 16 bits: denoisers, encoders of what is asked, decoder."""

    denoiser: float = Field(gt=0)
    encoder: float = Field(ge=0)
    decoder: float = Field(gt=0)

    @property
    def whole(self) -> float:
        """All of it."""
        return self.denoiser + self.encoder + self.decoder


class StepsLora(LoraRef):
    """A LoRA that teaches a base to film in few steps, and which denoiser of it learns."""

    weight: float = 1.0
    denoiser: str = "transformer"


class Fewer(_Record):
    """How a base films in few steps, once its LoRAs are in it."""

    loras: tuple[StepsLora, ...] = Field(min_length=1)
    guidance: float = 1.0
    shift: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stepping:
    """How many steps a base takes, and what goes with that many."""

    steps: int
    guidance: float
    shift: float | None
    loras: tuple[StepsLora, ...] = ()


class Base(Origin):
    """One published checkpoint, and how its authors use it.

    Attributes:
        terms: what a licence that is not open asks of whoever runs Zoetrope; empty: nothing.
        gb: in memory; what is fetched may be more, or less.
        fewer: by the number of steps, what teaches it to take so few.
    """

    title: str
    family: str
    checkpoint: str
    licence: str
    terms: str = ""
    gb: Gigabytes
    width: int = Field(gt=0)
    height: int = Field(gt=0)
    frames: int = Field(gt=0)
    fps: float = Field(gt=0)
    steps: int = Field(gt=0)
    guidance: float
    shift: float | None = None
    fewer: Mapping[int, Fewer] = Field(default_factory=dict[int, Fewer])

    def stepping(self, steps: int | None = None) -> Stepping:
        """Say how it films in so many steps, or in as many as its authors take.

        Numbers that nobody taught it are taken with the guidance and shift of its authors.
        """
        if steps is None or steps not in self.fewer:
            return Stepping(steps=steps or self.steps, guidance=self.guidance, shift=self.shift)
        taught = self.fewer[steps]
        return Stepping(
            steps=steps, guidance=taught.guidance, shift=taught.shift, loras=taught.loras
        )

    @property
    def loras(self) -> tuple[StepsLora, ...]:
        """All that teach it few steps."""
        return tuple(lora for fewer in self.fewer.values() for lora in fewer.loras)


@dataclass(frozen=True, slots=True)
class Bases:
    """All of them, by id."""

    by_id: Mapping[str, Base]

    @classmethod
    def built_in(cls) -> Bases:
        """Read the engine's own bases.toml."""
        text = (resources.files("engine.pipelines") / "bases.toml").read_text(encoding="utf-8")
        return cls(TypeAdapter(dict[str, Base]).validate_python(tomllib.loads(text)))
