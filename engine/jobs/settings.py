"""Settings both sides share, and how a bad value becomes one sentence.

Read from the environment and from `.env`, every name prefixed with ZOETROPE_.
"""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import Field, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "ZOETROPE_"


class BadSetting(Exception):
    """A setting's value cannot be used; the message is one sentence that names it."""


class SharedSettings(BaseSettings):
    """What a bot and a worker must agree on to meet."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", extra="ignore", frozen=True, env_ignore_empty=True
    )

    data: Path = Field(
        default=Path("~/.zoetrope"), description="folder of the database, media and weights"
    )
    redis_url: str = Field(
        default="redis://127.0.0.1:6379/0", description="where the queue is; `zoetrope up` sets it"
    )
    media_url: str = Field(default="", description="where photos and clips are; empty: in the data")

    @classmethod
    def read(cls) -> Self:
        """Read the environment.

        Raises:
            BadSetting: naming the first value that cannot be used.
        """
        try:
            return cls()
        except ValidationError as error:
            first = error.errors()[0]
            field = str(first["loc"][0])
            wanted = _wanted(cls.model_fields[field]) or first["msg"].replace(
                "Input should", "must"
            )
            name = PREFIX + field.upper()
            raise BadSetting(f'{name}: {wanted}, not "{first["input"]}"') from error

    @property
    def folder(self) -> Path:
        """The data folder, made absolute."""
        return self.data.expanduser().absolute()

    @property
    def media(self) -> str:
        """Media store location: a URL, or a folder's path."""
        return self.media_url or str(self.folder / "media")


_KINDS = {int: "a whole number", float: "a number", bool: "true or false"}
_BOUNDS = {"ge": "from", "gt": "above", "le": "up to", "lt": "below"}


def _wanted(field: FieldInfo) -> str | None:
    """Say what a plain value must be, as `must be a whole number from 0`; None: not so plain."""
    kind = _KINDS.get(field.annotation) if isinstance(field.annotation, type) else None
    if kind is None:
        return None
    bounds = [
        f" {word} {getattr(rule, bound):g}"
        for rule in field.metadata
        for bound, word in _BOUNDS.items()
        if hasattr(rule, bound)
    ]
    return f"must be {kind}{''.join(bounds)}"
