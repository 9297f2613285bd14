from __future__ import annotations

import pytest
from pydantic import TypeAdapter

from engine.effects.params import Param, card, settle
from engine.jobs.errors import Refused
from engine.jobs.job import ParamValue
from engine.jobs.refusal import RefusalCode

LABEL = {"en": "Label"}
PARAMS: dict[str, Param] = TypeAdapter(dict[str, Param]).validate_python(
    {
        "tongue": {"kind": "bool", "default": True, "label": LABEL},
        "angle": {
            "kind": "float",
            "default": 21.0,
            "minimum": 8,
            "maximum": 26,
            "label": LABEL,
        },
        "count": {"kind": "int", "default": 3, "minimum": 1, "maximum": 9, "label": LABEL},
        "way": {"kind": "choice", "default": "left", "choices": ["left", "right"], "label": LABEL},
        "glow": {"kind": "color", "default": "#1fc0ff", "label": LABEL},
    }
)


def test_what_is_not_given_takes_its_default() -> None:
    assert settle(PARAMS, {}) == {
        "tongue": True,
        "angle": 21.0,
        "count": 3,
        "way": "left",
        "glow": "#1fc0ff",
    }


@pytest.mark.parametrize(
    ("name", "given", "settled"),
    [
        ("tongue", "off", False),
        ("tongue", False, False),
        ("angle", "12.5", 12.5),
        ("count", "7", 7),
        ("way", "right", "right"),
        ("glow", "#FFAA00", "#ffaa00"),
    ],
)
def test_text_from_a_command_line_becomes_the_option_s_type(
    name: str, given: ParamValue, settled: ParamValue
) -> None:
    assert settle(PARAMS, {name: given})[name] == settled


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("tongue", "maybe"),
        ("angle", 90.0),
        ("angle", "nan"),
        ("angle", "wide"),
        ("count", 0),
        ("count", "1.5"),
        ("way", "up"),
        ("glow", "red"),
        ("glow", "#12345"),
        ("unknown", 1),
    ],
)
def test_a_bad_option_is_refused_by_name(name: str, value: ParamValue) -> None:
    with pytest.raises(Refused) as refused:
        settle(PARAMS, {name: value})

    assert refused.value.refusal.code is RefusalCode.BAD_OPTION
    assert refused.value.refusal.data["option"] == name


def test_a_card_says_what_a_form_needs() -> None:
    angle = card("angle", PARAMS["angle"])
    way = card("way", PARAMS["way"])

    assert (angle.minimum, angle.maximum, angle.default) == (8, 26, 21)
    assert way.choices == ("left", "right")
