"""How the admins of a chat say its rules: in words, by pressing a button again, or as values."""

from __future__ import annotations

import re
from collections.abc import Collection
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
    if which == "spoiler":
        return replace(rules, spoiler=not rules.spoiler)
    if which == "quiet":
        return with_quiet(rules, None)
    return with_effects(rules, ()) if which == "effects" else rules


def with_roles(rules: PlaceRules, roles: Collection[str]) -> PlaceRules:
    """Let only those ask who have one of these roles; none named lets everyone."""
    return replace(rules, roles=frozenset(roles) or None)


def with_rooms(rules: PlaceRules, rooms: Collection[str]) -> PlaceRules:
    """Take asks only in these rooms; none named takes them in all."""
    return replace(rules, rooms=frozenset(rooms) or None)


def with_effects(rules: PlaceRules, effects: Collection[str]) -> PlaceRules:
    """Have only these effects on; none named switches all on."""
    return replace(rules, effects=frozenset(effects) or None)


def with_some_effects(
    rules: PlaceRules, picked: Collection[str], listed: Collection[str], offered: Collection[str]
) -> PlaceRules:
    """Have those of a list on that are picked; of what is not listed, what was on stays on.

    None on of all that are offered switches all on.
    """
    on = (rules.effects or frozenset()).difference(listed).union(picked)
    return with_effects(rules, () if on.isdisjoint(offered) else on)


def with_daily(rules: PlaceRules, limit: int | None) -> PlaceRules:
    """Let everyone have so many clips a day; None is no limit."""
    return replace(rules, daily=limit)


def with_quiet(rules: PlaceRules, hours: tuple[int, int] | None, utc_offset: int = 0) -> PlaceRules:
    """Take nothing in these hours, as `PlaceRules` has them; None lifts that."""
    return (
        replace(rules, quiet=None)
        if hours is None
        else replace(rules, quiet=hours, utc_offset=utc_offset)
    )


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
        return with_daily(rules, None)
    return with_daily(rules, int(value)) if value.isdecimal() and len(value) < 5 else None


def _quiet(rules: PlaceRules, value: str) -> PlaceRules | None:
    if value in _OFF:
        return with_quiet(rules, None)
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
    return with_quiet(rules, quiet, 60 * offset_h)


def _effects(rules: PlaceRules, value: str, cards: tuple[EffectCard, ...]) -> PlaceRules | None:
    if value in _OFF:
        return with_effects(rules, ())
    named = frozenset(re.split(r"[\s,]+", value))
    known = named & {card.id for card in cards}
    return with_effects(rules, known) if known and known == named else None
