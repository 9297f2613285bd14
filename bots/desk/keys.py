"""Rows of buttons, before a platform draws them: under a clip, and for choosing an effect."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bots.chat import Action, Button
from bots.codes import Code, Verb, short_name
from bots.texts.talk import Talk
from bots.texts.texts import Texts
from engine.jobs.catalogue import EffectCard
from engine.jobs.job import JobId

_COLUMNS = 2

_VERBS: Mapping[Action, Verb] = {
    Action.AGAIN: Verb.AGAIN,
    Action.REMIX: Verb.REMIX,
    Action.OTHER_EFFECT: Verb.OTHER,
    Action.HD: Verb.HD,
    Action.SHARE: Verb.SHARE,
    Action.DETAILS: Verb.DETAILS,
    Action.REPORT: Verb.REPORT,
    Action.DELETE: Verb.DELETE,
    Action.CANCEL: Verb.CANCEL,
    Action.GET: Verb.GET,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A button: what it is called, and what it carries or where it leads."""

    label: str
    code: Code | None = None
    url: str | None = None


Rows = Sequence[Sequence[Key]]


def under_message(job: JobId, buttons: Iterable[Button]) -> Rows:
    """Lay out the buttons of a job's message; those are left out that only a page can have."""
    return in_rows([key for button in buttons if (key := _key(job, button)) is not None])


def effect_page(
    draft: str, cards: Sequence[EffectCard], texts: Texts, *, page: int = 0, most: int
) -> Rows:
    """Offer effects for a draft, a page of at most so many at a time."""
    shown, more = page_of(draft, cards, texts, page=page, most=most)
    rows = in_rows([_pick(draft, card, texts) for card in shown])
    return [*rows, [more]] if more is not None else rows


def page_of(
    about: str, cards: Sequence[EffectCard], texts: Texts, *, page: int, most: int
) -> tuple[Sequence[EffectCard], Key | None]:
    """Take a page of effects, and the key that turns to the next if there are several."""
    pages = max(1, -(-len(cards) // most))
    page %= pages
    shown = cards[page * most : (page + 1) * most]
    if pages == 1:
        return shown, None
    code = Code(Verb.PAGE, about, str((page + 1) % pages))
    return shown, Key(label=Talk(texts).more_effects(), code=code)


def in_rows(keys: Sequence[Key], columns: int = _COLUMNS) -> list[list[Key]]:
    """Lay out keys side by side."""
    return [list(keys[start : start + columns]) for start in range(0, len(keys), columns)]


def _pick(draft: str, card: EffectCard, texts: Texts) -> Key:
    return Key(label=texts.title(card.title), code=Code(Verb.PICK, draft, short_name(card.id)))


def _key(job: JobId, button: Button) -> Key | None:
    if button.url is not None:
        return Key(label=button.label, url=button.url)
    if button.action is Action.CHOOSE and button.effect:
        code = Code(Verb.CHOOSE, job, short_name(button.effect))
        return Key(label=button.label, code=code)
    if button.action in _VERBS:
        return Key(label=button.label, code=Code(_VERBS[button.action], job))
    return None
