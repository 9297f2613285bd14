"""Settings of the bot processes."""

from __future__ import annotations

import ipaddress
from datetime import timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, SecretStr, model_validator
from pydantic_settings import NoDecode

from bots.accounts import Policy
from engine.jobs.order import Caps
from engine.jobs.settings import PREFIX, BadSetting, SharedSettings


def _split(value: Any) -> Any:
    if isinstance(value, str):
        return tuple(name for name in (part.strip() for part in value.split(",")) if name)
    return value


def _split_numbers(value: Any) -> Any:
    parts = _split(value)
    if not all(str(part).isdecimal() for part in parts):
        raise ValueError("must be whole numbers with commas between")
    return parts


Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
"""Names with commas between."""
Numbers = Annotated[tuple[int, ...], NoDecode, BeforeValidator(_split_numbers)]
"""Whole numbers with commas between."""


DISCORD_API = "https://discord.com/api/v10"


class BotSettings(SharedSettings):
    """Who may use the bots, how much, how long things are kept, and where the web chat listens."""

    database_url: str = Field(
        default="",
        description="database, as postgresql://user:password@host/name; empty: a file in the data",
    )
    language: Literal["en", "zh"] = Field(
        default="en", description="what people read who name no language we have"
    )

    owners: Names = Field(default=(), description="people who run this house, as telegram:4211")
    allowed_people: Names = Field(
        default=(), description="people who may use it; patterns such as telegram:* are fine"
    )
    allowed_places: Names = Field(
        default=(), description="chats whose members may use it, as discord:77"
    )
    daily_limit: int = Field(
        default=50, ge=0, description="clips one person may have made in any 24 hours"
    )
    max_waiting: int = Field(
        default=5, ge=1, description="clips one person may have on their way at once"
    )
    max_running: int = Field(
        default=2,
        ge=1,
        description="of those, clips in line for a worker at once; the others follow them",
    )
    max_place_waiting: int = Field(
        default=50, ge=1, description="clips one chat may have on their way at once"
    )
    max_place_running: int = Field(
        default=8,
        ge=1,
        description="of those, clips in line for a worker at once; the others follow them",
    )
    paid_people: Names = Field(
        default=(), description="people whose clips get the paid share of the workers; patterns too"
    )
    give_up_hours: float = Field(
        default=12, gt=0, description="hours a clip may wait for a worker before it is given up"
    )

    keep_photos_hours: int = Field(default=24, ge=1, description="hours a photo is kept")
    keep_clips_days: int = Field(default=7, ge=1, description="days a clip is kept")
    keep_journal_days: int = Field(
        default=90, ge=1, description="days it is kept who asked for which effect when"
    )
    media_gb: float = Field(default=10, gt=0, description="GB that photos and clips may take")
    photo_mb: int = Field(default=20, ge=1, le=100, description="MB one photo may have")

    web_host: str = Field(default="127.0.0.1", description="address the web chat listens on")
    web_port: int = Field(default=8600, ge=0, le=65535, description="port of the web chat")
    web_password: SecretStr | None = Field(
        default=None, description="what visitors of the web chat must know; needed beyond loopback"
    )
    web_hosts: Names = Field(
        default=(), description="names under which the web chat may be reached besides loopback"
    )
    web_https: bool = Field(
        default=False, description="whether a proxy in front of the web chat speaks HTTPS"
    )

    telegram_token: SecretStr | None = Field(
        default=None, description="what @BotFather gave for your Telegram bot; empty: there is none"
    )
    telegram_webhook_url: str = Field(
        default="", description="https address Telegram brings updates to; empty: they are fetched"
    )
    telegram_webhook_host: str = Field(
        default="127.0.0.1", description="address on which they are awaited, behind your proxy"
    )
    telegram_webhook_port: int = Field(
        default=8443, ge=0, le=65535, description="port on which they are awaited"
    )
    telegram_staging: int | None = Field(
        default=None,
        description="chat where clips of inline mode are uploaded; empty: their people's own",
    )
    telegram_api_url: str = Field(
        default="https://api.telegram.org",
        description="where the Bot API is, if you run a server of it yourself",
    )

    discord_token: SecretStr | None = Field(
        default=None,
        description="token of your application's bot at Discord; empty: there is none",
    )
    discord_shard_ids: Numbers = Field(
        default=(),
        description="shards this process runs, from 0, with commas between; empty: all",
    )
    discord_shard_count: int = Field(
        default=0,
        ge=0,
        description="shards of all processes together; 0: as many as Discord wants",
    )
    discord_api_url: str = Field(
        default=DISCORD_API,
        description="where Discord's API is; another only for tests",
    )

    @model_validator(mode="after")
    def _need_a_password_beyond_loopback(self) -> Self:
        if self.web_password is None and not is_loopback(self.web_host):
            raise BadSetting(
                f"{PREFIX}WEB_PASSWORD: must be set when the web chat listens beyond this machine,"
                f" on {self.web_host}"
            )
        if self.web_password is None and self.web_hosts:
            raise BadSetting(
                f"{PREFIX}WEB_PASSWORD: must be set when the web chat is reached under other names,"
                f" as {self.web_hosts[0]}"
            )
        return self

    @model_validator(mode="after")
    def _need_to_know_all_shards(self) -> Self:
        ids, count = self.discord_shard_ids, self.discord_shard_count
        if ids and not count:
            raise BadSetting(
                f"{PREFIX}DISCORD_SHARD_COUNT: must be set when {PREFIX}DISCORD_SHARD_IDS is, and"
                " the same in every process"
            )
        if ids and max(ids) >= count:
            raise BadSetting(
                f"{PREFIX}DISCORD_SHARD_IDS: must be below {PREFIX}DISCORD_SHARD_COUNT, which is"
                f" {count}, not {max(ids)}"
            )
        return self

    @property
    def database(self) -> str:
        """URL of the database."""
        return self.database_url or f"sqlite+aiosqlite:///{self.folder / 'zoetrope.db'}"

    @property
    def policy(self) -> Policy:
        """Who may use the house, and how much."""
        return Policy(
            owners=self.owners,
            allowed_people=self.allowed_people,
            allowed_places=self.allowed_places,
            paid_people=self.paid_people,
            daily_limit=self.daily_limit,
            max_waiting=self.max_waiting,
        )

    @property
    def caps(self) -> Caps:
        """How many jobs of one person and of one chat the queue takes."""
        return Caps(
            person_waiting=self.max_waiting,
            person_running=self.max_running,
            place_waiting=self.max_place_waiting,
            place_running=self.max_place_running,
        )

    @property
    def give_up(self) -> timedelta:
        """How long a clip may wait for a worker."""
        return timedelta(hours=self.give_up_hours)

    @property
    def media_quota(self) -> int:
        """How many bytes photos and clips may take together."""
        return round(self.media_gb * 1e9)

    @property
    def photo_bytes(self) -> int:
        """How many bytes one photo may have."""
        return self.photo_mb * 1_000_000

    @property
    def keep_photos(self) -> timedelta:
        """How long a photo is kept."""
        return timedelta(hours=self.keep_photos_hours)

    @property
    def keep_clips(self) -> timedelta:
        """How long a clip is kept, and the words it was asked for with."""
        return timedelta(days=self.keep_clips_days)

    @property
    def keep_journal(self) -> timedelta:
        """How long it is kept who asked for what."""
        return timedelta(days=self.keep_journal_days)


def is_loopback(host: str) -> bool:
    """Tell whether a name or an address means this machine and nothing else."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
