"""Reads the robot's design: its plates, solids and liveries, from `design.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict

Pair = tuple[float, float]
Triple = tuple[float, float, float]
Detail = Literal["inset", "bolts", "vent", "ribs", "ridge", "light"]
MaterialName = Literal["shell", "dark", "accent", "chrome", "rubber", "glass"]
Place = Literal["head", "body"]

FILE = Path(__file__).with_name("design.toml")


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PlateSpec(_Table):
    """A plate cut out of the head's or the body's surface; see design.toml."""

    name: str
    outline: tuple[int | str, ...]
    material: MaterialName
    on: Place = "head"
    halves: Literal[1, 2] = 2
    details: frozenset[Detail] = frozenset()


class SolidSpec(_Table):
    """A part of its own: a cylinder by ends and radius, or an ellipsoid by centre and radii."""

    name: str
    material: MaterialName
    on: Place
    mirrored: bool = True
    ends: tuple[Triple, Triple] | None = None
    radius: float = 0.0
    centre: Triple = (0.0, 0.0, 0.0)
    radii: Triple = (1.0, 1.0, 1.0)
    details: frozenset[Detail] = frozenset()


class Points(_Table):
    """Named points of each surface."""

    skull: Mapping[str, Pair]
    body: Mapping[str, Pair]


class Livery(_Table):
    """Which parts leave the works in another material than the design's."""

    name: str
    shell: frozenset[str] = frozenset()
    dark: frozenset[str] = frozenset()
    accent: frozenset[str] = frozenset()

    def material(self, part: str, usual: MaterialName) -> MaterialName:
        """Choose the material of a part."""
        for name in ("shell", "dark", "accent"):
            if part in getattr(self, name):
                return name
        return usual


class Design(_Table):
    """The whole table."""

    pairs: tuple[tuple[int, int], ...]
    points: Points
    plate: tuple[PlateSpec, ...]
    solid: tuple[SolidSpec, ...]
    livery: tuple[Livery, ...]

    def livery_of(self, seed: int) -> Livery:
        """Draw one of the liveries."""
        return self.livery[int(np.random.default_rng(seed).integers(len(self.livery)))]


def load_design() -> Design:
    """Read the table."""
    return Design.model_validate(tomllib.loads(FILE.read_text(encoding="utf-8")))
