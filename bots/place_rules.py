"""What the admins of a chat allow in it: pure rules, given what the store knows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from bots.chat import Place
from engine.jobs.errors import Refused
from engine.jobs.refusal import Refusal, RefusalCode


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceRules:
    """What is allowed in a place; the default allows everything.

    `roles` are those of which somebody who asks must have one, `rooms` where asks are taken, and
    `effects` those that are on; None is no limit. `quiet` is from when until when nothing is taken,
    in minutes of the day there, where it is UTC plus `utc_offset` minutes; it may go past midnight.
    `daily` is how many clips a person may have made here in any 24 hours. With `spoiler`, clips are
    shown hidden until somebody clicks.
    """

    who: Literal["everyone", "admins"] = "everyone"
    roles: frozenset[str] | None = None
    rooms: frozenset[str] | None = None
    effects: frozenset[str] | None = None
    quiet: tuple[int, int] | None = None
    utc_offset: int = 0
    daily: int | None = None
    spoiler: bool = False


NO_RULES = PlaceRules()


def check_place(
    rules: PlaceRules, where: Place, *, effect: str, made_here: int, now: datetime
) -> None:
    """Check that the rules of a place allow one more clip.

    Raises:
        Refused: not for who asks, not in this room (`rooms` lists those with effects, with commas
            between), the place is quiet now (`until` says when that ends, as the clock there shows
            it), the effect is off, or the day's clips here are used up.
    """
    _check_who(rules, where)
    if rules.rooms is not None and rules.rooms.isdisjoint((where.room, where.parent)):
        rooms = ",".join(sorted(rules.rooms))
        raise Refused(Refusal(RefusalCode.PLACE_ROOM_OFF, {"rooms": rooms}))
    if rules.quiet is not None and _is_within(rules.quiet, _minute(rules, now)):
        raise Refused(Refusal(RefusalCode.PLACE_QUIET, {"until": _clock(rules.quiet[1])}))
    if rules.effects is not None and effect not in rules.effects:
        raise Refused(Refusal(RefusalCode.PLACE_EFFECT_OFF, {"effect": effect}))
    if rules.daily is not None and made_here >= rules.daily:
        raise Refused(Refusal(RefusalCode.PLACE_DAILY, {"limit": rules.daily}))


def _check_who(rules: PlaceRules, where: Place) -> None:
    """Check that the one who asks may; admins always may."""
    if where.admin:
        return
    if rules.who == "admins":
        raise Refused(Refusal(RefusalCode.PLACE_ADMINS_ONLY))
    if rules.roles is not None and rules.roles.isdisjoint(where.roles):
        raise Refused(Refusal(RefusalCode.PLACE_ROLE_ONLY))


def _minute(rules: PlaceRules, now: datetime) -> int:
    """Tell which minute of the day it is in a place."""
    there = now.astimezone(UTC) + timedelta(minutes=rules.utc_offset)
    return there.hour * 60 + there.minute


def _is_within(quiet: tuple[int, int], minute: int) -> bool:
    start, end = quiet
    return start <= minute < end if start <= end else not end <= minute < start


def _clock(minute: int) -> str:
    return f"{minute // 60 % 24:02}:{minute % 60:02}"
