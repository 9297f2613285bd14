"""Options as people give them."""

from __future__ import annotations

import pytest

from bots.options import settle_options
from engine.jobs.catalogue import ParamCard
from engine.jobs.errors import Refused
from engine.jobs.job import ParamValue
from engine.jobs.refusal import Refusal, RefusalCode
from tests.effect_cards import a_card

CARD = a_card(
    "odd",
    "Odd",
    params=[
        ParamCard(name="on", kind="bool", default=True, label={"en": "On"}),
        ParamCard(name="n", kind="int", default=2, label={"en": "N"}, minimum=1, maximum=5),
        ParamCard(name="x", kind="float", default=1.0, label={"en": "X"}, minimum=0.5, maximum=2),
        ParamCard(
            name="way", kind="choice", default="up", label={"en": "Way"}, choices=("up", "down")
        ),
        ParamCard(name="ink", kind="color", default="#000000", label={"en": "Ink"}),
    ],
)


@pytest.mark.parametrize(
    ("name", "given", "taken"),
    [
        ("on", "false", False),
        ("on", True, True),
        ("n", "3", 3),
        ("n", 5, 5),
        ("x", "1.5", 1.5),
        ("x", 2, 2.0),
        ("way", "down", "down"),
        ("ink", "#FFAA00", "#ffaa00"),
    ],
)
def test_a_value_is_taken_as_its_kind(name: str, given: ParamValue, taken: ParamValue) -> None:
    assert settle_options(CARD, {name: given}) == {name: taken}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("on", "perhaps"),
        ("n", 0),
        ("n", "many"),
        ("n", float("inf")),
        ("x", float("nan")),
        ("x", 2.01),
        ("way", "sideways"),
        ("ink", "black"),
        ("ink", "#FFAA00 "),
        ("size", 3),
        ("n", "9" * 5000),
    ],
)
def test_a_value_that_will_not_do_is_named(name: str, value: ParamValue) -> None:
    with pytest.raises(Refused) as refused:
        settle_options(CARD, {name: value})
    data = {"option": name, "value": str(value)[:40]}
    assert refused.value.refusal == Refusal(RefusalCode.BAD_OPTION, data)


def test_what_is_not_given_is_left_to_the_engine() -> None:
    assert settle_options(CARD, {}) == {}
