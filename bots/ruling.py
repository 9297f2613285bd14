"""How the admins of a chat say its rules: in words, or by pressing a button again and again."""

from __future__ import annotations

import re
from dataclasses import replace

from bots.place_rules import PlaceRules
from engine.jobs.catalogue import EffectCard

_DAILY = (None, 1, 3, 10)
_QUIET = re.compile(r"(\d{1,2}):(\d\d)\s*-\s*(\d{1,2}):(\d\d)(?:\s*(?:utc)?\s*([+-]\d{1,2}))?")
_OFF = ("off", "none", "all")
_OFFSETS_H = range(-12, 15)
"""What clocks anywhere are ahead of UTC."""


def changed_by_press(rules: PlaceRules, which: str) -> PlaceRules:
    """Turn one rule to its next value."""
    if which == "who":
        return replace(rules, who="everyone" if rules.who == "admins" else "admins")
    if which == "daily":
        place = _DAILY.index(rules.daily) if rules.daily in _DAILY else 0
        return replace(rules, daily=_DAILY[(place + 1) % len(_DAILY)])
    if which == "quiet":
        return replace(rules, quiet=None)
    return replace(rules, effects=None) if which == "effects" else rules


def changed_by_words(
    rules: PlaceRules, words: str, cards: tuple[EffectCard, ...]
) -> PlaceRules | None:
    """Read a rule as somebody writes it; None if it is not understood."""
    name, _, value = words.lower().partition(" ")
    value = value.strip()
    if name == "who" and value in ("everyone", "admins"):
        return replace(rules, who="admins" if value == "admins" else "everyone")
    if name == "daily":
        return _daily(rules, value)
    if name == "quiet":
        return _quiet(rules, value)
    if name == "effects":
        return _effects(rules, value, cards)
    return None


def _daily(rules: PlaceRules, value: str) -> PlaceRules | None:
    if value in _OFF:
        return replace(rules, daily=None)
    return replace(rules, daily=int(value)) if value.isdecimal() and len(value) < 5 else None


def _quiet(rules: PlaceRules, value: str) -> PlaceRules | None:
    if value in _OFF:
        return replace(rules, quiet=None)
    found = _QUIET.fullmatch(value)
    if found is None:
        return None
    hours = [int(part) for part in found.groups()[:4]]
    if max(hours[0], hours[2]) > 23 or max(hours[1], hours[3]) > 59:
        return None
    offset_h = int(found[5] or 0)
    if offset_h not in _OFFSETS_H:
        return None
    quiet = (60 * hours[0] + hours[1], 60 * hours[2] + hours[3])
    return replace(rules, quiet=quiet, utc_offset=60 * offset_h)


def _effects(rules: PlaceRules, value: str, cards: tuple[EffectCard, ...]) -> PlaceRules | None:
    if value in _OFF:
        return replace(rules, effects=None)
    named = frozenset(re.split(r"[\s,]+", value))
    known = named & {card.id for card in cards}
    return replace(rules, effects=known) if known and known == named else None
