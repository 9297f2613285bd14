"""The effects this engine ships: one folder each, described by its effect.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Container, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from engine.effects import params as options
from engine.effects.params import Param
from engine.effects.variants import AnyVariant, LookVariant, RecipeVariant, Table, extended
from engine.errors import EffectInvalid
from engine.jobs.catalogue import EffectCard
from engine.jobs.job import MediaKey, Variant

FOLDER = Path(__file__).parent


class _About(Table):
    id: str = Field(pattern=r"^[a-z][a-z0-9_]{1,31}$")
    version: str = Field(pattern=r"^\d+\.\d+\.\d+$")
    title: dict[str, str]
    summary: dict[str, str]
    phrases: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    photos: int = Field(ge=0, le=4)
    license: str
    hidden: bool = False
    any_words: bool = False


class _Output(Table):
    """`poster` is the moment of the clip, 0..1, that is shown before it plays."""

    seconds: float = Field(gt=0, le=12)
    fps: int = Field(ge=8, le=60)
    poster: float = Field(default=0.8, ge=0, le=1)


class Effect(Table):
    """One effect as its folder describes it."""

    format: Literal["effect/1"] = Field(alias="schema")
    about: _About = Field(alias="effect")
    output: _Output
    params: dict[str, Param] = Field(default_factory=dict[str, Param])
    variants: tuple[AnyVariant, ...] = Field(alias="variant", min_length=1)

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

    @property
    def looks(self) -> tuple[LookVariant, ...]:
        """Its variants that are made by a look."""
        return tuple(each for each in self.variants if isinstance(each, LookVariant))

    @property
    def recipes(self) -> tuple[RecipeVariant, ...]:
        """Its variants that are made by a generative model."""
        return tuple(each for each in self.variants if isinstance(each, RecipeVariant))

    def variant(self, name: str) -> AnyVariant:
        """Find a variant by name; KeyError if the effect has none of that name."""
        return {variant.name: variant for variant in self.variants}[name]

    def card(
        self, *, preview: MediaKey | None, poster: MediaKey | None, needs: Container[str]
    ) -> EffectCard:
        """Describe the effect to the bots, with the variants whose needs are met."""
        variants = [each for each in self.variants if each.needs in needs]
        return EffectCard(
            **self.about.model_dump(exclude={"license"}),
            takes_prompt=any(each.takes_words for each in variants),
            params=tuple(options.card(name, param) for name, param in self.params.items()),
            variants=tuple(map(partial(_offered, self.output), variants)),
            preview=preview,
            poster=poster,
        )


def _offered(output: _Output, variant: LookVariant | RecipeVariant) -> Variant:
    if isinstance(variant, LookVariant):
        cost_s = variant.cost_per_s * output.seconds
        frames = round(output.seconds * output.fps)
    else:
        cost_s, frames = variant.cost_s, variant.frames or 0
    return Variant(name=variant.name, needs=variant.needs, cost_s=round(cost_s, 2), frames=frames)


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
        effect = read_effect(path)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise EffectInvalid(str(path), f"{where}: {first['msg']}") from error
    except ValueError as error:
        raise EffectInvalid(str(path), str(error)) from error
    if effect.id != path.parent.name:
        raise EffectInvalid(str(path), f"effect.id is {effect.id}, the folder is not")
    return effect


def read_effect(path: Path) -> Effect:
    """Read one effect.toml, as it is.

    Raises:
        ValidationError: with all that is wrong in it.
        ValueError: it is no TOML, or a variant extends what is not there.
    """
    table: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    table["variant"] = extended(table.get("variant", []))
    return Effect.model_validate(table)
