"""The effects this engine ships: one folder each, described by its effect.toml.

Other versions of an effect are beside that, each as a whole, in `versions/<x.y.z>.toml`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Container, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, PrivateAttr, ValidationError, field_validator

from engine.effects import params as options
from engine.effects.params import Param
from engine.effects.variants import AnyVariant, LookVariant, RecipeVariant, Table, extended
from engine.errors import EffectInvalid
from engine.jobs.catalogue import EffectCard
from engine.jobs.job import VERSION, MediaKey, Variant

FOLDER = Path(__file__).parent
USUAL = "effect.toml"
_OTHERS = "versions"


class _About(Table):
    id: str = Field(pattern=r"^[a-z][a-z0-9_]{1,31}$")
    version: str = Field(pattern=r"^\d{1,5}(\.\d{1,5}){2}$")
    title: dict[str, str]
    summary: dict[str, str]
    phrases: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    photos: int = Field(ge=0, le=4)
    most_photos: int = Field(default=0, ge=0, le=7)
    license: str
    hidden: bool = False
    any_words: bool = False


class _Output(Table):
    """`poster` is the moment of the clip, 0..1, that is shown before it plays."""

    seconds: float = Field(gt=0, le=12)
    fps: int = Field(ge=8, le=60)
    poster: float = Field(default=0.8, ge=0, le=1)


class Effect(Table):
    """One effect as its folder describes it, in one version."""

    format: Literal["effect/1"] = Field(alias="schema")
    about: _About = Field(alias="effect")
    output: _Output
    params: dict[str, Param] = Field(default_factory=dict[str, Param])
    variants: tuple[AnyVariant, ...] = Field(alias="variant", min_length=1)
    _folder: Path = PrivateAttr(default=FOLDER)

    @field_validator("params")
    @classmethod
    def _version_is_taken(cls, params: dict[str, Param]) -> dict[str, Param]:
        if VERSION in params:
            raise ValueError(f"an option cannot be called {VERSION}: by that a version is chosen")
        return params

    @property
    def id(self) -> str:
        """Its name in asks and jobs."""
        return self.about.id

    @property
    def version(self) -> str:
        """Which one of those that there are."""
        return self.about.version

    def show_from(self, folder: Path) -> None:
        """Take its pictures from a folder of its own, if they are there."""
        self._folder = folder

    @property
    def preview(self) -> Path:
        """A short silent MP4 of the effect."""
        return self._picture("preview.mp4")

    @property
    def poster(self) -> Path:
        """A JPEG of the effect."""
        return self._picture("poster.jpg")

    def motion_of(self, recipe: RecipeVariant) -> Path | None:
        """The video that films of a recipe move as, if it has one."""
        return self._folder / recipe.motion if recipe.motion else None

    def _picture(self, name: str) -> Path:
        own = self._folder / name
        return own if own.is_file() else FOLDER / self.id / name

    @property
    def looks(self) -> tuple[LookVariant, ...]:
        """Its variants that are made by a look."""
        return tuple(each for each in self.variants if isinstance(each, LookVariant))

    @property
    def recipes(self) -> tuple[RecipeVariant, ...]:
        """Its variants that are made by a generative model."""
        return tuple(each for each in self.variants if isinstance(each, RecipeVariant))

    @property
    def photos_taken(self) -> int:
        """How many photos its recipes make something of: at least those it needs."""
        return max(self.about.photos, self.about.most_photos)

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
        cost_s, up_to_s = variant.cost_per_s * output.seconds, 0.0
        frames = round(output.seconds * output.fps)
    else:
        cost_s, frames = variant.cost_s, variant.frames or 0
        up_to_s = variant.up_to_s or 0.0
    return Variant(
        name=variant.name,
        needs=variant.needs,
        cost_s=round(cost_s, 2),
        frames=frames,
        up_to_s=up_to_s,
    )


def load_effects(folder: Path = FOLDER) -> Mapping[str, Effect]:
    """Read every effect folder, by id; the usual version of each.

    Raises:
        EffectInvalid: naming the file and what is wrong in it.
    """
    found = (load_effect(path) for path in sorted(folder.glob(f"*/{USUAL}")))
    return {effect.id: effect for effect in found}


def effect_files(folder: Path) -> list[Path]:
    """List the files of all versions of the effects in a folder of folders."""
    return [*sorted(folder.glob(f"*/{USUAL}")), *sorted(folder.glob(f"*/{_OTHERS}/*.toml"))]


def version_files(folder: Path) -> list[Path]:
    """List the files of all versions of one effect, the usual one first."""
    return [folder / USUAL, *sorted(folder.glob(f"{_OTHERS}/*.toml"))]


def load_effect(path: Path) -> Effect:
    """Read the file of one version.

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
    except OSError as error:
        raise EffectInvalid(str(path), error.strerror or str(error)) from error
    for where, what in misplaced(effect, path):
        raise EffectInvalid(str(path), f"{where} {what}")
    for where, what in motionless(effect, path):
        raise EffectInvalid(str(path), f"{where}: {what}")
    effect.show_from(folder_of(path))
    return effect


def motionless(effect: Effect, path: Path) -> Iterator[tuple[str, str]]:
    """Say which videos that films move as are not there; first where they are named."""
    for where, motion in motions(effect, path):
        if not motion.is_file():
            yield where, f"there is no {motion.name} beside {USUAL}"


def motions(effect: Effect, path: Path) -> Iterator[tuple[str, Path]]:
    """List the videos that an effect's films move as; first where they are named."""
    for number, variant in enumerate(effect.variants):
        if isinstance(variant, RecipeVariant) and variant.motion:
            yield f"variant.{number}.motion", folder_of(path) / variant.motion


def folder_of(path: Path) -> Path:
    """Say which effect's folder the file of a version is in."""
    return path.parent if path.name == USUAL else path.parent.parent


def misplaced(effect: Effect, path: Path) -> Iterator[tuple[str, str]]:
    """Say where a file is not called what it says, and how it is not."""
    if effect.id != folder_of(path).name:
        yield "effect.id", f"is {effect.id}, the folder is not"
    if path.name != USUAL and effect.version != path.stem:
        yield "effect.version", f"is {effect.version}, the file is not"


def read_effect(path: Path) -> Effect:
    """Read the file of one version, as it is.

    Raises:
        ValidationError: with all that is wrong in it.
        ValueError: it is no TOML, or a variant extends what is not there.
        OSError: it cannot be read.
    """
    table: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    variants = table.get("variant")
    if isinstance(variants, list) and all(isinstance(each, dict) for each in variants):
        table["variant"] = extended(variants)
    return Effect.model_validate(table)
