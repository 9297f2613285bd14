"""Say what is wrong with calls of the Bot API, by the models of aiogram.

A program of its own, run by the Python that has aiogram: a line with a call comes in, a line with
its complaints goes out.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

from aiogram import methods
from aiogram.methods import TelegramMethod
from aiogram.types import BufferedInputFile
from pydantic import BaseModel, ValidationError

_ATTACHED = "attach://"
_METHODS: dict[str, type[TelegramMethod[Any]]] = {
    model.__api_method__.lower(): model
    for model in vars(methods).values()
    if isinstance(model, type) and issubclass(model, TelegramMethod) and model is not TelegramMethod
}


def complaints(method: str, params: dict[str, Any], files: list[str]) -> list[str]:
    """List what a call should not say, or should say otherwise."""
    model = _METHODS.get(method.lower())
    if model is None:
        return ["there is no such method"]
    known = {field.alias or name for name, field in model.model_fields.items()}
    uploads = {name: BufferedInputFile(b"", name) for name in files if name in known}
    unknown = [f"{name}: there is no such parameter" for name in params.keys() - known]
    try:
        read = model.model_validate(_with_files(params, files) | uploads)
    except ValidationError as error:
        return unknown + [f"{_path(e['loc'])}: {e['msg']}" for e in error.errors()]
    extras = ((name, path) for path, name in _extras(read, "") if name not in params)
    return unknown + [f"{path}{name}: there is no such field" for name, path in extras]


def _with_files(value: Any, files: list[str]) -> Any:
    """Put files where the call names them, as aiogram wants to see them."""
    if isinstance(value, dict):
        return {name: _with_files(item, files) for name, item in value.items()}
    if isinstance(value, list):
        return [_with_files(item, files) for item in value]
    if isinstance(value, str) and value.removeprefix(_ATTACHED) in files:
        return BufferedInputFile(b"", value)
    return value


def _path(loc: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in loc)


def _extras(value: object, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, BaseModel):
        yield from ((path, name) for name in value.model_extra or {})
        for name in type(value).model_fields:
            yield from _extras(getattr(value, name), f"{path}{name}.")
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _extras(item, f"{path}{number}.")


def main() -> None:
    """Answer line by line until there are no more."""
    for line in sys.stdin:
        call = json.loads(line)
        answer = complaints(call["method"], call["params"], call["files"])
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
