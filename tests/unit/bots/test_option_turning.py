"""Options that are turned to their next value, again and again."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as some

from bots.options import next_value, settle_options, values_of
from engine.jobs.catalogue import ParamCard
from engine.jobs.errors import Refused
from engine.jobs.job import ParamValue
from tests.effect_cards import a_card

MANY = 20
LABEL = {"en": "Option"}
colours = some.from_regex(r"#[0-9a-fA-F]{6}", fullmatch=True)
bounds = some.floats(-1000, 1000, allow_nan=False)


@some.composite
def numbers(draw: some.DrawFn) -> ParamCard:
    low, high = sorted((draw(bounds), draw(bounds)))
    default = draw(some.floats(low, high))
    return ParamCard(
        name="it", kind="float", default=default, label=LABEL, minimum=low, maximum=high
    )


@some.composite
def whole_numbers(draw: some.DrawFn) -> ParamCard:
    low, default, high = sorted(draw(some.integers(-50, 50)) for _ in range(3))
    slack = draw(some.sampled_from([0.0, 0.4]))
    return ParamCard(
        name="it",
        kind="int",
        default=draw(some.sampled_from([default, float(default)])),
        label=LABEL,
        minimum=low - slack,
        maximum=high + slack,
    )


@some.composite
def choices(draw: some.DrawFn) -> ParamCard:
    words = draw(some.lists(some.text(min_size=1, max_size=9), min_size=2, max_size=9, unique=True))
    default = draw(some.sampled_from(words))
    return ParamCard(name="it", kind="choice", default=default, label=LABEL, choices=tuple(words))


options = some.one_of(
    numbers(),
    whole_numbers(),
    choices(),
    some.builds(
        lambda on: ParamCard(name="it", kind="bool", default=on, label=LABEL), some.booleans()
    ),
    some.builds(
        lambda colour: ParamCard(name="it", kind="color", default=colour, label=LABEL), colours
    ),
)


def turned(param: ParamCard, value: ParamValue) -> list[ParamValue]:
    """What an option is turned through from a value, until it is one that it was before."""
    seen: list[ParamValue] = []
    while value not in seen:
        assert len(seen) <= MANY
        seen.append(value)
        value = next_value(param, value)
    return seen


def is_taken(param: ParamCard, value: ParamValue) -> bool:
    try:
        settle_options(a_card("it", "It", params=[param]), {param.name: value})
    except Refused:
        return False
    return True


@given(param=options)
def test_turning_an_option_comes_back_to_its_default(param: ParamCard) -> None:
    seen = turned(param, param.default)
    assert next_value(param, seen[-1]) == param.default


@given(param=options)
def test_every_value_an_option_is_turned_to_is_one_it_may_have(param: ParamCard) -> None:
    assert all(is_taken(param, value) for value in turned(param, param.default))


@given(param=numbers(), value=some.floats(-1000, 1000))
def test_from_a_value_set_elsewhere_it_is_turned_on_to_the_usual_ones(
    param: ParamCard, value: float
) -> None:
    assert next_value(param, value) in turned(param, param.default)


def test_bounds_of_nought_are_bounds() -> None:
    below = ParamCard(name="it", kind="float", default=-1.0, label=LABEL, minimum=-2.0, maximum=0.0)
    assert sorted(map(float, turned(below, -1.0))) == [-2.0, -1.5, -1.0, -0.5, 0.0]


def test_of_a_wide_range_of_whole_numbers_round_ones_are_offered() -> None:
    seconds = ParamCard(name="seconds", kind="int", default=5, label=LABEL, minimum=3, maximum=60.0)
    assert list(values_of(seconds)) == [3, 5, 15, 30, 45, 60]
    assert list(values_of(replace(seconds, maximum=5.0))) == [3, 4, 5]
