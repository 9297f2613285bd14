"""Whether requests to Discord's API say what its OpenAPI document describes.

discord_openapi.json holds what that document says about them; scripts/discord-openapi makes it.
"""

from __future__ import annotations

import json
import re
import reprlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from jsonschema import Draft202012Validator, FormatChecker, ValidationError
from jsonschema.exceptions import best_match
from jsonschema.protocols import Validator
from jsonschema.validators import extend

DOCUMENT = Path(__file__).parent / "discord_openapi.json"
_REF = "#/$defs/"
_BASE = r"(?:/api(?:/v\d+)?)?"
_NEED_NO_BODY = {"GET", "DELETE", "PATCH"}
_COUNTED = {"minLength", "maxLength", "minItems", "maxItems"}
_SHORT = reprlib.Repr()
_SHORT.maxlevel, _SHORT.maxlist, _SHORT.maxdict = 2, 2, 4

# What discord.py sends and Discord takes, though the document does not name it.
_TTS = {"tts": {"type": "boolean"}}  # in every message; of an edit, nobody hears it
_ALSO_TAKEN: dict[str, dict[str, Any]] = {
    # documented with the other properties of a command
    "ApplicationCommandUpdateRequest": {"nsfw": {"type": "boolean"}},
    "IncomingWebhookUpdateForInteractionCallbackRequestPartial": _TTS,
    "IncomingWebhookUpdateRequestPartial": _TTS,
    "MessageEditRequestPartial": _TTS,
    # what Discord said of an attachment that an edit keeps; the id tells which it is
    "MessageAttachmentRequest": {
        "content_type": {"type": "string"},
        "height": {"type": "integer"},
        "proxy_url": {"type": "string", "format": "uri"},
        "size": {"type": "integer"},
        "spoiler": {"type": "boolean"},
        "url": {"type": "string", "format": "uri"},
        "width": {"type": "integer"},
    },
    # sent back as it is in messages that Discord sends
    "RichEmbed": {"flags": {"type": "integer"}},
}


class Request(Protocol):
    """What came over the wire; of a multipart body, `json` is its `payload_json`."""

    @property
    def method(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def json(self) -> Any: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Operation:
    name: str
    method: str
    path: re.Pattern[str]
    body: Validator


class DiscordSchema:
    """The operations of a bot with the bodies they take."""

    def __init__(self) -> None:
        document = json.loads(DOCUMENT.read_text(encoding="utf-8"))
        self._defs: dict[str, dict[str, Any]] = document["$defs"]
        for name, properties in _ALSO_TAKEN.items():
            self._defs[name]["properties"] |= properties
        kind = extend(Draft202012Validator, {"anyOf": self._any_of})
        self._operations = [
            _Operation(
                name=name,
                method=said["method"],
                path=_pattern(said["path"]),
                body=kind(said["body"] | {"$defs": self._defs}, format_checker=_FORMATS),
            )
            for name, said in document["operations"].items()
        ]

    def complaints(self, requests: Iterable[Request]) -> list[str]:
        """List what is wrong with requests, the worst of each body and nothing twice."""
        said = (complaint for request in requests for complaint in self._of(request))
        return list(dict.fromkeys(said))

    def _of(self, request: Request) -> Iterator[str]:
        path = request.path.partition("?")[0]
        for operation in self._operations:
            if operation.method == request.method and operation.path.fullmatch(path):
                if error := best_match(operation.body.iter_errors(request.json)):
                    yield f"{operation.name}: {_sentence(error)}"
                return
        if request.json is not None or request.method not in _NEED_NO_BODY:
            yield f"{request.method} {path}: it is not known what such a request says"

    def _any_of(
        self, validator: Any, branches: list[dict[str, Any]], instance: Any, schema: Any
    ) -> Iterator[ValidationError]:
        """Complain about the branch that was meant, not about all that were not."""
        named = [(branch, self._named(branch)) for branch in branches]
        meant = [branch for branch, said in named if _is_meant(validator, said, instance)]
        tried = (list(validator.descend(instance, branch)) for branch in meant)
        if (errors := min(tried, key=len, default=None)) is not None:
            yield from errors
        else:
            kinds = sorted((kind for _, said in named for kind in _kinds(said)), key=str)
            yield ValidationError(f"{instance!r} has none of the types that go here: {kinds}")

    def _named(self, schema: dict[str, Any]) -> dict[str, Any]:
        return self._defs[schema["$ref"].removeprefix(_REF)] if "$ref" in schema else schema


def _is_meant(validator: Any, schema: dict[str, Any], instance: Any) -> bool:
    """Tell by the JSON type, and of an object by its property `type`."""
    shape = schema.get("type")
    shapes = shape if isinstance(shape, list) else [shape]
    if shape and not any(validator.is_type(instance, shape) for shape in shapes):
        return False
    kinds = _kinds(schema)
    return not kinds or not isinstance(instance, dict) or instance.get("type") in kinds


def _kinds(schema: dict[str, Any]) -> list[Any]:
    """Say what an object's property `type` may be, nothing if it may be anything."""
    told = schema.get("properties", {}).get("type", {})
    return [told["const"]] if "const" in told else told.get("enum", [])


_FORMATS = FormatChecker(formats=())


@_FORMATS.checks("uri", raises=ValueError)
def _is_uri(value: object) -> bool:
    return not isinstance(value, str) or bool(urlsplit(value).scheme)


@_FORMATS.checks("date-time", raises=ValueError)
def _is_moment(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


def _pattern(path: str) -> re.Pattern[str]:
    """Make a pattern of a template: ids are digits, and so unlike @original."""
    ids = re.sub(r"\{\w+_id\}", r"\\d+", path)
    return re.compile(_BASE + re.sub(r"\{\w+\}", "[^/]+", ids))


def _sentence(error: ValidationError) -> str:
    where = error.json_path.removeprefix("$").removeprefix(".") or "the body"
    what = error.message.replace(repr(error.instance), _SHORT.repr(error.instance))
    if error.validator in _COUNTED:
        count = len(error.instance)  # pyright: ignore[reportArgumentType]
        what += f" ({error.validator} is {error.validator_value}, this has {count})"
    return f"{where}: {what}"
