"""Places, waits and shares, as people say them."""

from __future__ import annotations

from gettext import NullTranslations

_MINUTE_S = 60
_HOUR_S = 60 * _MINUTE_S
_TEENS = range(11, 14)


def ordinal(language: str, number: int) -> str:
    """Say a place in a queue: `2nd`."""
    if language == "zh":
        return f"第{number}位"
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if number % 100 in _TEENS else ending}"


def span(speech: NullTranslations, low_s: float, high_s: float) -> str:
    """Say a range of time no finer than it can be known: `about 15-25 s`, `about 2 min`."""
    _ = speech.gettext
    if high_s < 1.5 * _MINUTE_S:
        step, one, several = 1, _("about {n} s"), _("about {low}-{high} s")
    elif high_s < 1.5 * _HOUR_S:
        step, one, several = _MINUTE_S, _("about {n} min"), _("about {low}-{high} min")
    else:
        step, one, several = _HOUR_S, _("about {n} h"), _("about {low}-{high} h")
    low, high = _coarse(low_s / step), _coarse(high_s / step)
    return one.format(n=high) if low == high else several.format(low=low, high=high)


def _coarse(amount: float) -> int:
    """Round to ones below ten and to fives above; never to nothing."""
    return max(1, round(amount)) if amount < 10 else 5 * round(amount / 5)
