"""What the admins of a chat allow in it: pure rules, given what the store knows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from engine.jobs.errors import Refused
from engine.jobs.refusal import Refusal, RefusalCode


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceRules:
    """What is allowed in a place; the default allows everything.

    `effects` are those that are on, None for all. `quiet` is from when until when nothing is taken,
    in minutes of the day there, where it is UTC plus `utc_offset` minutes; it may go past midnight.
    `daily` is how many clips a person may have made here in any 24 hours.
    """

    who: Literal["everyone", "admins"] = "everyone"
    effects: frozenset[str] | None = None
    quiet: tuple[int, int] | None = None
    utc_offset: int = 0
    daily: int | None = None


NO_RULES = PlaceRules()


def check_place(
    rules: PlaceRules, *, is_admin: bool, effect: str, made_here: int, now: datetime
) -> None:
    """Check that the rules of a place allow one more clip.

    Raises:
        Refused: only admins may ask, the place is quiet now (`until` says when that ends, as the
            clock there shows it), the effect is off, or the day's clips here are used up.
    """
    if rules.who == "admins" and not is_admin:
        raise Refused(Refusal(RefusalCode.PLACE_ADMINS_ONLY))
    if rules.quiet is not None and _is_within(rules.quiet, _minute(rules, now)):
        raise Refused(Refusal(RefusalCode.PLACE_QUIET, {"until": _clock(rules.quiet[1])}))
    if rules.effects is not None and effect not in rules.effects:
        raise Refused(Refusal(RefusalCode.PLACE_EFFECT_OFF, {"effect": effect}))
    if rules.daily is not None and made_here >= rules.daily:
        raise Refused(Refusal(RefusalCode.PLACE_DAILY, {"limit": rules.daily}))


def _minute(rules: PlaceRules, now: datetime) -> int:
    """Tell which minute of the day it is in a place."""
    there = now.astimezone(UTC) + timedelta(minutes=rules.utc_offset)
    return there.hour * 60 + there.minute


def _is_within(quiet: tuple[int, int], minute: int) -> bool:
    start, end = quiet
    return start <= minute < end if start <= end else not end <= minute < start


def _clock(minute: int) -> str:
    return f"{minute // 60 % 24:02}:{minute % 60:02}"
