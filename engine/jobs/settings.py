"""Settings both sides share, and how a bad value becomes one sentence.

Read from the environment and from `.env`, every name prefixed with ZOETROPE_.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from engine.jobs.masking import masked_url
from engine.jobs.media.place import Bucket, check_endpoint, check_media_url, folder_at, is_bucket
from engine.jobs.order import ClaimOrder, parse_shares
from engine.jobs.redis_url import RedisUrl

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
    media_url: str = Field(
        default="", description="folder or s3://bucket/folder of the media; empty: in the data"
    )
    media_endpoint: str = Field(
        default="",
        description="https:// address of an S3-compatible store; empty: AWS_ENDPOINT_URL, or AWS",
    )
    media_region: str = Field(default="", description="the bucket's region; empty: AWS_REGION")
    media_key_id: str = Field(
        default="", description="access key of the store; empty: AWS_ACCESS_KEY_ID, or its role"
    )
    media_secret: SecretStr | None = Field(
        default=None, description="its secret key; empty: AWS_SECRET_ACCESS_KEY, or its role"
    )

    shares: str = Field(
        default="paid=0.7, challenge=0.2, free=0.1",
        description="each class's part of the workers while all of them wait",
    )
    short_lane_s: float = Field(
        default=0,
        ge=0,
        description="free clips of up to so many seconds of work get a lane; 0: none does",
    )

    log: Literal["text", "json"] = Field(
        default="text", description="text for people, or json: one object a line"
    )
    metrics_host: str = Field(
        default="127.0.0.1", description="address that metrics and health are served on"
    )
    metrics_port: int = Field(
        default=0,
        ge=0,
        le=65535,
        description="port of metrics and health, one for each process of a machine; 0: not served",
    )

    @field_validator("redis_url")
    @classmethod
    def _check_redis_url(cls, url: str) -> str:
        RedisUrl.parse(url)
        return url

    @field_validator("shares")
    @classmethod
    def _check_shares(cls, shares: str) -> str:
        parse_shares(shares)
        return shares

    @field_validator("media_url")
    @classmethod
    def _check_media_url(cls, url: str) -> str:
        return check_media_url(url)

    @field_validator("media_endpoint")
    @classmethod
    def _check_endpoint(cls, url: str) -> str:
        return check_endpoint(url)

    @model_validator(mode="after")
    def _need_both_media_keys(self) -> Self:
        if bool(self.media_key_id) != bool(self.media_secret):
            missing = "MEDIA_SECRET" if self.media_key_id else "MEDIA_KEY_ID"
            raise BadSetting(f"{PREFIX}{missing}: must be set too, an access key has two halves")
        return self

    @classmethod
    def read(cls) -> Self:
        """Read the environment.

        Raises:
            BadSetting: naming the first value that cannot be used.
        """
        try:
            return cls()
        except ValidationError as error:
            # not `from error`: its own text has the value, and with it a password
            raise BadSetting(_sentence(cls.model_fields, error.errors()[0])) from None

    @property
    def folder(self) -> Path:
        """The data folder, made absolute."""
        return self.data.expanduser().absolute()

    @property
    def order(self) -> ClaimOrder:
        """How the next job is chosen."""
        return ClaimOrder(shares=parse_shares(self.shares), short_lane_s=self.short_lane_s)

    @property
    def media(self) -> Path | Bucket:
        """Where the media store is."""
        if not is_bucket(self.media_url):
            return folder_at(self.media_url) if self.media_url else self.folder / "media"
        return Bucket(
            url=self.media_url,
            endpoint=self.media_endpoint,
            region=self.media_region,
            key_id=self.media_key_id,
            secret=self.media_secret.get_secret_value() if self.media_secret else "",
        )


_KINDS = {int: "a whole number", float: "a number", bool: "true or false"}
_BOUNDS = {"ge": "from", "gt": "above", "le": "up to", "lt": "below"}


def _sentence(fields: Mapping[str, FieldInfo], error: ErrorDetails) -> str:
    """Say which setting is wrong and what it must be, but no password that is in it."""
    name = str(error["loc"][0])
    wanted = _wanted(fields[name]) or error["msg"].removeprefix("Value error, ")
    wanted = wanted.replace("Input should", "must")
    return f'{PREFIX}{name.upper()}: {wanted}, not "{masked_url(str(error["input"]))}"'


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
