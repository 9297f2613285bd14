"""An effect's options as people give them, checked against its card, or turn them one by one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from math import ceil, floor
from typing import TypeVar, assert_never

from engine.jobs.catalogue import EffectCard, ParamCard
from engine.jobs.errors import Refused
from engine.jobs.job import ParamValue
from engine.jobs.refusal import Refusal, RefusalCode

NumberT = TypeVar("NumberT", int, float)

_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_BOOLS = {"true": True, "on": True, "1": True, "false": False, "off": False, "0": False}
_SHOWN = 40
_STEPS = 4
"""How many values of a number are offered, evenly between its least and its greatest."""
_WIDE, _ROUND = 20, 5
"""Of whole numbers in a range wider than that, round ones are offered."""
_PALETTE = ("#0b0d12", "#b3122b", "#1f6feb", "#2da44e", "#8250df", "#e3b341")


def settle_options(card: EffectCard, given: Mapping[str, ParamValue]) -> Mapping[str, ParamValue]:
    """Take what was given, as the kinds the card says; what was not given stays away.

    Raises:
        Refused: BAD_OPTION, naming the option and the value.
    """
    params = {param.name: param for param in card.params}
    return {name: _settle(params.get(name), name, value) for name, value in given.items()}


def settle_for(
    card: EffectCard, versions: Sequence[EffectCard], given: Mapping[str, ParamValue]
) -> Mapping[str, ParamValue]:
    """Take what was given, for one of an effect's versions; what only others know stays away.

    Raises:
        Refused: BAD_OPTION, naming the option and the value.
    """
    others = [{param.name: param for param in other.params} for other in versions]
    known = {param.name: param for param in card.params}
    kept = {
        name: value
        for name, value in given.items()
        if _takes(known, name, value) or not any(_takes(each, name, value) for each in others)
    }
    return settle_options(card, kept)


def _takes(params: Mapping[str, ParamCard], name: str, value: ParamValue) -> bool:
    try:
        _settle(params.get(name), name, value)
    except Refused:
        return False
    return True


def _settle(param: ParamCard | None, name: str, value: ParamValue) -> ParamValue:
    try:
        if param is None:
            raise ValueError(name)
        return _parse(param, value)
    except (ValueError, KeyError, OverflowError) as error:
        data: dict[str, str | int | float] = {
            "option": name[:_SHOWN],
            "value": str(value)[:_SHOWN],
        }
        raise Refused(Refusal(RefusalCode.BAD_OPTION, data)) from error


def _parse(param: ParamCard, value: ParamValue) -> ParamValue:
    match param.kind:
        case "bool":
            return _BOOLS[str(value).lower()]
        case "int":
            return _within(param, int(value))
        case "float":
            return _within(param, float(value))
        case "choice":
            return param.choices[param.choices.index(str(value))]
        case "color":
            return _color(str(value))
        case _:
            assert_never(param.kind)


def _within(param: ParamCard, number: NumberT) -> NumberT:
    low = float("-inf") if param.minimum is None else param.minimum
    high = float("inf") if param.maximum is None else param.maximum
    if not low <= number <= high:
        raise ValueError(number)
    return number


def _color(text: str) -> str:
    if not _COLOR.fullmatch(text):
        raise ValueError(text)
    return text.lower()


def written(value: ParamValue) -> str:
    """Write a value as people do."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}" if isinstance(value, float) else str(value)


def next_value(param: ParamCard, value: ParamValue) -> ParamValue:
    """Say what an option is turned to from a value; after the last comes the first."""
    values = values_of(param)
    after = values.index(value) + 1 if value in values else 0
    return values[after % len(values)]


def values_of(param: ParamCard) -> Sequence[ParamValue]:
    """List what an option is turned through; the default is always there."""
    if param.kind == "bool":
        return (False, True)
    if param.kind == "choice":
        return param.choices
    if param.kind == "color":
        return (param.default, *(colour for colour in _PALETTE if colour != param.default))
    low = 0.0 if param.minimum is None else param.minimum
    high = 1.0 if param.maximum is None else param.maximum
    steps = [low + (high - low) * step / _STEPS for step in range(_STEPS + 1)]
    if param.kind == "int":
        grain = _ROUND if high - low > _WIDE else 1
        numbers = {ceil(low), *(grain * round(step / grain) for step in steps), floor(high)}
    else:
        numbers = {round(step, 3) for step in steps}
    default = float(param.default)
    within = {number for number in numbers if low <= number <= high}
    return sorted(within | {int(default) if param.kind == "int" else default})
