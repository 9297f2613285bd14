"""A request of the bot, and what it says under which name."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from aiohttp import web

from tests.fakes.telegram import limits
from tests.fakes.telegram.errors import ApiError, Json, bad_request, too_large


@dataclass(frozen=True, slots=True)
class Upload:
    """A file in a request."""

    name: str
    data: bytes = field(repr=False)


@dataclass(slots=True, eq=False, kw_only=True)
class Call:
    """A request.

    Attributes:
        params: what it said; objects and lists read, everything else as it was written.
        error: what was answered, None when it went well or is under way.
    """

    method: str
    params: dict[str, object]
    files: dict[str, Upload]
    at: datetime
    is_done: bool = False
    error: ApiError | None = None

    def text(self, name: str) -> str | None:
        """Read a text, None when it is missing."""
        value = self.params.get(name)
        return value if value is None or isinstance(value, str) else json.dumps(value)

    def needed(self, name: str) -> str:
        """Read what must be there.

        Raises:
            ApiError: it is not.
        """
        if not (value := self.text(name)):
            raise bad_request(f"{name} is empty")
        return value

    def number(self, name: str) -> int | None:
        """Read a whole number.

        Raises:
            ApiError: it is something else.
        """
        value = self.text(name)
        if value is None:
            return None
        try:
            return int(value)
        except ValueError:
            raise bad_request(f"invalid {name} specified") from None

    def flag(self, name: str) -> bool:
        """Read a yes or no."""
        return (self.text(name) or "").lower() in {"true", "1"}

    def object(self, name: str) -> Json | None:
        """Read a JSON object.

        Raises:
            ApiError: it is something else.
        """
        return cast("Json | None", self._read(name, dict))

    def list(self, name: str) -> list[Json] | None:
        """Read a JSON list.

        Raises:
            ApiError: it is something else.
        """
        return cast("list[Json] | None", self._read(name, list))

    def upload(self, name: str, value: object) -> Upload | None:
        """Find the file that is meant by a parameter, or by an attach:// in it."""
        if isinstance(value, str) and value.startswith("attach://"):
            name = value.removeprefix("attach://")
            if name not in self.files:
                raise bad_request("wrong remote file identifier specified: can't find the file")
        return self.files.get(name)

    def _read(self, name: str, kind: type) -> object:
        value = self.params.get(name)
        if isinstance(value, str):
            raise bad_request(f"can't parse {name}: expected a JSON {kind.__name__}")
        if value is not None and not isinstance(value, kind):
            raise bad_request(f"can't parse {name}: {kind.__name__} expected")
        return value


_PLAIN = {"text", "caption", "query", "name", "description", "short_description", "title"}


async def read_call(request: web.Request, method: str, at: datetime) -> Call:
    """Read a request, whichever of the four ways of writing it is used."""
    raw: dict[str, object] = dict(request.query)
    files: dict[str, Upload] = {}
    if request.content_type == "application/json":
        raw |= await request.json()
    else:
        for name, value in (await request.post()).items():
            if isinstance(value, web.FileField):
                files[name] = Upload(value.filename, value.file.read())
            else:
                raw[name] = value if isinstance(value, str) else bytes(value).decode()
    params = {name: _value(name, value) for name, value in raw.items()}
    return Call(method=method, params=params, files=files, at=at)


def check_size(call: Call) -> None:
    """Refuse an upload that is too large.

    Raises:
        ApiError: it is.
    """
    if any(len(file.data) > limits.UPLOAD_BYTES for file in call.files.values()):
        raise too_large()


def _value(name: str, value: object) -> object:
    if name in _PLAIN or not isinstance(value, str) or not value.startswith(("{", "[")):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value
