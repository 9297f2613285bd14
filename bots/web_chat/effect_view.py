"""Effects as the page shows them, in one language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bots.texts.texts import Texts
from engine.jobs.catalogue import EffectCard, ParamCard
from engine.jobs.job import MediaKey, ParamValue


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionView:
    """One option of an effect, from which the page makes a form field."""

    name: str
    kind: Literal["bool", "int", "float", "choice", "color"]
    label: str
    default: ParamValue
    minimum: float | None
    maximum: float | None
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectView:
    """One effect of the gallery."""

    id: str
    title: str
    summary: str
    photos: int
    most_photos: int
    takes_prompt: bool
    options: tuple[OptionView, ...]
    preview: MediaKey | None
    poster: MediaKey | None


def view_effects(cards: Sequence[EffectCard], texts: Texts) -> tuple[EffectView, ...]:
    """Put effects into a reader's language."""
    return tuple(_view(card, texts) for card in cards)


def _view(card: EffectCard, texts: Texts) -> EffectView:
    return EffectView(
        id=card.id,
        title=texts.title(card.title),
        summary=texts.title(card.summary),
        photos=card.photos,
        most_photos=card.photos_taken,
        takes_prompt=card.takes_prompt,
        options=tuple(_view_option(param, texts) for param in card.params),
        preview=card.preview,
        poster=card.poster,
    )


def _view_option(param: ParamCard, texts: Texts) -> OptionView:
    return OptionView(
        name=param.name,
        kind=param.kind,
        label=texts.title(param.label),
        default=param.default,
        minimum=param.minimum,
        maximum=param.maximum,
        choices=param.choices,
    )
