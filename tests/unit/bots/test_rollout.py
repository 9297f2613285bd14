"""Who gets which version of an effect."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from bots.chat import Ask, Person, PersonId, Place, PlaceId, job_id
from bots.rollout import AUTO, Shares, pin_of, shown, understood, version_for, without_pin
from engine.jobs.catalogue import EffectCard
from tests.effect_cards import a_card

LABEL = {"en": "Version"}
PEOPLE = [PersonId(f"telegram:{number}") for number in range(4000)]


def versions(*names: str) -> list[EffectCard]:
    return [a_card("robot", f"Robot {name}", version=name) for name in names]


def sides(shares: Shares, *names: str) -> dict[PersonId, str]:
    found = versions(*names)
    return {who: version_for(who, found, shares, "").version for who in PEOPLE}


def test_where_nothing_is_set_everybody_gets_the_usual_version() -> None:
    assert set(sides({}, "1.0.0", "2.0.0").values()) == {"1.0.0"}


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_version_goes_to_its_share_of_the_people(share: float) -> None:
    counts = Counter(sides({"2.0.0": share}, "1.0.0", "2.0.0").values())
    assert abs(counts["2.0.0"] / len(PEOPLE) - share) < 0.03


def test_a_version_with_the_whole_share_is_everybodys() -> None:
    assert set(sides({"2.0.0": 1.0}, "1.0.0", "2.0.0").values()) == {"2.0.0"}


def test_somebody_stays_on_their_side() -> None:
    shares = {"2.0.0": 0.5}
    assert sides(shares, "1.0.0", "2.0.0") == sides(shares, "1.0.0", "2.0.0")


def test_people_fall_differently_for_different_effects() -> None:
    robot = sides({"2.0.0": 0.5}, "1.0.0", "2.0.0")
    cards = [a_card("squish", "Squish", version=name) for name in ("1.0.0", "2.0.0")]
    squish = {who: version_for(who, cards, {"2.0.0": 0.5}, "").version for who in PEOPLE}
    differing = sum(robot[who] != squish[who] for who in PEOPLE)
    assert abs(differing / len(PEOPLE) - 0.5) < 0.05


@pytest.mark.parametrize(
    ("before", "after", "growing"),
    [
        ({"2.0.0": 0.1}, {"2.0.0": 0.3}, "2.0.0"),
        ({"2.0.0": 0.2, "3.0.0": 0.2}, {"2.0.0": 0.5, "3.0.0": 0.2}, "2.0.0"),
        ({"2.0.0": 0.2, "3.0.0": 0.2}, {"2.0.0": 0.2, "3.0.0": 0.7}, "3.0.0"),
        ({"2.0.0": 0.4}, {"2.0.0": 0.4, "3.0.0": 0.3}, "3.0.0"),
    ],
)
def test_a_share_that_grows_takes_people_from_the_usual_version_alone(
    before: Shares, after: Shares, growing: str
) -> None:
    names = ("1.0.0", "2.0.0", "3.0.0")
    old, new = sides(before, *names), sides(after, *names)
    moved = {(old[who], new[who]) for who in PEOPLE if old[who] != new[who]}
    assert moved == {("1.0.0", growing)}


def test_a_version_that_nobody_offers_is_passed_over() -> None:
    assert set(sides({"9.0.0": 0.5}, "1.0.0", "2.0.0").values()) == {"1.0.0"}
    assert set(sides({"9.0.0": 1.0}, "1.0.0").values()) == {"1.0.0"}


def test_who_asks_for_a_version_gets_it_whatever_is_set() -> None:
    found = versions("1.0.0", "2.0.0", "3.0.0")
    assert version_for(PEOPLE[0], found, {"2.0.0": 1.0}, "3.0.0").version == "3.0.0"
    assert version_for(PEOPLE[0], found, {"2.0.0": 1.0}, "1.0.0").version == "1.0.0"


def test_a_version_that_is_not_there_any_more_becomes_the_one_that_everybody_gets() -> None:
    found = versions("1.0.0", "2.0.0")
    assert version_for(PEOPLE[0], found, {"2.0.0": 1.0}, "0.9.0").version == "2.0.0"


def test_what_is_shown_is_the_version_of_everybody_with_the_others_to_choose() -> None:
    found = versions("2.0.0", "10.0.0", "1.0.0")
    assert shown(found, {"10.0.0": 0.5}, LABEL).title == {"en": "Robot 2.0.0"}
    card = shown(found, {"10.0.0": 1.0}, LABEL)
    assert card.title == {"en": "Robot 10.0.0"}
    (option,) = card.params
    assert (option.name, option.default) == ("version", AUTO)
    assert option.choices == (AUTO, "10.0.0", "2.0.0", "1.0.0")


def test_with_one_version_there_is_nothing_to_choose() -> None:
    (card,) = versions("1.0.0")
    assert shown([card], {"1.0.0": 1.0}, LABEL) == card


def test_a_list_of_versions_fits_where_the_fewest_fit() -> None:
    (option,) = shown(versions(*(f"1.0.{number}" for number in range(40))), {}, LABEL).params
    assert len(option.choices) == 25
    assert option.choices[:2] == (AUTO, "1.0.39")


@pytest.mark.parametrize("given", [AUTO, "", "newest", "1.0", 1.5, True, "1.0.0; drop", "1" * 99])
def test_what_is_no_version_asks_for_none(given: str | float) -> None:
    assert pin_of({"version": given}) == ""
    assert pin_of({"version": "1.10.0"}) == "1.10.0"


@pytest.mark.parametrize(
    ("words", "name", "pin"),
    [
        ("robot@1.0.0", "robot", {"version": "1.0.0"}),
        (" Head turn@10.2.3 ", "Head turn", {"version": "10.2.3"}),
        ("机器人@1.0.0", "机器人", {"version": "1.0.0"}),
        ("robot", "robot", {}),
        ("me@home", "me@home", {}),
    ],
)
def test_a_name_may_say_which_version(words: str, name: str, pin: dict[str, str]) -> None:
    assert without_pin(words) == (name, pin)


def an_ask(**changes: object) -> Ask:
    ask = Ask(id=job_id("web", "1"), who=Person(id=PEOPLE[0]), where=Place(id=PlaceId("web:here")))
    return replace(ask, **changes)


def test_words_may_begin_with_an_effect_and_its_version() -> None:
    ask = understood(an_ask(prompt="Robot@1.0.0 with red eyes"))
    assert (ask.effect, ask.prompt, ask.params) == ("robot", "with red eyes", {"version": "1.0.0"})


def test_an_effect_may_be_asked_for_with_its_version() -> None:
    ask = understood(an_ask(effect="robot@1.0.0", prompt="red", params={"glow": "#ff0000"}))
    assert (ask.effect, ask.prompt) == ("robot", "red")
    assert ask.params == {"glow": "#ff0000", "version": "1.0.0"}
    assert understood(ask) == ask


@pytest.mark.parametrize("prompt", ["a robot@1.0.0", "write to me@home", "robot@1.0", "robot"])
def test_other_words_stay_as_they_are(prompt: str) -> None:
    ask = an_ask(prompt=prompt)
    assert understood(ask) == ask
