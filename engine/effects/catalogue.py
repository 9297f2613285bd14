"""The effects this engine ships: one folder each, described by its effect.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from engine.effects import params as options
from engine.effects.params import Param
from engine.errors import EffectInvalid
from engine.jobs.catalogue import EffectCard
from engine.jobs.job import MediaKey, Variant

if TYPE_CHECKING:
    from engine.effects.look import AnyLook  # imports torch, which listing effects does not need

FOLDER = Path(__file__).parent


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _About(_Table):
    id: str = Field(pattern=r"^[a-z][a-z0-9_]{1,31}$")
    version: str = Field(pattern=r"^\d+\.\d+\.\d+$")
    title: dict[str, str]
    summary: dict[str, str]
    phrases: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    photos: int = Field(ge=0, le=4)
    license: str
    hidden: bool = False


class _Output(_Table):
    """`poster` is the moment of the clip, 0..1, that is shown before it plays."""

    seconds: float = Field(gt=0, le=12)
    fps: int = Field(ge=8, le=60)
    poster: float = Field(default=0.8, ge=0, le=1)


class LookVariant(_Table):
    """A variant made by a look: a function `engine.effects.<look>.look:<look>`.

    `cost_per_s` is working seconds per clip second at 512 px on two cores.
    """

    name: str
    look: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    cost_per_s: float = Field(gt=0)

    @property
    def needs(self) -> str:
        """What a worker must offer to run this."""
        return f"look:{self.look}"

    def load(self) -> AnyLook:
        """Import the look."""
        return getattr(import_module(f"engine.effects.{self.look}.look"), self.look)


class Effect(_Table):
    """One effect as its folder describes it."""

    format: Literal["effect/1"] = Field(alias="schema")
    about: _About = Field(alias="effect")
    output: _Output
    params: dict[str, Param] = {}
    variants: tuple[LookVariant, ...] = Field(alias="variant", min_length=1)

    @property
    def id(self) -> str:
        """Its name in asks and jobs."""
        return self.about.id

    @property
    def preview(self) -> Path:
        """A short silent MP4 of the effect."""
        return FOLDER / self.id / "preview.mp4"

    @property
    def poster(self) -> Path:
        """A JPEG of the effect."""
        return FOLDER / self.id / "poster.jpg"

    def variant(self, name: str) -> LookVariant:
        """Find a variant by name; KeyError if the effect has none of that name."""
        return {variant.name: variant for variant in self.variants}[name]

    def card(self, *, preview: MediaKey | None, poster: MediaKey | None) -> EffectCard:
        """Describe the effect to the bots."""
        return EffectCard(
            **self.about.model_dump(exclude={"license"}),
            takes_prompt=False,
            params=tuple(options.card(name, param) for name, param in self.params.items()),
            variants=tuple(map(partial(_offered, self.output), self.variants)),
            preview=preview,
            poster=poster,
        )


def _offered(output: _Output, variant: LookVariant) -> Variant:
    return Variant(
        name=variant.name,
        needs=variant.needs,
        cost_s=round(variant.cost_per_s * output.seconds, 2),
        frames=round(output.seconds * output.fps),
    )


def load_effects(folder: Path = FOLDER) -> Mapping[str, Effect]:
    """Read every effect folder, by id.

    Raises:
        EffectInvalid: naming the file and what is wrong in it.
    """
    found = (load_effect(path) for path in sorted(folder.glob("*/effect.toml")))
    return {effect.id: effect for effect in found}


def load_effect(path: Path) -> Effect:
    """Read one effect.toml.

    Raises:
        EffectInvalid: naming the file and what is wrong in it.
    """
    try:
        table: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        effect = Effect.model_validate(table)
    except tomllib.TOMLDecodeError as error:
        raise EffectInvalid(str(path), str(error)) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise EffectInvalid(str(path), f"{where}: {first['msg']}") from error
    if effect.id != path.parent.name:
        raise EffectInvalid(str(path), f"effect.id is {effect.id}, the folder is not")
    return effect
