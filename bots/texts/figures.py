"""Places, waits and shares, as people say them."""

from __future__ import annotations

import math
from gettext import NullTranslations

_MINUTE_S = 60
_HOUR_S = 60 * _MINUTE_S
_TEENS = range(11, 14)

_STEPS_S = (
    (30, 5),
    (_MINUTE_S, 10),
    (2 * _MINUTE_S, 30),
    (20 * _MINUTE_S, _MINUTE_S),
    (_HOUR_S, 5 * _MINUTE_S),
    (2 * _HOUR_S, 10 * _MINUTE_S),
)
"""Up to which wait it is said in steps of what: the longer, the less exactly it is known."""


def ordinal(language: str, number: int) -> str:
    """Say a place in a queue: `2nd`."""
    if language == "zh":
        return f"第{number}位"
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if number % 100 in _TEENS else ending}"


def span(speech: NullTranslations, low_s: float, high_s: float) -> str:
    """Say a range of time in round figures that it lies within: `about 15-25 s`, `up to 2 min`.

    A range of one moment is said as the nearest round figure: `about 3 h`.
    """
    step = _step(high_s)
    if low_s == high_s:
        low, high = (step * max(1, round(high_s / step)),) * 2
    else:
        low, high = step * math.floor(low_s / step), step * math.ceil(high_s / step)
    one, several, at_most, unit = _words(speech, high)
    if low == high:
        return one.format(n=high // unit)
    said = several if low else at_most
    return said.format(low=low // unit, high=high // unit)


def _step(seconds: float) -> int:
    return next((step for limit, step in _STEPS_S if seconds <= limit), _HOUR_S)


def _words(speech: NullTranslations, seconds: int) -> tuple[str, str, str, int]:
    """Pick the sentences for one figure, for a range and for its upper end, and their unit."""
    _ = speech.gettext
    if seconds <= 2 * _MINUTE_S:
        return _("about {n} s"), _("about {low}-{high} s"), _("up to {high} s"), 1
    if seconds <= 2 * _HOUR_S:
        words = _("about {n} min"), _("about {low}-{high} min"), _("up to {high} min")
        return *words, _MINUTE_S
    return _("about {n} h"), _("about {low}-{high} h"), _("up to {high} h"), _HOUR_S
