"""What can be asked for: the effects that live workers offer, as the bots show them.

A bot never reads effect folders: workers publish their cards, so what a bot shows is what some
worker can do.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from pydantic import TypeAdapter

from engine.jobs.job import MediaKey, ParamValue, Variant


@dataclass(frozen=True, slots=True, kw_only=True)
class ParamCard:
    """One option of an effect, from which a form field is made."""

    name: str
    kind: Literal["bool", "int", "float", "choice", "color"]
    default: ParamValue
    label: Mapping[str, str]
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectCard:
    """An effect as people see it. Texts are by language code; English is always there.

    `phrases` are ways people ask for the effect, in any language, for routing a prompt.
    `photos` is how many photos it needs, and `most_photos` how many it takes. With `any_words` it
    makes something of whatever is said. `preview` is a short silent MP4, `poster` a JPEG.
    """

    id: str
    version: str
    title: Mapping[str, str]
    summary: Mapping[str, str]
    phrases: tuple[str, ...]
    tags: tuple[str, ...]
    photos: int
    takes_prompt: bool
    params: tuple[ParamCard, ...]
    variants: tuple[Variant, ...]
    preview: MediaKey | None
    poster: MediaKey | None
    hidden: bool = False
    any_words: bool = False
    most_photos: int = 0

    @property
    def photos_taken(self) -> int:
        """How many photos it makes something of: at least those it needs."""
        return max(self.photos, self.most_photos)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What one worker publishes: its cards, and its measured seconds by the text of a CostKey.

    `effects` has one card for each effect, in its usual version; `beside` has the other versions.
    Fields that are not known here are ignored and missing ones usual, so that workers and bots of
    different versions understand each other.
    """

    effects: tuple[EffectCard, ...]
    beside: tuple[EffectCard, ...] = ()
    measured_s: Mapping[str, float] = field(default_factory=dict[str, float])
    models: tuple[str, ...] = ()

    @property
    def cards(self) -> tuple[EffectCard, ...]:
        """All versions of all effects."""
        return (*self.effects, *self.beside)

    def versions(self, effect: str) -> tuple[EffectCard, ...]:
        """List the cards of an effect, the usual version first."""
        return tuple(card for card in self.cards if card.id == effect)


def newness(version: str) -> tuple[int, ...]:
    """Say how new a version is, to be compared."""
    return tuple(int(number) for number in re.findall(r"\d+", version))


OFFER_JSON = TypeAdapter(Offer)
