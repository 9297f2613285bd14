from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bots.place_rules import NO_RULES, PlaceRules
from bots.ruling import (
    changed_by_press,
    changed_by_words,
    with_daily,
    with_effects,
    with_quiet,
    with_roles,
    with_rooms,
    with_some_effects,
)
from tests.effect_cards import OFFER

STRICT = PlaceRules(
    who="admins", effects=frozenset({"robot"}), quiet=(60, 120), utc_offset=60, daily=3
)


def told(words: str, rules: PlaceRules = NO_RULES) -> PlaceRules | None:
    return changed_by_words(rules, words, OFFER.effects)


@pytest.mark.parametrize(
    ("words", "rules"),
    [
        ("who admins", PlaceRules(who="admins")),
        ("WHO Admins", PlaceRules(who="admins")),
        ("who everyone", NO_RULES),
        ("daily 3", PlaceRules(daily=3)),
        ("daily 0", PlaceRules(daily=0)),
        ("daily 9999", PlaceRules(daily=9999)),
        ("daily ٣", PlaceRules(daily=3)),
        ("quiet 22:00-07:00", PlaceRules(quiet=(1320, 420))),
        ("quiet 22:00 - 7:30 +2", PlaceRules(quiet=(1320, 450), utc_offset=120)),
        ("quiet 0:00-23:59 utc-12", PlaceRules(quiet=(0, 1439), utc_offset=-720)),
        ("quiet 22:00-07:00 UTC+14", PlaceRules(quiet=(1320, 420), utc_offset=840)),
        ("effects robot", PlaceRules(effects=frozenset({"robot"}))),
        ("effects Robot,  symbiote", PlaceRules(effects=frozenset({"robot", "symbiote"}))),
        ("effects robot robot", PlaceRules(effects=frozenset({"robot"}))),
    ],
)
def test_a_rule_is_read_as_somebody_writes_it(words: str, rules: PlaceRules) -> None:
    assert told(words) == rules


@pytest.mark.parametrize("off", ["off", "none", "all", "OFF"])
def test_rules_are_lifted_by_words(off: str) -> None:
    assert told(f"daily {off}", STRICT) == replace(STRICT, daily=None)
    assert told(f"quiet {off}", STRICT) == replace(STRICT, quiet=None)
    assert told(f"effects {off}", STRICT) == replace(STRICT, effects=None)


@pytest.mark.parametrize(
    "words",
    [
        "",
        "who",
        "who bob",
        "daily",
        "daily -1",
        "daily many",
        "daily 3.5",
        "daily ²",
        "daily 10000",
        "daily 3 please",
        "quiet",
        "quiet 24:00-07:00",
        "quiet 22:60-07:00",
        "quiet 22:00",
        "quiet 22-7",
        "quiet 22:00-07:00 +15",
        "quiet 22:00-07:00 -13",
        "quiet 22:00-07:00 +99",
        "quiet 22:00-07:00 2",
        "effects",
        "effects levitate",
        "effects robot levitate",
        "robot",
        "drop table",
    ],
)
def test_what_is_no_rule_is_not_understood(words: str) -> None:
    assert told(words, STRICT) is None


@given(words=some.text(max_size=40))
def test_no_words_disturb(words: str) -> None:
    for rule in ("", "who ", "daily ", "quiet ", "effects "):
        told(rule + words)


@pytest.mark.parametrize(("which", "turns"), [("who", 2), ("daily", 4), ("spoiler", 2)])
def test_pressing_a_rule_goes_through_all_it_can_be(which: str, turns: int) -> None:
    rules, seen = NO_RULES, [NO_RULES]
    for _ in range(turns):
        rules = changed_by_press(rules, which)
        seen.append(rules)
    assert seen[-1] == NO_RULES
    assert len(set(seen)) == turns


def test_a_limit_that_was_written_is_turned_to_one_of_those_that_can_be_pressed() -> None:
    assert changed_by_press(PlaceRules(daily=7), "daily") == PlaceRules(daily=1)


def test_other_rules_are_lifted_by_pressing() -> None:
    assert changed_by_press(STRICT, "quiet") == replace(STRICT, quiet=None)
    assert changed_by_press(STRICT, "effects") == replace(STRICT, effects=None)


def test_rules_are_set_to_what_was_picked() -> None:
    assert with_roles(NO_RULES, ["31", "31"]) == PlaceRules(roles=frozenset({"31"}))
    assert with_rooms(NO_RULES, ["21", "22"]) == PlaceRules(rooms=frozenset({"21", "22"}))
    assert with_effects(NO_RULES, ["robot"]) == PlaceRules(effects=frozenset({"robot"}))
    assert with_daily(NO_RULES, 7) == PlaceRules(daily=7)
    assert with_quiet(NO_RULES, (60, 120), 90) == PlaceRules(quiet=(60, 120), utc_offset=90)


@pytest.mark.parametrize(
    ("before", "picked", "after"),
    [
        (None, {"robot"}, {"robot"}),
        ({"tornado"}, {"robot"}, {"robot", "tornado"}),
        ({"robot", "symbiote", "tornado"}, {"symbiote"}, {"symbiote", "tornado"}),
        ({"robot", "tornado"}, set[str](), {"tornado"}),
        ({"robot"}, set[str](), None),
        ({"robot", "of another worker"}, {"symbiote"}, {"symbiote", "of another worker"}),
        ({"robot", "of another worker"}, set[str](), None),
    ],
)
def test_a_list_of_some_effects_changes_only_those(
    before: set[str] | None, picked: set[str], after: set[str] | None
) -> None:
    listed, offered = {"robot", "symbiote"}, {"robot", "symbiote", "tornado"}
    rules = PlaceRules(effects=None if before is None else frozenset(before))
    now = with_some_effects(rules, picked, listed, offered)
    assert now.effects == (None if after is None else frozenset(after))


def test_where_nothing_is_picked_everything_is_allowed() -> None:
    picked = PlaceRules(roles=frozenset({"31"}), rooms=frozenset({"21"}), daily=7)
    rules = with_effects(with_rooms(with_roles(picked, []), []), [])
    assert with_daily(rules, None) == NO_RULES
    assert with_quiet(STRICT, None) == replace(STRICT, quiet=None)


@pytest.mark.parametrize("which", ["", "everything", "0"])
def test_a_button_nobody_knows_changes_nothing(which: str) -> None:
    assert changed_by_press(STRICT, which) == STRICT
