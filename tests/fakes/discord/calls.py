"""A request of the bot, and what it says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import BodyPartReader, web

from tests.fakes.discord.errors import ApiError, Json, invalid
from tests.fakes.discord.files import Upload


@dataclass(slots=True, eq=False, kw_only=True)
class Call:
    """A request.

    Attributes:
        route: the name of what it asks for; "" when there is no such thing.
        args: what stands in its path.
        body: the JSON it sent, of a form what is in its `payload_json`.
        files: what it sent along, by field.
        status: of the answer, 0 while there is none and when it was lost.
        code: Discord's for why it was refused, 0 when it was not.
        error: what was answered when it was refused.
    """

    route: str
    method: str
    path: str
    args: Mapping[str, str]
    query: Mapping[str, str]
    body: Any
    files: dict[str, Upload]
    at: datetime
    status: int = 0
    error: ApiError | None = None

    @property
    def code(self) -> int:
        return self.error.code if self.error else 0

    @property
    def is_done(self) -> bool:
        return self.status != 0

    @property
    def json(self) -> Json:
        """The body when it is an object.

        Raises:
            ApiError: it is none.
        """
        if not isinstance(self.body, dict):
            raise invalid("_", "Only dictionaries may be used in a DictType", "DICT_TYPE_CONVERT")
        return self.body

    def number(self, name: str) -> int:
        """Read an id in the path.

        Raises:
            ApiError: it is none.
        """
        try:
            return int(self.args[name])
        except ValueError:
            why = f'Value "{self.args[name]}" is not snowflake.'
            raise invalid(name, why, "NUMBER_TYPE_COERCE") from None

    def flag(self, name: str) -> bool:
        """Read a yes or no of the query."""
        return self.query.get(name, "").lower() in {"1", "true"}


async def read_body(request: web.Request) -> tuple[Any, dict[str, Upload]]:
    """Read what a request says, and the files it sends."""
    if request.content_type != "multipart/form-data":
        raw = await request.read()
        return (json.loads(raw) if raw else {}), {}
    body: Any = {}
    files: dict[str, Upload] = {}
    async for part in await request.multipart():
        assert isinstance(part, BodyPartReader)
        data = bytes(await part.read())
        if part.name == "payload_json":
            body = json.loads(data)
        elif part.name is not None:
            files[part.name] = Upload(name=part.filename or part.name, data=data)
    return body, files
