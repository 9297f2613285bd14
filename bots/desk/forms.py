"""What somebody fills in for an effect: photos, words and options, before a platform draws it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bots.desk.asking import Wish
from bots.options import values_of, written
from bots.texts.talk import Talk
from bots.texts.texts import Texts
from engine.jobs.catalogue import EffectCard, ParamCard
from engine.jobs.job import ParamValue

WORDS = "words"
PHOTOS = "photos"
_OPTION = "option:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One thing to choose: its values with what they are called, and which of them holds now."""

    name: str
    label: str
    values: Sequence[tuple[str, str]]
    chosen: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What is asked for: photos, words if the effect takes any, and choices.

    `photos` are missing; up to `most_photos` are taken.
    """

    title: str
    photos: int
    most_photos: int
    words: str | None
    choices: Sequence[Choice]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to fill in."""
        return not self.photos and self.words is None and not self.choices


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What somebody has filled in, by the names of the form's parts."""

    words: str = ""
    chosen: Mapping[str, str]


def form_for(texts: Texts, card: EffectCard, *, wish: Wish, most: int) -> Form:
    """Ask for what is missing, and for what can be changed of a wish, in at most so many parts."""
    photos = max(0, card.photos - len(wish.photos))
    words = wish.words if card.takes_prompt else None
    room = most - bool(photos) - (words is not None)
    params = wish.params or {}
    return Form(
        title=texts.title(card.title),
        photos=photos,
        most_photos=card.photos_taken - len(wish.photos) if photos else 0,
        words=words,
        choices=[
            _choice(texts, param, params.get(param.name, param.default))
            for param in card.params[:room]
        ],
    )


def changed(card: EffectCard, wish: Wish, filled: Filled) -> Wish:
    """Change a wish as somebody has filled in; what is checked is checked when it is asked for."""
    known = {_OPTION + param.name: param for param in card.params}
    chosen = {
        known[name].name: _value(known[name], value)
        for name, value in filled.chosen.items()
        if name in known
    }
    words = filled.words if card.takes_prompt else wish.words
    return replace(wish, words=words, params={**(wish.params or {}), **chosen})


def _choice(texts: Texts, param: ParamCard, value: ParamValue) -> Choice:
    values = list(values_of(param))
    if value not in values:
        values.append(value)
    return Choice(
        name=_OPTION + param.name,
        label=texts.title(param.label),
        values=[(str(each), value_name(texts, param, each)) for each in values],
        chosen=str(value),
    )


def value_name(texts: Texts, param: ParamCard, value: ParamValue) -> str:
    """Name the value of an option."""
    if param.kind == "bool":
        return Talk(texts).switched_on(bool(value))
    return written(value)


def _value(param: ParamCard, chosen: str) -> ParamValue:
    """Find the value that is written so; what is none is refused when it is asked for."""
    return next((value for value in values_of(param) if str(value) == chosen), chosen)
