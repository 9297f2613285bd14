"""Options of an effect: declared in effect.toml, checked when someone sets them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from engine.jobs.catalogue import ParamCard
from engine.jobs.errors import Refused
from engine.jobs.job import ParamValue
from engine.jobs.refusal import Refusal, RefusalCode

COLOR = re.compile(r"#[0-9a-fA-F]{6}")


class _Param(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    label: dict[str, str] = Field(min_length=1)


class BoolParam(_Param):
    """On or off."""

    kind: Literal["bool"]
    default: bool

    def parse(self, value: ParamValue) -> bool:
        """Take a bool or one of the usual words for it."""
        words = {"true": True, "on": True, "yes": True, "1": True}
        words |= {"false": False, "off": False, "no": False, "0": False}
        return words[str(value).lower()]


class _NumberParam(_Param):
    minimum: float
    maximum: float
    default: float

    @model_validator(mode="after")
    def _default_in_range(self) -> _NumberParam:
        if not self.minimum <= self.default <= self.maximum:
            raise ValueError("default lies outside minimum..maximum")
        return self

    def _within(self, number: float) -> float:
        if not self.minimum <= number <= self.maximum:
            raise ValueError(number)
        return number


class FloatParam(_NumberParam):
    """A number in a range."""

    kind: Literal["float"]

    def parse(self, value: ParamValue) -> float:
        """Take a number, or its text."""
        return self._within(float(value))


class IntParam(_NumberParam):
    """A whole number in a range."""

    kind: Literal["int"]

    def parse(self, value: ParamValue) -> int:
        """Take a whole number, or its text."""
        return int(self._within(int(value)))


class ChoiceParam(_Param):
    """One of a few words."""

    kind: Literal["choice"]
    choices: tuple[str, ...] = Field(min_length=2)
    default: str

    def parse(self, value: ParamValue) -> str:
        """Take one of the choices."""
        return self.choices[self.choices.index(str(value))]


class ColorParam(_Param):
    """A colour as #rrggbb."""

    kind: Literal["color"]
    default: str

    def parse(self, value: ParamValue) -> str:
        """Take #rrggbb."""
        if not COLOR.fullmatch(str(value)):
            raise ValueError(value)
        return str(value).lower()


Param = Annotated[
    BoolParam | IntParam | FloatParam | ChoiceParam | ColorParam, Field(discriminator="kind")
]


def card(name: str, param: Param) -> ParamCard:
    """Describe an option to the bots."""
    number = isinstance(param, _NumberParam)
    return ParamCard(
        name=name,
        kind=param.kind,
        default=param.default,
        label=param.label,
        minimum=param.minimum if number else None,
        maximum=param.maximum if number else None,
        choices=param.choices if isinstance(param, ChoiceParam) else (),
    )


def settle(params: Mapping[str, Param], given: Mapping[str, ParamValue]) -> dict[str, ParamValue]:
    """Fill in defaults and check what was given.

    Raises:
        Refused: BAD_OPTION, naming the option and the value.
    """
    for name in given:
        if name not in params:
            raise Refused(Refusal(RefusalCode.BAD_OPTION, {"option": name, "value": ""}))
    return {name: _parse(name, param, given.get(name)) for name, param in params.items()}


def fitting(params: Mapping[str, Param], given: Mapping[str, ParamValue]) -> dict[str, ParamValue]:
    """Pick what these options can be set to of what was given for others."""
    found: dict[str, ParamValue] = {}
    for name in params.keys() & given.keys():
        with suppress(Refused):
            found[name] = _parse(name, params[name], given[name])
    return found


def _parse(name: str, param: Param, value: ParamValue | None) -> ParamValue:
    try:
        return param.parse(param.default if value is None else value)
    except (ValueError, KeyError, TypeError) as error:
        data: dict[str, str | int | float] = {"option": name, "value": str(value)[:40]}
        raise Refused(Refusal(RefusalCode.BAD_OPTION, data)) from error
