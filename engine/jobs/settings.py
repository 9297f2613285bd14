"""Settings both sides share, and how a bad value becomes one sentence.

Read from the environment and from `.env`, every name prefixed with ZOETROPE_.
"""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import Field, ValidationError
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
            name = PREFIX + "_".join(str(part) for part in first["loc"]).upper()
            raise BadSetting(f"{name}: {first['msg']}, not {first['input']!r}") from error

    @property
    def folder(self) -> Path:
        """The data folder, made absolute."""
        return self.data.expanduser().absolute()

    @property
    def media(self) -> str:
        """Media store location: a URL, or a folder's path."""
        return self.media_url or str(self.folder / "media")
