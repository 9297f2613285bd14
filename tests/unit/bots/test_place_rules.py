"""What the admins of a chat allow in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from bots.accounts import Policy, Usage, check_here
from bots.chat import Person, PersonId, Place, PlaceId
from bots.place_rules import NO_RULES, PlaceRules, check_place
from engine.jobs.errors import Refused
from engine.jobs.refusal import Refusal, RefusalCode

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
FRIEND = Person(id=PersonId("telegram:2"))
OWNER = Person(id=PersonId("telegram:1"))
HERE = Place(id=PlaceId("telegram:-77"))
BY_ADMIN = replace(HERE, admin=True)
POLICY = Policy(owners=(OWNER.id,))


def answer(
    rules: PlaceRules, where: Place = HERE, *, made_here: int = 0, now: datetime = NOON
) -> Refusal | None:
    """Say why another robot is refused, if it is."""
    try:
        check_place(rules, where, effect="robot", made_here=made_here, now=now)
    except Refused as refused:
        return refused.refusal
    return None


def test_a_place_without_rules_allows_everything() -> None:
    assert answer(NO_RULES, made_here=1000) is None


def test_only_admins_may_ask_where_they_have_said_so() -> None:
    rules = PlaceRules(who="admins")
    assert answer(rules) == Refusal(RefusalCode.PLACE_ADMINS_ONLY)
    assert answer(rules, BY_ADMIN) is None


def test_where_roles_are_named_somebody_has_to_have_one_of_them() -> None:
    rules = PlaceRules(roles=frozenset({"31", "32"}))
    refused = Refusal(RefusalCode.PLACE_ROLE_ONLY)
    assert answer(rules) == refused
    assert answer(rules, replace(HERE, roles=frozenset({"30"}))) == refused
    assert answer(rules, replace(HERE, roles=frozenset({"30", "32"}))) is None
    assert answer(rules, BY_ADMIN) is None


def test_a_role_does_not_help_where_only_admins_may_ask() -> None:
    rules = PlaceRules(who="admins", roles=frozenset({"31"}))
    with_role = replace(HERE, roles=frozenset({"31"}))
    assert answer(rules, with_role) == Refusal(RefusalCode.PLACE_ADMINS_ONLY)


def test_asks_are_taken_only_in_the_rooms_named_and_in_their_threads() -> None:
    rules = PlaceRules(rooms=frozenset({"22", "21"}))
    refused = Refusal(RefusalCode.PLACE_ROOM_OFF, {"rooms": "21,22"})
    for elsewhere in (HERE, replace(HERE, room="23"), replace(HERE, room="9", parent="23")):
        assert answer(rules, elsewhere) == refused
        assert answer(rules, replace(elsewhere, admin=True)) == refused
    assert answer(rules, replace(HERE, room="21")) is None
    assert answer(rules, replace(HERE, room="9", parent="21")) is None


def test_where_no_room_is_left_all_are_refused() -> None:
    refused = Refusal(RefusalCode.PLACE_ROOM_OFF, {"rooms": ""})
    assert answer(PlaceRules(rooms=frozenset())) == refused


def test_an_effect_that_is_off_is_off_for_admins_too() -> None:
    off = Refusal(RefusalCode.PLACE_EFFECT_OFF, {"effect": "robot"})
    for effects in (frozenset({"symbiote"}), frozenset[str]()):
        assert answer(PlaceRules(effects=effects), BY_ADMIN) == off
    assert answer(PlaceRules(effects=frozenset({"robot"}))) is None


def test_everyone_may_have_so_many_clips_a_day_in_the_place() -> None:
    rules = PlaceRules(daily=3)
    assert answer(rules, made_here=2) is None
    assert answer(rules, made_here=3) == Refusal(RefusalCode.PLACE_DAILY, {"limit": 3})
    assert answer(PlaceRules(daily=0)) == Refusal(RefusalCode.PLACE_DAILY, {"limit": 0})


@pytest.mark.parametrize(
    ("quiet", "minute", "is_quiet"),
    [
        ((9 * 60, 10 * 60), 9 * 60 - 1, False),
        ((9 * 60, 10 * 60), 9 * 60, True),
        ((9 * 60, 10 * 60), 10 * 60 - 1, True),
        ((9 * 60, 10 * 60), 10 * 60, False),
        ((22 * 60, 7 * 60 + 30), 23 * 60, True),
        ((22 * 60, 7 * 60 + 30), 0, True),
        ((22 * 60, 7 * 60 + 30), 7 * 60 + 29, True),
        ((22 * 60, 7 * 60 + 30), 7 * 60 + 30, False),
        ((22 * 60, 7 * 60 + 30), 21 * 60 + 59, False),
        ((0, 24 * 60), 24 * 60 - 1, True),
        ((8 * 60, 8 * 60), 8 * 60, False),
    ],
)
def test_quiet_hours_begin_and_end_on_the_minute(
    quiet: tuple[int, int], minute: int, is_quiet: bool
) -> None:
    midnight = NOON.replace(hour=0)
    refusal = answer(PlaceRules(quiet=quiet), now=midnight + timedelta(minutes=minute))
    assert (refusal is not None) == is_quiet


@pytest.mark.parametrize(("offset", "is_quiet"), [(0, False), (8 * 60, True), (-150, False)])
def test_quiet_hours_are_those_of_the_place_and_say_when_they_end(
    offset: int, is_quiet: bool
) -> None:
    rules = PlaceRules(quiet=(19 * 60 + 30, 7 * 60 + 5), utc_offset=offset)
    refusal = answer(rules, now=NOON.astimezone(timezone(timedelta(hours=-11))))
    expected = Refusal(RefusalCode.PLACE_QUIET, {"until": "07:05"})
    assert refusal == (expected if is_quiet else None)


def test_an_owner_of_the_house_may_what_admins_may_and_is_not_counted() -> None:
    usage = Usage(made_here=9, place_rules=PlaceRules(who="admins", daily=3))
    check_here(POLICY, OWNER, HERE, "robot", usage, NOON)
    with pytest.raises(Refused) as refused:
        check_here(POLICY, FRIEND, HERE, "robot", usage, NOON)
    assert refused.value.refusal.code is RefusalCode.PLACE_ADMINS_ONLY


def test_an_admin_is_counted() -> None:
    usage = Usage(made_here=3, place_rules=PlaceRules(who="admins", daily=3))
    here = Place(id=HERE.id, admin=True)
    with pytest.raises(Refused) as refused:
        check_here(POLICY, FRIEND, here, "robot", usage, NOON)
    assert refused.value.refusal.code is RefusalCode.PLACE_DAILY
