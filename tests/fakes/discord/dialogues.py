"""What people fill into a dialogue, checked as their app checks it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from tests.fakes.discord import limits
from tests.fakes.discord.components import (
    FILE_UPLOAD,
    LABEL,
    ROW,
    STRING_SELECT,
    TEXT_DISPLAY,
    TEXT_INPUT,
    numbers,
)
from tests.fakes.discord.errors import Json
from tests.fakes.discord.files import Given, Upload
from tests.fakes.discord.interactions import Modal
from tests.fakes.discord.options import Resolved


def submitted(modal: Modal, given: Mapping[str, Any], resolved: Resolved) -> list[Json]:
    """Write the components of a dialogue as they come back.

    Raises:
        AssertionError: a person could not send that.
    """
    unknown = given.keys() - modal.fields.keys()
    assert not unknown, f"no fields {unknown} among {modal.labels} of {modal.title!r}"
    said: list[Json] = []
    for component in modal.json["components"]:
        kind, shared = component["type"], {"type": component["type"], "id": component["id"]}
        if kind == TEXT_DISPLAY:
            said.append(shared)
            continue
        inner = component["components"][0] if kind == ROW else component["component"]
        label = inner["label"] if kind == ROW else component["label"]
        value = _field(label, inner, given.get(label), resolved)
        said.append(shared | ({"component": value} if kind == LABEL else {"components": [value]}))
    return said


def _field(label: str, field: Json, given: Any, resolved: Resolved) -> Json:
    said: Json = {name: field[name] for name in ("type", "id", "custom_id")}
    if field["type"] == TEXT_INPUT:
        return said | {"value": _text(label, field, given)}
    if field["type"] == STRING_SELECT:
        return said | {"values": _chosen(label, field, given)}
    assert field["type"] == FILE_UPLOAD, f"the fake cannot fill in {label!r}"
    files = _several(given)
    _check_number(label, field, len(files))
    return said | {"values": [resolved.file(cast("Given", file)) for file in files]}


def _text(label: str, field: Json, given: Any) -> str:
    text = field.get("value") or "" if given is None else given
    assert isinstance(text, str), f"{label!r} is a text"
    assert text or not field.get("required", True), f"{label!r} must be filled in"
    least, most = field.get("min_length") or 0, field.get("max_length") or limits.INPUT
    assert not text or least <= len(text) <= most, f"{label!r} has {least} to {most} characters"
    return text


def _chosen(label: str, field: Json, given: Any) -> list[str]:
    options = cast("list[Json]", field["options"])
    if given is None:
        chosen = [it["value"] for it in options if it.get("default")]
    else:
        values = {it["label"]: it["value"] for it in options}
        values |= {it["value"]: it["value"] for it in options}
        unknown = [it for it in _several(given) if it not in values]
        assert not unknown, f"no {unknown} among {[it['label'] for it in options]} of {label!r}"
        chosen = [values[it] for it in _several(given)]
    _check_number(label, field, len(chosen))
    return chosen


def _check_number(label: str, field: Json, number: int) -> None:
    is_required = field.get("required", True)
    least, most = numbers(field)
    assert number <= most, f"{label!r} takes {most}"
    assert number >= least or (not is_required and number == 0), f"{label!r} needs {least}"


def _several(given: Any) -> list[Any]:
    if given is None:
        return []
    return [given] if isinstance(given, (str, bytes, Upload)) else list(given)
