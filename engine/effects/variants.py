"""The ways to make an effect, as its effect.toml describes them: by a look, or by a recipe."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import blake2s
from importlib import import_module
from string import Formatter
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from engine.jobs.job import LOOK, MODEL
from engine.pipelines.bases import TAUGHT
from engine.weights.hub.reference import LoraRef

if TYPE_CHECKING:
    from engine.effects.look import AnyLook  # imports torch, which listing effects does not need

WORDS = "prompt"
"""What a prompt calls the words of whoever asks."""
_NAME = r"^[a-z][a-z0-9_]*$"


class Table(BaseModel):
    """A part of an effect.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class LookVariant(Table):
    """A variant made by a look: a function `engine.effects.<look>.look:<look>`.

    `cost_per_s` is working seconds per clip second at 512 px on two cores.
    """

    name: str
    look: str = Field(pattern=_NAME)
    cost_per_s: float = Field(gt=0)

    @property
    def needs(self) -> str:
        """What a worker must offer to run this."""
        return f"{LOOK}{self.look}"

    @property
    def takes_words(self) -> bool:
        """Whether the words of whoever asks change anything."""
        return False

    def reaches(self, seconds: float) -> bool:  # noqa: ARG002
        """Tell whether a clip can be as long as that: looks go on for as long as they are told."""
        return True

    def load(self) -> AnyLook:
        """Import the look."""
        return getattr(import_module(f"engine.effects.{self.look}.look"), self.look)


class LoraRow(LoraRef):
    """A LoRA of a recipe, as a model hub has it, and the words in a prompt that call it.

    What is left open of where it is, is looked up when it is fetched first, and held to then.
    """

    weight: float = Field(default=1.0, ge=-2, le=2)
    trigger: str = ""
    licence: str


class RecipeVariant(Table):
    """A variant made by a generative model: a base, its LoRAs, and what it is told.

    What is left out is as the base's authors use it. `distilled` is with the LoRAs that bases.toml
    names for so few steps. `smooth` divides each step from frame to frame, where what does that is
    fetched. `cost_s` is working seconds for the whole clip on an H200. A prompt may name
    `{prompt}`, the words of whoever asks, and the effect's options. `longest` frames are filmed at
    once, if that is more than the base usually does; longer films go on from their end. No film of
    more seconds than `up_to_s` is made so. `motion` is a video beside the effect.toml, for bases by
    which somebody in a photo moves as somebody else does in it.
    """

    name: str
    base: str
    prompt: str = Field(min_length=1)
    negative: str = ""
    cost_s: float = Field(gt=0)
    frames: int | None = Field(default=None, ge=1)
    longest: int | None = Field(default=None, ge=1)
    up_to_s: float | None = Field(default=None, gt=0)
    steps: int | None = Field(default=None, ge=1, le=100)
    guidance: float | None = Field(default=None, ge=0, le=30)
    shift: float | None = Field(default=None, gt=0, le=30)
    distilled: bool = False
    smooth: int = Field(default=1, ge=1, le=4)
    motion: str | None = Field(default=None, pattern=r"^[^/\\]+$")
    loras: tuple[LoraRow, ...] = Field(default=(), alias="lora")

    @property
    def needs(self) -> str:
        """What a worker must offer to run this: the base, and these very LoRAs."""
        if not self.loras:
            return f"{MODEL}{self.model}"
        named = " ".join(f"{lora} {lora.sha256 or ''}" for lora in self.loras)
        return f"{MODEL}{self.model}+{blake2s(named.encode(), digest_size=4).hexdigest()}"

    @property
    def model(self) -> str:
        """What has to be in memory: the base, as it was published or as it was taught few steps."""
        return f"{self.base}{TAUGHT}{self.steps}" if self.distilled else self.base

    @property
    def takes_words(self) -> bool:
        """Whether the words of whoever asks change anything."""
        return WORDS in set(slots(self.prompt))

    def reaches(self, seconds: float) -> bool:
        """Tell whether a clip can be as long as that."""
        return self.up_to_s is None or seconds <= self.up_to_s


def slots(template: str) -> Iterator[str]:
    """List the names in braces of a template; ValueError if the braces do not match."""
    return (name for _, name, _, _ in Formatter().parse(template) if name is not None)


def _kind(variant: Any) -> str:
    return "look" if isinstance(variant, Mapping) and "look" in variant else "recipe"


AnyVariant = Annotated[
    Annotated[LookVariant, Tag("look")] | Annotated[RecipeVariant, Tag("recipe")],
    Discriminator(_kind),
]


def extended(tables: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Fill variants that extend others of the same effect with what these say.

    Raises:
        ValueError: one extends itself, or what there is none of.
    """
    by_name = {str(table.get("name")): table for table in tables}
    return [_whole(table, by_name, ()) for table in tables]


def _whole(
    table: dict[str, Any], by_name: Mapping[str, dict[str, Any]], below: tuple[str, ...]
) -> dict[str, Any]:
    other = table.get("extends")
    if other is None:
        return table
    name = str(table.get("name"))
    if other not in by_name or other in (*below, name):
        raise ValueError(f"{name} extends {other}, which is no other variant here")
    known = _whole(by_name[other], by_name, (*below, name))
    return {key: value for key, value in {**known, **table}.items() if key != "extends"}
